import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, got, type Schemas } from "../../../api/client";
import { useWords } from "../../../lang/words";
import { useQueryString } from "../../../ui/address";
import type { Job } from "../../../ui/JobView";
import { Region } from "../../../ui/Region";
import { LIST } from "../list/filter";
import {
  type ResultDetail,
  type SpecFieldInfo,
  type StrategyInfo,
  useResult,
  useSpecFields,
  useStrategies,
} from "../results";
import { readSpec, type SpecValues } from "../spec";
import { useAddressPart } from "../useAddressPart";
import { BacktestForm } from "./BacktestForm";

/** The form with what the address says, and otherwise with the result that is run again. */
export function SpecForm({ again, started }: { again: string | null; started: (job: Job) => void }) {
  const fields = useSpecFields();
  const strategies = useStrategies();
  const result = useResult(again ?? "", again !== null);
  const instruments = useQuery({
    queryKey: ["instruments"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/instruments", { signal })),
    staleTime: 60_000,
  });
  return (
    <Region query={fields}>
      {(known) => (
        <Region query={strategies}>
          {(all) => (
            <Region query={instruments}>
              {(symbols) =>
                again === null ? (
                  <Prepared fields={known} strategies={all} instruments={symbols} started={started} />
                ) : (
                  <Region query={result}>
                    {(found) => (
                      <Prepared
                        fields={known}
                        strategies={all}
                        instruments={symbols}
                        result={found}
                        started={started}
                      />
                    )}
                  </Region>
                )
              }
            </Region>
          )}
        </Region>
      )}
    </Region>
  );
}

interface PreparedProps {
  fields: readonly SpecFieldInfo[];
  strategies: readonly StrategyInfo[];
  instruments: readonly Schemas["InstrumentInfo"][];
  result?: ResultDetail;
  started: (job: Job) => void;
}

function Prepared({ fields, strategies, instruments, result, started }: PreparedProps) {
  const { t } = useWords();
  const [query] = useQueryString();
  const change = useAddressPart();
  const [{ spec, wrong }] = useState(() => initialSpec(query, fields, strategies, result));
  const known = !result || strategies.some((one) => one.name === result.strategy);

  /** Put the form's values into the address, so that a link shows the same form elsewhere. */
  function write(said: URLSearchParams) {
    change((now) => {
      for (const name of [...new Set(now.keys())]) {
        if (name !== "again" && !name.startsWith(LIST)) now.delete(name);
      }
      for (const [name, value] of said) now.set(name, value);
    });
  }

  return (
    <>
      {wrong.length > 0 && (
        <p className="notice" role="alert">
          {t("backtests.strange", { names: wrong.join(", ") })}
        </p>
      )}
      {!known && (
        <p className="notice" role="note">
          {t("backtests.external")} <code>{`g4qc backtest ${result.name}`}</code>
        </p>
      )}
      <BacktestForm
        fields={fields}
        strategies={strategies}
        instruments={instruments}
        spec={spec}
        started={started}
        changed={write}
      />
    </>
  );
}

/** Return the spec of the address over that of a result; parameters of another strategy are left behind. */
function initialSpec(
  query: URLSearchParams,
  fields: readonly SpecFieldInfo[],
  strategies: readonly StrategyInfo[],
  result: ResultDetail | undefined,
): { spec: SpecValues; wrong: string[] } {
  const { spec, wrong } = readSpec(query, fields, strategies);
  const before: SpecValues = result ? { ...result.spec, name: null } : {};
  const same = (spec.strategy ?? before.strategy) === before.strategy;
  const parameters = spec.parameters ?? (same ? before.parameters : {});
  return { spec: { ...before, ...spec, parameters }, wrong };
}
