import { useId, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { number } from "../../format/format";
import { type Key, useWords } from "../../lang/words";
import { Confirm } from "../../ui/Confirm";
import { sentence } from "../../ui/failures";
import type { Job } from "../../ui/JobView";
import { Preview } from "./Preview";
import { type BarFilter, selectionOf } from "./filter";

type Decision = Schemas["Decision"];

const DECISIONS: readonly Decision[] = ["accept", "drop", "refetch"];
/** So many bars can be named in one decision. */
const MOST = 200;

interface DecidingProps {
  filter: BarFilter;
  /** How many bars meet the filter. */
  total: number;
  all: boolean;
  setAll: (all: boolean) => void;
  /** Keys of the bars that are chosen one by one. */
  bars: readonly string[];
  started: (job: Job) => void;
}

/** The decision about all chosen bars at once, after a look at what it is about. */
export function Deciding({ filter, total, all, setAll, bars, started }: DecidingProps) {
  const { t, word } = useWords();
  const id = useId();
  const [said, setSaid] = useState("");
  const [preview, setPreview] = useState<Schemas["DecisionPreview"]>();
  const [note, setNote] = useState("");
  const chosen = all ? total : bars.length;
  const many = !all && bars.length > MOST;
  const what = all ? { bars: [], select: selectionOf(filter) } : { bars: [...bars] };
  const verb = preview ? word("decision", `${preview.decision}.verb`) : "";

  async function look(decision: Decision) {
    setSaid("");
    try {
      const body = { ...what, decision, note: "", dry_run: true };
      setPreview((await got(api.POST("/api/v1/quarantine/decisions", { body }))) as Schemas["DecisionPreview"]);
    } catch (error) {
      setSaid(sentence(error));
    }
  }

  async function decide({ decision, seen }: Schemas["DecisionPreview"]): Promise<Job> {
    const body = { ...what, decision, note: note.trim(), dry_run: false, seen };
    return (await got(api.POST("/api/v1/quarantine/decisions", { body }))) as Job;
  }

  return (
    <div className="stack line">
      <div className="row">
        <input id={id} type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
        <label htmlFor={id}>{t("quality.all", { count: total })}</label>
        <span className="muted" role="status">
          {chosen ? t("quality.chosen", { count: chosen }) : ""}
        </span>
        {[...DECISIONS, ...(filter.decided ? (["reopen"] as const) : [])].map((decision) => (
          <button
            key={decision}
            type="button"
            className={decision === "drop" ? "danger" : undefined}
            title={t(`decision.${decision}.text` as Key)}
            disabled={!chosen || many}
            onClick={() => void look(decision)}
          >
            {t("quality.decide", { verb: word("decision", `${decision}.verb`) })}
          </button>
        ))}
      </div>
      {many && <p className="small warned">{t("quality.toomany", { most: number(MOST) })}</p>}
      <p className="small loss" role="alert" hidden={!said}>
        {said}
      </p>
      {preview && (
        <Confirm
          title={t("quality.confirm", { verb, count: preview.bars })}
          verb={verb}
          gentle={preview.decision !== "drop"}
          act={() => decide(preview)}
          done={(job) => {
            setNote("");
            started(job);
          }}
          close={() => setPreview(undefined)}
        >
          <div className="stack">
            <Preview preview={preview} />
            <div className="field">
              <label htmlFor={`${id}-note`}>{t("quality.note")}</label>
              <input
                id={`${id}-note`}
                type="text"
                maxLength={500}
                autoComplete="off"
                placeholder={t("quality.note.example")}
                value={note}
                onChange={(event) => setNote(event.target.value)}
              />
            </div>
          </div>
        </Confirm>
      )}
    </div>
  );
}
