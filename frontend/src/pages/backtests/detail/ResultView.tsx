import { Problem } from "../../../api/problem";
import { useWords } from "../../../lang/words";
import { PageHead } from "../../../ui/Card";
import { PageLink } from "../../../ui/Link";
import { Empty, Region } from "../../../ui/Region";
import { useResult } from "../results";
import { ResultPage } from "./ResultPage";

const GONE = 410;

/** One result, or what is left of it. */
export function ResultView({ id }: { id: string }) {
  const query = useResult(id);
  if (query.error instanceof Problem && query.error.status === GONE) return <Farewell problem={query.error} />;
  return <Region query={query}>{(result) => <ResultPage result={result} />}</Region>;
}

/** What a deleted result leaves: the server's sentence. */
function Farewell({ problem }: { problem: Problem }) {
  const { t, word } = useWords();
  return (
    <>
      <PageHead title={word("problem", "Gone")} />
      <section className="card" role="alert">
        <div lang={problem.language}>
          <Empty title={problem.message}>
            <PageLink className="button" href="/backtests">
              {t("backtest.back")}
            </PageLink>
          </Empty>
        </div>
      </section>
    </>
  );
}
