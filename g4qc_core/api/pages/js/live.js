/**
 * Server-sent events, read with `fetch` because the browser's own reader hides why it was refused. A stream that breaks is
 * taken up again after the last event that was read. Must not know what the events say.
 */

import { open, Problem } from "./api.js";

const PAUSE = 1500;

/**
 * The events of an address until one is the last, or the signal stops it.
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {(event: {event: string, data: any}) => boolean} isLast
 * @returns {AsyncGenerator<{event: string, data: any, id: string}>}
 */
export async function* follow(path, signal, isLast) {
  let last = "";
  while (!signal.aborted) {
    try {
      const response = await open(path, {}, { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) }, signal);
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

/** The events of a body of `text/event-stream`. */
async function* parse(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
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
}

function fields(block) {
  const event = { event: "message", id: "", data: null };
  const data = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name === "data") data.push(value);
    else if (name === "event" || name === "id") event[name] = value;
  }
  if (data.length) event.data = decode(data.join("\n"));
  return event;
}

function decode(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pause(signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve(undefined)), { once: true });
  });
}
