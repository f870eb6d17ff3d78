/** One request at a time, and the newest wins: what is asked while one is on its way waits, and only the last of it. */

export interface Newest<Asked> {
  /** Ask for something; what waited before is forgotten. */
  ask: (asked: Asked) => void;
  /** Forget what waits, and tell nothing of what is on its way. */
  stop: () => void;
}

/** Return a queue of one. `tell` hears of every answer in its order; `last` is true when nothing waits behind it. */
export function newest<Asked, Answer>(
  run: (asked: Asked, signal: AbortSignal) => Promise<Answer>,
  tell: (asked: Asked, answer: Answer, last: boolean) => void,
  fail: (asked: Asked, error: unknown) => void,
): Newest<Asked> {
  const stopping = new AbortController();
  let running = false;
  let waiting: { asked: Asked } | null = null;

  async function go(asked: Asked): Promise<void> {
    running = true;
    try {
      const answer = await run(asked, stopping.signal);
      if (!stopping.signal.aborted) tell(asked, answer, waiting === null);
    } catch (error) {
      // A failure of what nobody waits for any more says nothing.
      if (!stopping.signal.aborted && waiting === null) fail(asked, error);
    }
    running = false;
    const next = waiting;
    waiting = null;
    if (next && !stopping.signal.aborted) void go(next.asked);
  }

  return {
    ask: (asked) => {
      if (running) waiting = { asked };
      else void go(asked);
    },
    stop: () => {
      waiting = null;
      stopping.abort();
    },
  };
}
