import { expect, it } from "vitest";
import type { Trader } from "./queries";
import { stateOf, toneOf } from "./states";

function trader(changes: Partial<Trader>): Trader {
  return { state: "trading", stale: false, up: true, ...changes } as Trader;
}

it("says of a trader that gives no sign of life that it is gone, whatever it said last", () => {
  expect(stateOf(trader({}))).toBe("trading");
  expect(stateOf(trader({ stale: true, up: false }))).toBe("gone");
  expect(stateOf(trader({ state: "stopped", up: false }))).toBe("stopped");
  expect(stateOf(null)).toBe("never");
});

it("shows trouble as trouble", () => {
  expect(["gone", "rejected", "lost", "failed"].map(toneOf)).toEqual(["bad", "bad", "bad", "bad"]);
  expect(toneOf("trading")).toBe("good");
  expect(toneOf("never")).toBe("");
});
