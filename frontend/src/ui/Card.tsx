import type { ReactNode } from "react";

/** The head of a page: its title, and what the page is for. */
export function PageHead({ title, about, children }: { title: ReactNode; about?: ReactNode; children?: ReactNode }) {
  return (
    <div className="head">
      <h1>{title}</h1>
      {about && <p>{about}</p>}
      {children}
    </div>
  );
}

/** A section of a page in a frame; `end` stands at the end of its heading. */
export function Card({
  title,
  end,
  className = "",
  children,
}: {
  title: ReactNode;
  end?: ReactNode;
  className?: string;
  children?: ReactNode;
}) {
  return (
    <section className={`card ${className}`}>
      <header>
        <h2>{title}</h2>
        {end && <div className="end">{end}</div>}
      </header>
      {children}
    </section>
  );
}
