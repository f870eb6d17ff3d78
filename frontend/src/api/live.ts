/**
 * Server-sent events, read with `fetch` because the browser's own reader hides why it was refused. A stream that breaks is
 * taken up again after the last event that was read.
 */

import { openAnswer } from "./client";
import { Problem } from "./problem";

/** An event of a stream; `data` is its JSON document, or text. */
export interface ServerEvent {
  event: string;
  id: string;
  data: unknown;
}

const PAUSE = 1500;

/** Yield the events of an address until one is the last, or the signal stops it. */
export async function* follow(
  path: string,
  signal: AbortSignal,
  isLast: (event: ServerEvent) => boolean = () => false,
): AsyncGenerator<ServerEvent> {
  let last = "";
  while (!signal.aborted) {
    try {
      const headers = { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) };
      const response = await openAnswer(path, headers, signal);
      for await (const event of parse(response.body)) {
        if (event.id) last = event.id;
        yield event;
        if (isLast(event)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && !error.passing) throw error;
    }
    await pause(signal);
  }
}

/** Yield the events of a body of `text/event-stream`. */
export async function* parse(body: ReadableStream<Uint8Array> | null): AsyncGenerator<ServerEvent> {
  if (!body) return;
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text = (text + value).replace(/\r\n?/g, "\n");
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = fields(block);
        if (event.data !== null) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function fields(block: string): ServerEvent {
  const event: ServerEvent = { event: "message", id: "", data: null };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value = ""] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name === "data") data.push(value);
    else if (name === "event" || name === "id") event[name] = value;
  }
  if (data.length) event.data = decode(data.join("\n"));
  return event;
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, PAUSE);
    signal.addEventListener("abort", stop, { once: true });
  });
}
