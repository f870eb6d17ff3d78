import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { api, got } from "../../../api/client";
import { useWords } from "../../../lang/words";
import { Region } from "../../../ui/Region";

/** What the trials of the strategy leave of a result: the server's sentences, and its figures with what they mean. */
export function Worth({ id }: { id: string }) {
  const { language } = useWords();
  const query = useQuery({
    queryKey: ["results", id, "worth", language],
    queryFn: ({ signal }) =>
      got(api.GET("/api/v1/backtests/{backtest_id}/worth", { params: { path: { backtest_id: id } }, signal })),
  });
  return (
    <Region query={query}>
      {(found) => (
        <div className="body stack">
          <p>
            <strong>{found.words}</strong>
          </p>
          <dl className="pairs">
            {found.rows.map((row) => (
              <Fragment key={row.name}>
                <dt>{row.label}</dt>
                <dd>
                  {row.value} <span className="muted small">{row.words}</span>
                </dd>
              </Fragment>
            ))}
          </dl>
        </div>
      )}
    </Region>
  );
}
