import type { ReactNode } from "react";

/** A figure with its name, and what it means. */
export interface KeyFigure {
  name: string;
  title: string;
  value: ReactNode;
  means?: string;
}

/** The few figures that come first. */
export function Keys({ label, figures }: { label: string; figures: readonly KeyFigure[] }) {
  return (
    <section className="card" aria-label={label}>
      <dl className="keys">
        {figures.map((one) => (
          <div key={one.name} title={one.means}>
            <dt>{one.title}</dt>
            <dd>{one.value}</dd>
            {one.means && <dd className="unseen">{one.means}</dd>}
          </div>
        ))}
      </dl>
    </section>
  );
}
