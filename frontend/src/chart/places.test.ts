import { COLOURS } from "../ui/theme";
import { type Around, beside, placed } from "./gaps";
import { barsTogether, clustersOf } from "./clusters";
import { lastAt } from "./bars";
import { NO_BARS } from "./columns";
import { type Line, lookOf } from "./indicators";
import { seenOf } from "./marks";
import { baseOf, labelsOf, onGrid } from "./priceAxis";
import type { Gap, Span } from "./sessions";
import { between, instantsOf, newest } from "./window";
import { days, moved, offset } from "./zones";

const MINUTE = 60;

/** Bars of a minute at these minutes, of one contract. */
function barsAt(minutes: readonly number[], whole = true) {
  const t = Float64Array.from(minutes, (one) => one * MINUTE);
  const columns = { ...NO_BARS, rows: t.length, t, contract: { values: ["202612"], at: new Int32Array(t.length) } };
  return {
    columns,
    length: t.length,
    hasOldest: whole,
    hasNewest: whole,
    t: (at: number) => t[at] ?? NaN,
    indexAt: (instant: number) => lastAt(t, instant),
    series: { timeframe: "1min" as const },
  } satisfies Around & { series: object };
}

const gap = (from: number, to: number, contract = "202612"): Gap => ({ start: from * MINUTE, end: to * MINUTE, contract, class: "failed" }); // prettier-ignore

describe("gaps among bars", () => {
  const bars = barsAt([0, 1, 2, 7, 8]);

  it("stand between the bars that they part, and are told beside both", () => {
    const places = placed([gap(3, 7)], bars, MINUTE);
    expect(places).toMatchObject([{ from: 2.5, to: 2.5 }]);
    expect([0, 1, 2, 3, 4].filter((at) => beside(places, at).length)).toEqual([2, 3]);
  });

  it("lie within a bar of a longer timeframe where they lie in time", () => {
    const hours = barsAt([0, 60]);
    expect(placed([gap(15, 30)], hours, 60 * MINUTE)).toMatchObject([{ from: -0.25, to: 0 }]);
  });

  it("of another contract, or before and after what is loaded, are not shown", () => {
    expect(placed([gap(3, 7, "202609")], bars, MINUTE)).toEqual([]);
    const part = barsAt([10, 11], false);
    expect(placed([gap(1, 5), gap(12, 20)], part, MINUTE)).toEqual([]);
    expect(placed([gap(1, 5), gap(12, 20)], barsAt([10, 11]), MINUTE)).toHaveLength(2);
    expect(placed([gap(1, 5)], barsAt([]), MINUTE)).toEqual([]);
  });
});

describe("crowded trades", () => {
  const entries = Int32Array.from({ length: 11_000 }, (_, i) => Math.floor(i / 4));

  it("are each in one cluster or single, whatever the zoom", () => {
    for (const spacing of [0.2, 1.5, 3, 7, 15, 29, 31, 80]) {
      const clusters = clustersOf(entries, 100, 900, spacing);
      expect(barsTogether(spacing) * spacing).toBeGreaterThanOrEqual(30);
      clusters.forEach(({ begin, end, bar, bars }, i) => {
        expect(end - begin).toBeGreaterThan(3);
        expect(begin).toBeGreaterThanOrEqual(clusters[i - 1]?.end ?? 0);
        for (const at of [begin, end - 1]) expect(Math.floor((entries[at] ?? 0) / bars) * bars).toBe(bar);
      });
    }
  });

  it("stay together while the view moves", () => {
    const whole = (first: number) => clustersOf(entries, first, first + 400, 7).filter(({ bar }) => bar > 150 && bar < 500);
    for (let first = 100; first < 150; first += 1) expect(whole(first)).toEqual(whole(100));
  }); // prettier-ignore

  it("of few are drawn one by one", () => {
    expect(clustersOf(Int32Array.of(1, 2, 300, 301), 0, 1000, 7)).toEqual([]);
    expect(clustersOf(new Int32Array(), 0, 1000, 7)).toEqual([]);
  });
});

describe("a window of instants", () => {
  it("comes back from its places, also beyond the bars", () => {
    const bars = barsAt(Array.from({ length: 500 }, (_, i) => (i < 250 ? i : i + 60)));
    for (const [from, to] of [[10, 200], [-20, 90], [300, 504], [100, 499], [240, 260]] as const) {
      const seen = instantsOf(bars, { from, to });
      const again = between(bars, seen, 400);
      expect(again).toEqual({ from, to });
    }
  }); // prettier-ignore

  it("of few bars is as wide as they are, and in the middle", () => {
    const { from, to } = newest({ length: 5 }, 1400);
    expect(1400 / (to - from)).toBeCloseTo(42);
    expect((from + to) / 2).toBeCloseTo(2);
    expect(newest({ length: 5000 }, 1400)).toEqual({ from: 4800, to: 5003 });
  });
});

describe("sessions on the screen", () => {
  it("are found as by looking at each", () => {
    const spans: Span[] = Array.from({ length: 50 }, (_, i) => ({ date: "", contract: "", first: i * 4, last: i * 4 + 3 })); // prettier-ignore
    for (const [first, last] of [[-5, 3], [0, 0], [17, 44], [190, 400], [300, 400]] as const) {
      const [seen, begin] = seenOf(spans, first, last);
      const expected = spans.filter((span) => span.last >= first && span.first <= last);
      expect(seen).toEqual(expected);
      if (seen[0]) expect(spans[begin]).toBe(seen[0]);
    } // prettier-ignore
  });
});

describe("the axis of prices", () => {
  it("has labels on the grid of ticks only", () => {
    const euro = { decimals: 5, tick: 0.00005 };
    expect(labelsOf([1.0862, 1.08625, 1.086255], euro)).toEqual(["1.08620", "1.08625", ""]);
    expect(onGrid(5012.37, { decimals: 2, tick: 0.25 })).toBe("5,012.25");
    expect(onGrid(132.33, { decimals: 6, tick: 1 / 64 })).toBe("132'105");
  });

  it("is divided as the tick is", () => {
    for (const tick of [0.25, 0.1, 0.01, 0.00005, 0.025, 1 / 32, 1 / 256, 5, 1, 0.0000005]) {
      const base = baseOf(tick);
      expect(Number.isInteger(base)).toBe(true);
      expect(1 / base).toBeLessThanOrEqual(Math.max(tick, 1) + 1e-12);
    }
    expect(baseOf(0.25)).toBe(4);
    expect(baseOf(0.00005)).toBe(100_000);
  });
});

describe("clocks", () => {
  it("of a zone follow its seasons, and never go back", () => {
    const chicago = "America/Chicago";
    expect(offset(Date.UTC(2026, 6, 1) / 1000, chicago)).toBe(-5 * 3600);
    expect(offset(Date.UTC(2026, 11, 1) / 1000, chicago)).toBe(-6 * 3600);
    const hours = Float64Array.from({ length: 24 }, (_, i) => Date.UTC(2026, 10, 1) / 1000 + i * 1800);
    const shown = moved(hours, chicago);
    shown.forEach((t, i) => i && expect(t).toBeGreaterThan(shown[i - 1] ?? 0));
  });

  it("of sessions are their trade dates", () => {
    expect([...days(["2026-10-29", "2026-10-30"], Int32Array.of(0, 1, 1))]).toEqual([
      Date.UTC(2026, 9, 29) / 1000,
      Date.UTC(2026, 9, 30) / 1000,
      Date.UTC(2026, 9, 30) / 1000 + 1,
    ]);
  });
});

describe("lines of a strategy", () => {
  it("differ by their pattern too, and the two edges of a band look alike", () => {
    const line = (kind: Line["kind"]): Line => ({ name: kind, pane: "price", kind, values: [], level: null });
    const lines = [line("band"), line("line"), line("band"), line("line")];
    const looks = lines.map((_, place) => lookOf(lines, place));
    expect(looks[0]).toEqual(looks[2]);
    expect(looks[1]?.dashes).not.toEqual(looks[3]?.dashes);
    expect(COLOURS).toContain(looks[3]?.colour);
  });
});
