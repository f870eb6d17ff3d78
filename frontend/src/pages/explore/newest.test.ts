import { newest } from "./newest";

/** A server that answers when it is told to. */
function server() {
  const open: { asked: number; answer: (value: string) => void; refuse: (error: Error) => void }[] = [];
  const run = (asked: number) =>
    new Promise<string>((answer, refuse) => {
      open.push({ asked, answer, refuse });
    });
  return { open, run };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("one request at a time", () => {
  it("asks for the newest of what came meanwhile, and for nothing else", async () => {
    const { open, run } = server();
    const told: unknown[] = [];
    const queue = newest(
      run,
      (asked, answer, last) => told.push([asked, answer, last]),
      (asked) => told.push(asked),
    );
    for (const one of [1, 2, 3, 4]) queue.ask(one);
    expect(open.map((one) => one.asked)).toEqual([1]);
    open[0]?.answer("a");
    await settled();
    expect(open.map((one) => one.asked)).toEqual([1, 4]);
    open[1]?.answer("d");
    await settled();
    expect(told).toEqual([
      [1, "a", false],
      [4, "d", true],
    ]);
  });

  it("tells of a failure only where nothing newer waits", async () => {
    const { open, run } = server();
    const failed: number[] = [];
    const queue = newest(
      run,
      () => undefined,
      (asked) => failed.push(asked),
    );
    queue.ask(1);
    queue.ask(2);
    open[0]?.refuse(new Error("one"));
    await settled();
    open[1]?.refuse(new Error("two"));
    await settled();
    expect(failed).toEqual([2]);
  });

  it("tells nothing after its end", async () => {
    const { open, run } = server();
    const told: unknown[] = [];
    const queue = newest(
      run,
      (asked) => told.push(asked),
      (asked) => told.push(asked),
    );
    queue.ask(1);
    queue.ask(2);
    queue.stop();
    open[0]?.answer("a");
    await settled();
    expect(told).toEqual([]);
    expect(open).toHaveLength(1);
  });
});
