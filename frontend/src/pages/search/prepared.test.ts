import { prepared } from "./prepared";
import { joined } from "./trials";

it("trials are prepared with their ranked rows and the axes of what varies among these", async () => {
  const trials = joined([
    {
      id: "a",
      states: ["ranked", "unmet"],
      number: [0, 1, 2, 3],
      state: [0, 1, 0, 0],
      objective: [3, 9, 1, 2],
      parameters: { fast: [5, 5, 3, 5], slow: [20, 30, 20, 20], contracts: [1, 1, 1, 1] },
      figures: { sharpe: [1, null, 2, null] },
      next_after: null,
    },
  ]);
  const found = await prepared(trials);
  expect([...found.rankedRows]).toEqual([0, 2, 3]);
  // The slow average varies only with a trial that is not ranked.
  expect(found.axes.map((one) => one.name)).toEqual(["fast"]);
  expect(found.objective).toBe(trials.objective);
});
