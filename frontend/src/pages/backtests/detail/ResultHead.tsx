import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { api, got, type Schemas } from "../../../api/client";
import { moment } from "../../../format/format";
import { useWords } from "../../../lang/words";
import { sentence } from "../../../ui/failures";
import { parametersOf, rangeOf, seriesOf } from "../range";
import { nameOf, type ResultDetail } from "../results";

type Asked = Schemas["LabelsRequest"];

/** The heading of a result with its tags and note, and what changes them. */
export function ResultHead({ result }: { result: ResultDetail }) {
  const queries = useQueryClient();
  const [failure, setFailure] = useState("");
  const made = `${moment(result.created_at)} UTC`;
  const { strategy, instrument, timeframe, spec } = result;
  const about = [strategy, instrument, timeframe, rangeOf(spec), seriesOf(spec), parametersOf(spec), made];

  /** Return true where the server took it. */
  async function change(asked: Asked): Promise<boolean> {
    setFailure("");
    try {
      const params = { path: { backtest_id: result.id } };
      const changed = await got(api.PATCH("/api/v1/backtests/{backtest_id}", { params, body: asked }));
      queries.setQueryData(["results", result.id], changed);
      void queries.invalidateQueries({ queryKey: ["results", "list"] });
      return true;
    } catch (error) {
      setFailure(sentence(error));
      return false;
    }
  }

  return (
    <div className="head">
      <Title result={result} change={change} />
      <p>
        {result.title && <span>{result.name} · </span>}
        {about.filter(Boolean).join(" · ")}
      </p>
      <TagRow tags={result.tags} change={change} />
      <Note note={result.note} change={change} />
      {failure && (
        <p className="small loss" role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}

interface TitleProps {
  result: ResultDetail;
  change: (asked: Asked) => Promise<boolean>;
}

function Title({ result, change }: TitleProps) {
  const { t } = useWords();
  const [editing, setEditing] = useState(false);
  const [text, setText] = useState("");
  const button = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const was = useRef(false);
  const id = useId();
  // The focus goes into the field, and back to where it was.
  useEffect(() => {
    if (editing) input.current?.select();
    else if (was.current) button.current?.focus();
    was.current = editing;
  }, [editing]);

  async function save(event: FormEvent) {
    event.preventDefault();
    const title = text.trim();
    if (await change({ title: title === result.name ? null : title })) setEditing(false);
  }

  if (!editing) {
    return (
      <div className="row">
        <h1>{nameOf(result)}</h1>
        <button
          ref={button}
          type="button"
          className="quiet"
          onClick={() => {
            setText(nameOf(result));
            setEditing(true);
          }}
        >
          {t("backtest.rename")}
        </button>
      </div>
    );
  }
  return (
    <form className="row naming" onSubmit={(event) => void save(event)}>
      <label className="unseen" htmlFor={id}>
        {t("backtest.title")}
      </label>
      <input
        ref={input}
        id={id}
        type="text"
        maxLength={120}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setEditing(false)}
      />
      <button type="submit" className="primary">
        {t("action.save")}
      </button>
      <button type="button" onClick={() => setEditing(false)}>
        {t("action.cancel")}
      </button>
    </form>
  );
}

interface TagRowProps {
  tags: readonly string[];
  change: (asked: Asked) => Promise<boolean>;
}

function TagRow({ tags, change }: TagRowProps) {
  const { t } = useWords();
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const id = useId();

  async function retag(asked: Asked) {
    if (!(await change(asked))) return;
    setText("");
    input.current?.focus();
  }

  function add(event: FormEvent) {
    event.preventDefault();
    const words = text.split(/[\s,]+/).filter(Boolean);
    if (words.length) void retag({ add_tags: words });
  }

  return (
    <form className="row tagging" onSubmit={add}>
      <ul className="chips" aria-label={t("backtest.tags")}>
        {tags.map((tag) => (
          <li key={tag} className="tag">
            {tag}
            <button
              type="button"
              className="quiet"
              aria-label={t("backtest.untag", { tag })}
              title={t("backtest.untag", { tag })}
              onClick={() => void retag({ remove_tags: [tag] })}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <label className="unseen" htmlFor={id}>
        {t("backtest.tag")}
      </label>
      <input
        ref={input}
        id={id}
        type="text"
        maxLength={30}
        autoComplete="off"
        placeholder={t("backtest.tag.example")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit">{t("backtest.tag.add")}</button>
    </form>
  );
}

interface NoteProps {
  note: string | null;
  change: (asked: Asked) => Promise<boolean>;
}

/** Remarks about the result, of several lines if need be. */
function Note({ note, change }: NoteProps) {
  const { t } = useWords();
  const [text, setText] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const was = useRef(false);
  const id = useId();
  const editing = text !== null;
  useEffect(() => {
    if (editing) area.current?.focus();
    else if (was.current) button.current?.focus();
    was.current = editing;
  }, [editing]);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (await change({ note: text?.trim() || null })) setText(null);
  }

  if (!editing) {
    return (
      <div className="row">
        {note && <p className="note">{note}</p>}
        <button ref={button} type="button" className="quiet" onClick={() => setText(note ?? "")}>
          {note ? t("backtest.note.change") : t("backtest.note.write")}
        </button>
      </div>
    );
  }
  return (
    <form className="stack noting" onSubmit={(event) => void save(event)}>
      <label htmlFor={id}>{t("backtest.note")}</label>
      <textarea
        ref={area}
        id={id}
        rows={3}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setText(null)}
      />
      <div className="row">
        <button type="submit" className="primary">
          {t("action.save")}
        </button>
        <button type="button" onClick={() => setText(null)}>
          {t("action.cancel")}
        </button>
      </div>
    </form>
  );
}
