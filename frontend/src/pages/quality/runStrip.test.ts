import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { look, rows } from "./RunStrip";

type Run = Schemas["ComparedRun"];

function run(contract: string, first: string, verdict: Run["verdict"], agrees = false): Run {
  const named = { contract, first_source: "ib", second_source: "archive" };
  return { ...named, first, last: first, sessions: 1, verdict, agrees, daylight_saving: false, about: "" };
}

test("runs of a contract and two sources are one strip, in their order", () => {
  const runs = [run("202403", "2024-01-02", "same", true), run("202406", "2024-03-04", "clock")];
  const more = [run("202403", "2024-01-05", "prices")];
  const found = rows([...runs, ...more]);
  expect(found.map(([name]) => name)).toEqual(["202403 ib · archive", "202406 ib · archive"]);
  expect(found[0]?.[1].map((one) => one.first)).toEqual(["2024-01-02", "2024-01-05"]);
});

test("a run that agrees, one that differs and one that is wrong throughout look different", () => {
  expect(look({ agrees: true, verdict: "prices" })).toBe("agrees");
  expect(look({ agrees: false, verdict: "minutes" })).toBe("apart");
  for (const verdict of ["clock", "label", "scale", "unlike", "absent"] as const) {
    expect(look({ agrees: false, verdict })).toBe("wrong");
  }
});
