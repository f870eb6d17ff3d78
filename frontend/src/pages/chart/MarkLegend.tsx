import type { ReactNode } from "react";
import { useWords } from "../../lang/words";

type Mark = "long" | "short" | "exit" | "line" | "count" | "roll" | "break";

const PICTURES: Record<Mark, ReactNode> = {
  long: <path d="M7 1 1 10h12z" className="up" />,
  short: <path d="M7 10 1 1h12z" className="down" />,
  exit: <circle cx="7" cy="5.5" r="3.5" className="text" />,
  line: <path d="M0 9 14 2" className="dashed" />,
  count: (
    <>
      <rect x="0.5" y="0.5" width="13" height="10" className="hollow" />
      <text x="7" y="9" textAnchor="middle">
        9
      </text>
    </>
  ),
  roll: <path d="M7 0V11" className="roll" />,
  break: <path d="M7 0V11" className="dotted" />,
};

/** What is drawn over the candles, and what it means. */
export function MarkLegend({ trades }: { trades: boolean }) {
  const { t, word } = useWords();
  const shown: Mark[] = trades ? ["long", "short", "exit", "line", "count", "roll", "break"] : ["roll", "break"];
  return (
    <ul className="classes marks" aria-label={t("mark.title")}>
      {shown.map((name) => (
        <li key={name}>
          <svg viewBox="0 0 14 11" width="14" height="11" aria-hidden="true">
            {PICTURES[name]}
          </svg>
          {word("mark", name)}
        </li>
      ))}
    </ul>
  );
}
