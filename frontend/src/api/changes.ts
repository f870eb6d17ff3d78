/**
 * What changes on the server, as it happens: one stream for each tab, open while the tab is seen. Queries whose key begins
 * with a name that has changed are asked again; without the stream, pages ask by themselves more often.
 */

import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { KEY_GIVEN, openAnswer } from "./client";
import { parse, type ServerEvent } from "./live";
import { Problem } from "./problem";
import { every } from "./queries";

const PATH = "/api/v1/events";
const [SOON, LATE] = [1500, 30_000];
/** The server says something at least every 15 seconds; a stream that is silent for longer is dead. */
const SILENCE = 45_000;
/** A page is loaded first: the stream begins so many milliseconds later. */
const AFTER = 3000;
/** How often a page asks by itself of what the stream tells. */
const RARELY = 60_000;

/** Names of what changed, like `jobs` or `bars:ES`. */
export type ChangedNames = readonly string[];

const heard = new Set<() => void>();
let streaming = false;

/** Return how often a page asks for what the stream tells of: rarely while there is a stream. */
export function usePolling(milliseconds: number): ReturnType<typeof every> {
  const live = useSyncExternalStore(onStreaming, isStreaming);
  return every(live ? Math.max(RARELY, milliseconds) : milliseconds);
}

function onStreaming(changed: () => void): () => void {
  heard.add(changed);
  return () => heard.delete(changed);
}

function isStreaming(): boolean {
  return streaming;
}

function setStreaming(now: boolean): void {
  if (now === streaming) return;
  streaming = now;
  for (const one of heard) one();
}

/** True where a query is made of what has one of these names; `bars:ES` are the bars and the coverage of ES, or of all. */
export function isOutdated(key: readonly unknown[], names: ChangedNames): boolean {
  return names.some((name) => {
    const [room, symbol] = name.split(":");
    if (key[0] !== room && !(room === "bars" && key[0] === "coverage")) return false;
    return symbol === undefined || key[1] === undefined || key[1] === symbol;
  });
}

/** Keep the answers of a tab as new as the server's until the function that is returned is called. */
export function watchChanges(queries: QueryClient, after = AFTER): () => void {
  let connection: AbortController | undefined;
  let last = "";

  function begin() {
    if (document.hidden || connection) return;
    connection = new AbortController();
    void listen(connection.signal);
  }

  function end() {
    connection?.abort();
    connection = undefined;
    setStreaming(false);
  }

  function restart() {
    end();
    begin();
  }

  async function listen(signal: AbortSignal) {
    let pause = SOON;
    while (!signal.aborted) {
      try {
        for await (const event of open(last, signal)) {
          pause = SOON;
          last = event.id || last;
          setStreaming(true);
          if (event.event === "changed") outdate(namesOf(event.data));
        }
      } catch (error) {
        // A server that has no stream, or not for this key: pages ask by themselves.
        if (error instanceof Problem && !error.passing) pause = LATE;
      }
      if (signal.aborted) return;
      setStreaming(false);
      await sleep(pause, signal);
      pause = Math.min(LATE, 2 * pause);
    }
  }

  function outdate(names: ChangedNames) {
    void queries.invalidateQueries({ predicate: (query) => isOutdated(query.queryKey, names) });
  }

  const seen = () => (document.hidden ? end() : begin());
  document.addEventListener("visibilitychange", seen);
  document.addEventListener(KEY_GIVEN, restart);
  window.addEventListener("online", restart);
  const timer = setTimeout(begin, after);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
    document.removeEventListener(KEY_GIVEN, restart);
    window.removeEventListener("online", restart);
    end();
  };
}

/** Yield the events of one connection, which ends when the server is silent for too long. */
async function* open(last: string, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const stop = new AbortController();
  const end = () => stop.abort();
  signal.addEventListener("abort", end, { once: true });
  let timer = setTimeout(end, SILENCE);
  try {
    const headers = { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) };
    const { body } = await openAnswer(PATH, headers, stop.signal);
    const alive = new TransformStream<Uint8Array, Uint8Array>({
      transform(part, control) {
        clearTimeout(timer);
        timer = setTimeout(end, SILENCE);
        control.enqueue(part);
      },
    });
    yield* parse(body && body.pipeThrough(alive));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    stop.abort();
  }
}

function namesOf(data: unknown): ChangedNames {
  const names = (data as { names?: unknown } | null)?.names;
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
