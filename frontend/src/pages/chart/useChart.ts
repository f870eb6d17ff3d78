/** A stage in a page, and its view in the address: each follows the other. */

import { useQuery } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Schemas } from "../../api/client";
import { forgetBars } from "../../chart/bars";
import type { Timeframe } from "../../chart/ladder";
import { pointedAt, PointedStore } from "../../chart/pointed";
import type { Missing } from "../../chart/reader";
import { Stage } from "../../chart/stage";
import { readView, type View, writeView } from "../../chart/view";
import type { Instants } from "../../chart/window";
import { useQueryString } from "../../ui/address";
import { reachOf } from "./useOverlays";

type Instrument = Schemas["InstrumentInfo"];

export interface Chart {
  view: View;
  place: RefObject<HTMLDivElement | null>;
  stage: Stage | null;
  /** The timeframe of the bars on the screen. */
  shown: Timeframe | undefined;
  pointed: PointedStore;
  missing: readonly Missing[];
  /** What the address said that means nothing. */
  strange: readonly string[];
  /** The gaps are not known. */
  unsure: boolean;
  isEmpty: boolean;
  failure: unknown;
  /** The window for which lines are wanted. */
  reach: Instants | null;
  /** Change the view: a new entry in the history, unless told otherwise. */
  choose: (change: Partial<View>, options?: { entry: boolean }) => void;
  /** Put what is seen into the address. */
  write: () => void;
  /** Move the crosshair by bars. */
  walk: (by: number) => void;
  attempt: (work: Promise<unknown>) => void;
  again: () => void;
}

/** What is seen of the stage. */
interface Seen {
  shown: Timeframe | undefined;
  missing: readonly Missing[];
  isEmpty: boolean;
}

const NOTHING: Seen = { shown: undefined, missing: [], isEmpty: false };

export function useChart(instruments: readonly Instrument[] | undefined): Chart {
  const [query, setQuery] = useQueryString();
  const read = useMemo(() => readView(query), [query]);
  const place = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Stage | null>(null);
  const [pointed] = useState(() => new PointedStore());
  const [seen, setSeen] = useState(NOTHING);
  const [unsure, setUnsure] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [strange, setStrange] = useState<readonly string[]>([]);
  const [reach, setReach] = useState<Instants | null>(null);
  const [attempts, setAttempts] = useState(0);
  /** The view that the stage was last told, or told itself. */
  const opened = useRef<View | null>(null);
  const latest = useRef(read);
  const write = useRef<() => void>(() => undefined);
  useEffect(() => {
    latest.current = read;
  });

  const [about] = useState(promised<readonly Instrument[]>);
  useEffect(() => {
    if (instruments) about.tell(instruments);
  }, [instruments, about]);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made: Stage = new Stage(element, {
      moved: () => {
        pointed.set(pointedAt(made, undefined));
        setSeen((before) => seenOf(made, before));
      },
      pointed: (at) => pointed.set(pointedAt(made, at)),
      settled: () => write.current(),
      failed: setFailure,
      judged: (error) => setUnsure(Boolean(error)),
    });
    setStage(made);
    return () => {
      made.destroy();
      opened.current = null;
      setStage(null);
    };
  }, [pointed]);

  useEffect(() => {
    write.current = () => {
      const window = stage?.window;
      if (!window) return;
      const view = readView(writeView({ ...latest.current, ...window }));
      opened.current = view;
      setReach((before) => reachOf(before, window));
      setQuery(writeView(view));
    };
  }, [stage, setQuery]);

  const choose = useCallback(
    (change: Partial<View>, { entry } = { entry: true }) => {
      // What is seen stays, whatever else changes.
      setQuery(writeView({ ...latest.current, ...(stage?.window ?? {}), ...change }), { entry });
    },
    [stage, setQuery],
  );

  useEffect(() => {
    if (!stage || !read.symbol) return;
    const before = opened.current;
    opened.current = read;
    if (before && isSame(before, read)) {
      if (before.zone !== read.zone) void zoneOf(about.known, read).then((zone) => stage.setZone(zone));
      return;
    }
    const needed = about.known.then(async (all) => {
      const one = all.find(({ symbol }) => symbol === read.symbol);
      return { zone: await zoneOf(about.known, read), prices: { decimals: one?.decimals ?? 2, tick: one?.tick ?? 0.01 } };
    });
    stage.open(read, needed).then((isShown) => {
      if (read.wrong.length) setStrange(read.wrong);
      if (!isShown) return;
      setFailure(null);
      write.current();
      // After the frame in which they are painted.
      requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("g4qc-candles")));
    }, setFailure);
  }, [stage, read, about, attempts]); // prettier-ignore

  const again = useCallback(() => {
    forgetBars();
    opened.current = null;
    setAttempts((count) => count + 1);
  }, []);

  // The page's cache says when bars have changed, or something that was away is back.
  const fresh = useQuery({ queryKey: ["bars", read.symbol, "shown"], queryFn: () => Date.now(), staleTime: Infinity });
  const known = useRef<[string, number] | null>(null);
  useEffect(() => {
    const [symbol, at] = [read.symbol, fresh.data];
    if (!at || !stage) return;
    const isNew = known.current?.[0] === symbol && known.current[1] !== at;
    known.current = [symbol, at];
    if (!isNew) return;
    if (failure) queueMicrotask(again);
    else stage.refresh().catch(() => undefined);
  }, [stage, read.symbol, fresh.data, failure, again]);

  const walk = (by: number) => {
    if (!stage?.bars) return;
    const to = Math.max(0, Math.min(stage.bars.length - 1, (pointed.value?.at ?? 0) + by));
    const bar = stage.bars.bar(to);
    if (!bar) return;
    stage.canvas.point(to, bar.close);
    pointed.set(pointedAt(stage, to));
  };
  return {
    ...seen,
    view: read,
    place,
    stage,
    pointed,
    strange,
    unsure,
    failure,
    reach,
    choose,
    write: () => write.current(),
    walk,
    attempt: (work) => void work.catch(setFailure),
    again,
  };
}

/** Return a promise, and the function that keeps it. */
function promised<T>(): { known: Promise<T>; tell: (value: T) => void } {
  let tell: (value: T) => void = () => undefined;
  const known = new Promise<T>((done) => (tell = done));
  return { known, tell };
}

/** True where two views show the same bars between the same edges. */
function isSame(one: View, other: View): boolean {
  const [a, b] = [one, other].map((view) => writeView({ ...view, zone: "utc", backtest: "" }).toString());
  return a === b;
}

async function zoneOf(known: Promise<readonly Instrument[]>, { zone, symbol }: View): Promise<string> {
  if (zone === "utc") return "UTC";
  return (await known).find((one) => one.symbol === symbol)?.time_zone ?? "UTC";
}

/** What is seen of a stage; the same object while it is the same, so that a pan draws little anew. */
function seenOf(stage: Stage, before: Seen): Seen {
  const { bars } = stage;
  const missing = [...(bars?.missing.values() ?? [])].sort((one, other) => (one.first < other.first ? -1 : 1));
  const isEmpty = bars !== null && !bars.length;
  const same = missing.length === before.missing.length && missing.every((run, i) => run === before.missing[i]);
  if (same && before.shown === stage.timeframe && before.isEmpty === isEmpty) return before;
  return { shown: stage.timeframe, missing, isEmpty };
}
