import { daysAgo, faultOf, lengthOf, symbolIn } from "./order";

const NOW = Date.parse("2026-10-15T12:00:00Z");

describe("the window of an extraction", () => {
  it("counts both of its ends", () => {
    expect(lengthOf("2026-10-05", "2026-10-05")).toBe(1);
    expect(lengthOf("2026-10-05", "2026-11-05")).toBe(32);
    expect(lengthOf("2026-10-05", "2026-10-01")).toBe(0);
    expect(lengthOf("", "2026-10-01")).toBe(0);
  });

  it("is wrong where it is reversed or yet to come", () => {
    expect(faultOf("2026-10-05", "2026-10-01", NOW)?.field).toBe("end");
    expect(faultOf("2026-10-20", "", NOW)?.field).toBe("start");
    expect(faultOf("2026-10-16", "", NOW)).toBeUndefined();
    expect(faultOf("2026-10-01", "2026-10-05", NOW)).toBeUndefined();
  });

  it("goes back by days of UTC", () => {
    expect(daysAgo(15, NOW)).toBe("2026-09-30");
  });
});

it("finds the instrument in what a job is about", () => {
  expect(symbolIn("ES 2026-10-01 to 2026-10-31")).toBe("ES");
  expect(symbolIn("")).toBe("");
});
