import { criteriaOf, narrows, ofGroup, readFilter, selectionOf, toggled, widened, writeFilter } from "./filter";

const SAID = "symbol=ES&reason=spike&reason=schema&contract=202612&first=2026-10-05&start=2026-10-05T13:30&decided=1";

describe("the filter of quarantine", () => {
  it("is read from the address as it was written", () => {
    const filter = readFilter(new URLSearchParams(SAID));
    expect(readFilter(writeFilter(filter))).toEqual(filter);
    expect(filter.reasons).toEqual(["spike", "schema"]);
    expect(filter.decided).toBe(true);
  });

  it("asks the list and the decision for the same bars", () => {
    const filter = readFilter(new URLSearchParams(SAID));
    const [listed, decided] = [criteriaOf(filter), selectionOf(filter)];
    expect(listed.reason).toEqual(decided.reasons);
    expect(listed.contract).toEqual(decided.contracts);
    expect(listed.start).toBe("2026-10-05T13:30Z");
    for (const name of ["symbol", "first", "last", "start", "end"] as const) expect(listed[name]).toBe(decided[name]);
  });

  it("leaves nothing out of an instrument unless it is told to", () => {
    const filter = readFilter(new URLSearchParams(SAID));
    expect(narrows(filter)).toBe(true);
    expect(narrows(widened(filter))).toBe(false);
    expect(widened(filter).symbol).toBe("ES");
    expect(criteriaOf(widened(filter)).reason).toBeUndefined();
  });

  it("has a reason or does not", () => {
    const none = readFilter(new URLSearchParams());
    expect(toggled(none, "spike").reasons).toEqual(["spike"]);
    expect(toggled(toggled(none, "spike"), "spike").reasons).toEqual([]);
  });

  it("can be one group", () => {
    const group = {
      symbol: "NQ",
      contract: "202612",
      trade_date: "2026-10-06",
      reason: "off_tick",
      acceptable: false,
      bars: 3,
    } as const;
    expect(writeFilter(ofGroup(readFilter(new URLSearchParams(SAID)), group)).toString()).toBe(
      "symbol=NQ&reason=off_tick&contract=202612&first=2026-10-06&last=2026-10-06&decided=1",
    );
  });
});
