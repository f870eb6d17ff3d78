import { apartOf, distinctNames } from "./apart";

function made(id: string, spec: Record<string, unknown>, more: { title?: string; created_at?: string } = {}) {
  return { id, name: "cross", title: more.title ?? null, spec, created_at: more.created_at ?? "2026-10-05T10:00:00Z" };
}

describe("results of one name", () => {
  it("are told apart by what differs in parameters and fields, and by nothing else", () => {
    const found = apartOf([
      made("a", { timeframe: "1h", from: null, parameters: { fast: 5, slow: 40 } }),
      made("b", { timeframe: "1h", from: "2026-10-01", parameters: { fast: 9, slow: 40 } }),
    ]);
    expect(found.get("a")).toEqual(["fast 5", "from –"]);
    expect(found.get("b")).toEqual(["fast 9", "from 2026-10-01"]);
  });

  it("are told apart by when they were made where their specs are alike", () => {
    const spec = { parameters: { fast: 5 } };
    const found = apartOf([
      made("a", spec, { created_at: "2026-10-05T10:00:01Z" }),
      made("b", spec, { created_at: "2026-10-05T10:00:02Z" }),
    ]);
    expect(found.get("a")).toHaveLength(1);
    expect(found.get("a")).not.toEqual(found.get("b"));
  });

  it("need nothing where each has a title of its own", () => {
    expect(apartOf([made("a", {}, { title: "one" }), made("b", {}, { title: "two" })]).size).toBe(0);
  });

  it("have names that no other has, even where all is alike", () => {
    const names = distinctNames([made("a".repeat(32), {}), made("b".repeat(32), {})]);
    expect(new Set(names).size).toBe(2);
  });
});
