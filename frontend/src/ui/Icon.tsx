/** Small pictures beside words; none says anything that the words do not. */

const PATHS = {
  overview: "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9H7v4.5H2.5zM9 9h4.5v4.5H9z",
  extract: "M8 2v7.5M4.8 6.5 8 9.7l3.2-3.2M2.5 13.5h11",
  chart: "M4.5 2v12M3 4.5h3v6H3zM11.5 2v12M10 6h3v5h-3z",
  backtests: "M2 12.5 6 8l3 2.5 5-7M10.5 3.5H14V7",
  quality: "M8 1.8l5.5 2v4c0 3.2-2.3 5.4-5.5 6.4-3.2-1-5.5-3.2-5.5-6.4v-4zM5.5 7.8l1.8 1.8 3.2-3.3",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z",
  auto: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M8 4.5l4.8 0M8 8h6M8 11.5h4.8",
  key: "M10 2.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM7.5 8.5 2.5 13.5M4 12l1.5 1.5",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.3 4.3L11.3 8.8M9 11.5l-1.5 1.5a3 3 0 0 1-4.3-4.3L4.7 7.2",
  explore: "M2 5h5M11 5h3M9 3v4M2 11h2M8 11h6M6 9v4",
  search:
    "M2 2.5h3.4v3.4H2zM6.3 2.5h3.4v3.4H6.3zM10.6 2.5H14v3.4h-3.4zM2 6.8h3.4v3.4H2zM6.3 6.8h3.4v3.4H6.3zM2 11.1h3.4v2.4H2z",
  "walk-forward": "M2 4h6M4.5 8h6M7 12h6M9.5 4h2M12 8h1.5",
  "monte-carlo": "M2 12c3-1 4-4 6-5s3 1 6-4M2 12c3 0 5-1 7-1s3 1 5 0M2 12c4-4 5-6 12-3",
  portfolio: "M8 2v6l4.5 4M8 8 2.6 5.5M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z",
  trading: "M2 5h9M8.5 2.5 11 5 8.5 7.5M14 11H5M7.5 8.5 5 11l2.5 2.5",
  runs: "M2.5 3.5h11M2.5 8h11M2.5 12.5h7M12 10.5l2 2-2 2",
  api: "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
};

/** Name of a picture. */
export type IconName = keyof typeof PATHS;

/** A picture of 16 by 16 pixels in the colour of the text. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
