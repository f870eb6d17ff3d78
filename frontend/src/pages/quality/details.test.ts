import { chooseLanguage } from "../../lang/words";
import { detailOf } from "./details";

const SAID: [string, string][] = [
  ["schema", "high is nan"],
  ["schema", "count is -3"],
  ["schema", "the bar has no timestamp"],
  ["schema", "starts at 13:30:05.000000, not on a whole minute"],
  ["unknown_contract", "ES has no contract '209912' in its chain"],
  ["negative_volume", "volume is -5"],
  ["ohlc_order", "open 1.5, high 1.0, low 2.0, close 1.0"],
  ["off_tick", "close 6001.13 is not a multiple of 0.25"],
  ["after_expiry", "trading in ES 202609 ended at 2026-09-18 13:30 UTC"],
  ["outside_session", "the equity_index market is closed or halted at that minute"],
  ["duplicate", "202612 has another bar of 2026-10-05 13:30 UTC"],
  ["volume_limit", "volume 1,000,000, where up to 500,000 would be believed"],
  ["price_limit", "31% away from 6,000.25, the close before its session, where up to 20% would be believed"],
  ["spike", "stands 400 ticks away from both neighbours, where up to 12 would be believed"],
  ["flat_run", "one of 61 minutes in a row without a trade or a new price"],
];

describe("what validation says of a bar", () => {
  afterEach(() => chooseLanguage("en"));

  it.each(SAID)("has words in Spanish: %s, %s", async (reason, detail) => {
    await chooseLanguage("es");
    const said = detailOf(reason, detail);
    expect(said).not.toBeNull();
    expect(said).not.toBe(detail);
    expect(said).not.toMatch(/[{}]/);
  });

  it("keeps the values", () => {
    expect(detailOf("spike", "stands 400 ticks away from both neighbours, where up to 12 would be believed")).toMatch(
      /400.*12/,
    );
  });

  it("has none for what it does not know", () => {
    expect(detailOf("spike", "something else")).toBeNull();
    expect(detailOf("other", "volume is -5")).toBeNull();
  });
});
