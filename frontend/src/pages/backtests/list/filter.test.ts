import type { Result } from "../results";
import { fitting, readShown, sortOf, withoutIdle, writeShown } from "./filter";

function made(id: string, more: Partial<Result>): Result {
  const known = {
    name: "cross",
    title: null,
    tags: [],
    note: null,
    strategy: "cross",
    instrument: "ES",
    timeframe: "1h",
  };
  const rest = { created_at: "", spec: {}, metrics: {}, confidence: null, run_id: null, has_report: false };
  return { id, ...known, ...rest, ...more };
}

describe("what the list shows", () => {
  it("is read from an address as it was written, and leaves the rest of the address alone", () => {
    const query = new URLSearchParams("strategy=donchian&cash=5");
    const shown = { ...readShown(query), strategy: "cross", tag: "keep", sort: "-sharpe" };
    writeShown(query, shown);
    expect(query.get("strategy")).toBe("donchian");
    expect(readShown(query)).toEqual(shown);
    expect(sortOf(shown)).toEqual({ sort: "sharpe", descending: true });
    writeShown(query, readShown(new URLSearchParams()));
    expect(query.toString()).toBe("strategy=donchian&cash=5");
  });

  it("fits every filter at once, the text in names, tags, notes and parameters", () => {
    const rows = [
      made("a", { tags: ["keep"], spec: { parameters: { fast: 5 } } }),
      made("b", { instrument: "NQ", note: "Look at the roll" }),
    ];
    const nothing = readShown(new URLSearchParams());
    const ids = (more: Partial<typeof nothing>) => fitting(rows, { ...nothing, ...more }).map((row) => row.id);
    expect(ids({})).toEqual(["a", "b"]);
    expect(ids({ text: "FAST=5" })).toEqual(["a"]);
    expect(ids({ text: "roll" })).toEqual(["b"]);
    expect(ids({ tag: "keep", instrument: "NQ" })).toEqual([]);
  });

  it("forgets a filter that no result fits any more", () => {
    const shown = { ...readShown(new URLSearchParams()), tag: "bad", instrument: "ES", text: "x" };
    expect(withoutIdle(shown, [made("a", {})])).toEqual({ ...shown, tag: "" });
  });
});
