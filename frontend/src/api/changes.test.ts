import { QueryClient } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { isOutdated, usePolling, watchChanges } from "./changes";

/** A server of streams: each connection is one that the test writes to. */
class Streams {
  headers: Headers[] = [];
  signals: (AbortSignal | null | undefined)[] = [];
  private writers: ReadableStreamDefaultController<Uint8Array>[] = [];
  status = 200;

  fetch = vi.fn((_: string, options: RequestInit) => {
    this.headers.push(new Headers(options.headers));
    this.signals.push(options.signal);
    if (this.status !== 200) return Promise.resolve(new Response("{}", { status: this.status }));
    const body = new ReadableStream<Uint8Array>({ start: (writer) => void this.writers.push(writer) });
    return Promise.resolve(new Response(body));
  });

  say(event: string, names: string[], id: string) {
    const text = `event: ${event}\nid: ${id}\ndata: ${JSON.stringify({ names })}\n\n`;
    this.writers.at(-1)?.enqueue(new TextEncoder().encode(text));
  }

  hangUp() {
    this.writers.at(-1)?.close();
  }
}

function hide(hidden: boolean) {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
}

describe("a key", () => {
  it("is outdated by what its answer is made of", () => {
    expect(isOutdated(["jobs", "newest", 6], ["jobs"])).toBe(true);
    expect(isOutdated(["jobs"], ["results"])).toBe(false);
    expect(isOutdated(["bars", "ES", "1h"], ["bars:ES"])).toBe(true);
    expect(isOutdated(["bars", "NQ", "1h"], ["bars:ES"])).toBe(false);
    expect(isOutdated(["coverage"], ["health", "bars:ES"])).toBe(true);
    expect(isOutdated(["coverage", "NQ"], ["bars:ES"])).toBe(false);
  });
});

describe("the stream of changes", () => {
  let streams: Streams;
  let queries: QueryClient;
  let stop: () => void;

  beforeEach(() => {
    streams = new Streams();
    vi.stubGlobal("fetch", streams.fetch);
    queries = new QueryClient();
    vi.spyOn(queries, "invalidateQueries");
    stop = watchChanges(queries, 0);
  });

  afterEach(() => {
    stop();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it("outdates what it names", async () => {
    queries.setQueryData(["jobs", "all"], 1);
    queries.setQueryData(["results"], 1);
    await waitFor(() => expect(streams.fetch).toHaveBeenCalledOnce());
    streams.say("ready", ["jobs", "results"], "1");
    streams.say("changed", ["jobs"], "2");
    await waitFor(() => expect(queries.getQueryState(["jobs", "all"])?.isInvalidated).toBe(true));
    expect(queries.getQueryState(["results"])?.isInvalidated).toBe(false);
  });

  it("is closed in a hidden tab, and taken up again after the last event", async () => {
    await waitFor(() => expect(streams.fetch).toHaveBeenCalledOnce());
    streams.say("ready", [], "seven");
    const { result } = renderHook(() => usePolling(1000)({ state: { error: null } }));
    await waitFor(() => expect(result.current).toBe(60_000));
    hide(true);
    expect(streams.signals[0]?.aborted).toBe(true);
    await waitFor(() => expect(result.current).toBe(1000));
    hide(false);
    await waitFor(() => expect(streams.fetch).toHaveBeenCalledTimes(2));
    expect(streams.headers[1]?.get("Last-Event-ID")).toBe("seven");
  });

  it("lets pages ask by themselves while it is away, and is taken up again", async () => {
    await waitFor(() => expect(streams.fetch).toHaveBeenCalledOnce());
    streams.say("ready", [], "1");
    const { result } = renderHook(() => usePolling(1000)({ state: { error: null } }));
    await waitFor(() => expect(result.current).toBe(60_000));
    streams.hangUp();
    await waitFor(() => expect(result.current).toBe(1000));
    await waitFor(() => expect(streams.fetch).toHaveBeenCalledTimes(2), { timeout: 10_000 });
    expect(streams.headers[1]?.get("Last-Event-ID")).toBe("1");
  });
});

it("ends with nothing left over", async () => {
  const streams = new Streams();
  vi.stubGlobal("fetch", streams.fetch);
  const stop = watchChanges(new QueryClient(), 0);
  await waitFor(() => expect(streams.fetch).toHaveBeenCalledOnce());
  stop();
  expect(streams.signals[0]?.aborted).toBe(true);
  hide(true);
  hide(false);
  expect(streams.fetch).toHaveBeenCalledOnce();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
