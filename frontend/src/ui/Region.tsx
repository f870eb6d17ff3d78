import type { ReactNode } from "react";
import { Problem } from "../api/problem";
import { useWords } from "../lang/words";
import { sentence, titleOf } from "./failures";

/** What is asked, at once or a page at a time. */
interface Asked<T> {
  data: T | undefined;
  isError: boolean;
  error: unknown;
  isFetching: boolean;
  refetch: () => unknown;
}

/** A part of a page that is loaded: busy, shown, or failing with a way to try again. */
export function Region<T>({ query, children }: { query: Asked<T>; children: (value: T) => ReactNode }) {
  const { t } = useWords();
  if (query.data !== undefined && !query.isError) return <>{children(query.data)}</>;
  if (query.isError) return <Failing error={query.error} again={() => void query.refetch()} busy={query.isFetching} />;
  return (
    <p className="busy" aria-busy="true">
      {t("state.loading")}
    </p>
  );
}

/** What failed, and a way to try again. */
export function Failing({ error, again, busy = false }: { error: unknown; again?: () => void; busy?: boolean }) {
  const { t } = useWords();
  const server = error instanceof Problem && error.status > 0;
  return (
    <div className="state failing" role="alert" aria-busy={busy || undefined}>
      <strong>{titleOf(error)}</strong>
      {server ? <p lang={error.language}>{error.message}</p> : <p>{sentence(error)}</p>}
      {again && (
        <div className="row">
          <button type="button" onClick={again}>
            {t("action.again")}
          </button>
        </div>
      )}
    </div>
  );
}

/** Nothing there yet, and what to do about it. */
export function Empty({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="state">
      <strong>{title}</strong>
      {text && <p>{text}</p>}
      {children && <div className="row">{children}</div>}
    </div>
  );
}
