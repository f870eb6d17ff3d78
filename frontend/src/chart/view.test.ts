import { chartAddress } from "./address";
import { LADDER, neighbour, seconds, suited, TIMEFRAMES } from "./ladder";
import { ADJUSTMENTS, readView, type View, writeView, ZONES } from "./view";

/** Numbers that look random and are the same in every run. */
function* chances(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

const random = chances(13);
const chance = () => random.next().value;
const one = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)] as T;

function anyView(): View {
  const from = chance() < 0.3 ? 0 : Math.floor(chance() * 3e7) * 60;
  const contract = chance() < 0.5 ? "" : one(["202612", "201003", "spot"]);
  return {
    symbol: one(["ES", "ZN", "6E", "M2K", "A&B=C"]),
    timeframe: one(TIMEFRAMES),
    contract,
    adjustment: one(ADJUSTMENTS),
    rule: one(["", "volume_cross", "days_before_expiry(8)", "a+b & c=d, é:%"]),
    zone: one(ZONES),
    backtest: one(["", "0d3cf8e1aa"]),
    from,
    to: from && from + 60 * Math.ceil(chance() * 1e5),
  };
}

describe("the address of a view", () => {
  it("says the same view again, whatever it is", () => {
    for (let i = 0; i < 2000; i += 1) {
      const view = anyView();
      const read = readView(new URLSearchParams(writeView(view).toString()));
      expect(read).toEqual({ ...view, wrong: [] });
    }
  });

  it("keeps a window of less than a minute", () => {
    const view: View = { ...anyView(), from: 1_700_000_010, to: 1_700_000_012 };
    const read = readView(writeView(view));
    expect(read.from).toBeLessThanOrEqual(view.from);
    expect(read.to).toBeGreaterThanOrEqual(view.to);
  });

  it("names what means nothing, and takes the default for it", () => {
    const read = readView(new URLSearchParams("symbol=es&adjustment=ratios&zoom=3&contract=2026&from=never&rule=x"));
    expect(read.wrong).toEqual(["adjustment=ratios", "zoom=3", "contract=2026", "from=never"]);
    expect(read).toMatchObject({ symbol: "ES", adjustment: "none", contract: "", from: 0, to: 0, rule: "x" });
  });

  it("is made for links of other pages from what they know", () => {
    const address = chartAddress("ES", { timeframe: "1min", contract: "", from: "2026-10-05T13:30:00Z", to: "2026-10-05T15:00Z" });
    expect(address).toBe("/chart?symbol=ES&timeframe=1min&from=2026-10-05T13:30:00Z&to=2026-10-05T15:00Z");
    expect(readView(new URLSearchParams(address.split("?")[1])).wrong).toEqual([]);
  }); // prettier-ignore
});

describe("the ladder", () => {
  it("never shows a finer timeframe than chosen, nor bars that are too close while a coarser one is left", () => {
    for (let i = 0; i < 2000; i += 1) {
      const [shown, chosen] = [one(TIMEFRAMES), one(TIMEFRAMES)];
      const [bars, width] = [1 + chance() * 50_000, 200 + chance() * 2000];
      const found = suited(shown, chosen, bars, width);
      expect(seconds(found)).toBeGreaterThanOrEqual(seconds(chosen));
      const spacing = (width * seconds(found)) / (bars * seconds(shown));
      expect(spacing >= 1.5 || found === "1d").toBe(true);
    }
  });

  it("settles: what suits is what suits again", () => {
    for (let i = 0; i < 2000; i += 1) {
      const [shown, chosen] = [one(TIMEFRAMES), one(TIMEFRAMES)];
      const [bars, width] = [1 + chance() * 50_000, 200 + chance() * 2000];
      const found = suited(shown, chosen, bars, width);
      expect(suited(found, chosen, (bars * seconds(shown)) / seconds(found), width)).toBe(found);
    }
  });

  it("has ends", () => {
    expect(neighbour("1min", -1)).toBeUndefined();
    expect(neighbour("1d", 1)).toBeUndefined();
    expect(LADDER.map(({ name }) => neighbour(name, 0))).toEqual(TIMEFRAMES);
  });
});
