import type { ReactNode } from "react";

interface TableFrameProps {
  /** What the table is, for those who do not see it. */
  caption: string;
  /** Classes of the table. */
  className?: string;
  /** Further classes of the frame. */
  frame?: string;
  /** Head and body. */
  children: ReactNode;
}

/** The frame of a table, which scrolls sideways by itself. */
export function TableFrame({ caption, className, frame = "", children }: TableFrameProps) {
  return (
    <div className={`scroll ${frame}`.trim()} tabIndex={0} role="region" aria-label={caption}>
      <table className={className}>
        <caption className="unseen">{caption}</caption>
        {children}
      </table>
    </div>
  );
}
