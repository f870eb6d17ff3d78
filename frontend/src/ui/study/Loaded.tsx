import type { ReactNode } from "react";
import { useWords } from "../../lang/words";
import { Failing } from "../Region";
import { type Row, type StudyKind, useTables } from "./studies";

interface LoadedProps {
  kind: StudyKind;
  id: string;
  names: readonly string[];
  children: (tables: (name: string) => Row[]) => ReactNode;
}

/** What needs tables of a study: busy until all are there, failing with a way to try again. */
export function Loaded({ kind, id, names, children }: LoadedProps) {
  const { t } = useWords();
  const { tables, error, again } = useTables(kind, id, names);
  if (tables) return children((name) => tables[name] ?? []);
  if (error) return <Failing error={error} again={again} />;
  return (
    <p className="busy" aria-busy="true">
      {t("state.loading")}
    </p>
  );
}
