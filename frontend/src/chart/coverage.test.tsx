import { fireEvent, render, screen } from "@testing-library/react";
import { type Cell, layoutOf, summary, total } from "./cells";
import { CLASSES, paintCounts, palette, worstOf } from "./classes";
import { ClassLegend, CoverageStrip } from "./CoverageStrip";

const CELLS: Cell[] = ["2026-08", "2026-09", "2026-10"].map((name, i) => ({
  name,
  label: name,
  counts: { known: 100, missing: i },
}));

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} }); // prettier-ignore
  vi.stubGlobal("matchMedia", () => new EventTarget());
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(300);
});
afterEach(() => vi.restoreAllMocks());

describe("a row of cells", () => {
  it("is said in words as a whole, and cell by cell as the keys walk", () => {
    const [say, pick] = [vi.fn(), vi.fn()];
    render(<CoverageStrip label="ES" cells={CELLS} say={say} pick={pick} />);
    const strip = screen.getByRole("img", { name: "ES: 3 cells. 303 minutes: 300 known, 3 nothing known" });
    fireEvent.keyDown(strip, { key: "End" });
    expect(say).toHaveBeenLastCalledWith(CELLS[2]);
    fireEvent.keyDown(strip, { key: "ArrowLeft" });
    fireEvent.keyDown(strip, { key: "Enter" });
    expect(pick).toHaveBeenLastCalledWith(CELLS[1]);
    fireEvent.blur(strip);
    expect(say).toHaveBeenLastCalledWith(null);
  });

  it("names every class of a minute in its key, two of them together", () => {
    render(<ClassLegend classes={CLASSES} />);
    expect(screen.getAllByRole("listitem").map((one) => one.textContent)).toEqual([
      "traded",
      "no trade",
      "closed or paused",
      "in quarantine",
      "failed",
      "never asked",
    ]);
  });

  it("shows the newest cells where not all fit", () => {
    for (const [cells, width] of [[3, 300], [100, 300], [1000, 333], [7, 91]] as const) {
      const { step, hidden } = layoutOf(cells, width);
      expect((cells - hidden) * step).toBeLessThanOrEqual(width + 1e-6);
      expect(cells - hidden === cells || (cells - hidden + 1) * step > width).toBe(true);
    }
  }); // prettier-ignore
});

describe("counts", () => {
  it("are added up and said without what does not occur", () => {
    expect(total(CELLS).missing).toBe(3);
    expect(summary({ traded: 1, failed: 0 })).toBe("1 minute: 1 traded");
    expect(worstOf({ quarantined: 2, never_asked: 1, traded: 5 })).toBe("never_asked");
    expect(worstOf({ traded: 5 })).toBeUndefined();
  });

  it("fill their rectangle exactly, and show a single bad minute", () => {
    const filled: number[] = [];
    const context = new Proxy({}, { get: (_, name) => (name === "fillRect" ? (_x: number, _y: number, _w: number, h: number) => filled.push(h) : () => undefined), set: () => true }); // prettier-ignore
    paintCounts(context as CanvasRenderingContext2D, { traded: 9999, quarantined: 1 }, palette(), 0, 0, 10, 26);
    expect(filled.reduce((sum, one) => sum + one, 0)).toBeCloseTo(26);
    expect(Math.min(...filled)).toBeGreaterThanOrEqual(4);
  });
});
