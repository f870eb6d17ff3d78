import { type Metric, metricsOf } from "./metrics";

const FACTS = { formula: "", group: "", needs: "", annual: false, least: "", reliable_from: 0, distorted: false };
const DEFINED: Metric[] = [
  { ...FACTS, key: "sharpe", unit: "ratio", least: "20 sessions.", distorted: true, gain: true, better: "larger" },
  { ...FACTS, key: "max_drawdown", unit: "share", gain: false, better: "larger" },
  { ...FACTS, key: "costs", unit: "money", gain: false, better: "smaller" },
  { ...FACTS, key: "average_bars", unit: "bars", gain: false, better: null },
];
const metrics = metricsOf(DEFINED);

describe("the figures of results", () => {
  it("are written by their unit, with a mark where missing sessions distort them", () => {
    expect(metrics.written("sharpe", 1.5, 2)).toBe("1.500 *");
    expect(metrics.written("max_drawdown", -0.1234, 2)).toBe("-12.34%");
    expect(metrics.written("costs", 1234.5)).toBe("1,234.50");
    expect(metrics.written("average_bars", 1200)).toBe("1,200");
    expect(metrics.written("average_bars", 2.25)).toBe("2.250");
  });

  it("without a value say whether the sample is too small", () => {
    expect(metrics.written("sharpe", null)).toBe("not meaningful");
    expect(metrics.written("costs", null)).toBe("–");
    expect(metrics.format("sharpe", NaN)).toBe("–");
  });

  it("have a colour only where their sign means a gain or a loss", () => {
    expect(metrics.tone("sharpe", 1)).toBe("gain");
    expect(metrics.tone("sharpe", -1)).toBe("loss");
    expect(metrics.tone("sharpe", 0)).toBeUndefined();
    expect(metrics.tone("max_drawdown", -0.1)).toBeUndefined();
  });

  it("have a best by what they are, and none where all are alike or no way is better", () => {
    expect(metrics.bestOf("sharpe", [0.5, 1.5, null])).toEqual([1]);
    expect(metrics.bestOf("max_drawdown", [-0.2, -0.1])).toEqual([1]);
    expect(metrics.bestOf("costs", [5, 9, 5])).toEqual([0, 2]);
    expect(metrics.bestOf("costs", [5, 5])).toEqual([]);
    expect(metrics.bestOf("average_bars", [1, 2])).toEqual([]);
    expect(metrics.bestOf("sharpe", [1, null])).toEqual([]);
  });
});
