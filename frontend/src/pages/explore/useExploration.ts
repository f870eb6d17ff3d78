/** What exploring shows: the newest answer, and whether a newer one is on its way. The picture before stays until then. */

import { useEffect, useRef, useState } from "react";
import { api, got, type Schemas } from "../../api/client";
import { type Newest, newest } from "./newest";

export type Explored = Schemas["ExploreAnswer"];

/** A frame: a slider that is moved asks once for each, and the queue passes over all but the newest. */
const REST = 16;
const AGAIN = 4_000;
const MEASURE = "explore";

export interface Exploration {
  answer: Explored | null;
  /** The spec of the answer, as JSON. */
  shown: string;
  /** The answer is not yet that of what stands in the form. */
  behind: boolean;
  failure: unknown;
  /** From the change to the picture. */
  milliseconds: number | null;
}

/** Explore a spec, written as JSON; null: nothing. */
export function useExploration(body: string | null): Exploration {
  const [answer, setAnswer] = useState<Explored | null>(null);
  const [shown, setShown] = useState("");
  const [failed, setFailed] = useState<{ body: string; error: unknown } | null>(null);
  const [milliseconds, setMilliseconds] = useState<number | null>(null);
  const changedAt = useRef(0);
  const queue = useRef<Newest<string> | null>(null);

  useEffect(() => {
    const made = newest<string, Explored>(
      (asked, signal) =>
        got(api.POST("/api/v1/explore", { body: JSON.parse(asked) as Schemas["BacktestSpec"], signal })),
      (asked, found, last) => {
        setAnswer(found);
        setShown(asked);
        setFailed(null);
        if (last) afterPicture(() => setMilliseconds(measured(changedAt.current)));
      },
      (asked, error) => setFailed({ body: asked, error }),
    );
    queue.current = made;
    return () => made.stop();
  }, []);

  useEffect(() => {
    if (body === null) return;
    changedAt.current = performance.now();
    const timer = setTimeout(() => queue.current?.ask(body), REST);
    return () => clearTimeout(timer);
  }, [body]);

  // What fails in passing is asked again.
  useEffect(() => {
    if (!failed || failed.body !== body || !isPassing(failed.error)) return;
    const timer = setTimeout(() => queue.current?.ask(failed.body), AGAIN);
    return () => clearTimeout(timer);
  }, [failed, body]);

  const failure = failed && failed.body === body ? failed.error : null;
  return { answer, shown, behind: body !== null && shown !== body, failure, milliseconds };
}

function isPassing(error: unknown): boolean {
  return typeof error === "object" && error !== null && "passing" in error && error.passing === true;
}

/** Call when the browser has painted what changed now. */
function afterPicture(done: () => void): void {
  requestAnimationFrame(() => setTimeout(done));
}

function measured(start: number): number {
  performance.clearMeasures(MEASURE);
  return performance.measure(MEASURE, { start, end: performance.now() }).duration;
}
