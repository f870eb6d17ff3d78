import { fireEvent, render, screen } from "@testing-library/react";
import { scaleOf } from "./colourScale";
import { HeatMap } from "./HeatMap";
import { type CellRect, frameOf, rectOf, shownTicks, under } from "./heatMapDrawing";

const X = { name: "fast", labels: ["3", "5", "7"] };
const Y = { name: "slow", labels: ["20", "30"] };

beforeAll(() => {
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  globalThis.matchMedia = (() => ({
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  })) as unknown as typeof matchMedia;
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
});

it("walks with the arrow keys, says each cell, and chooses a rectangle with Shift", () => {
  const chosen: (CellRect | null)[] = [];
  const values = Float64Array.of(1, 2, 3, 4, 5, NaN);
  render(
    <HeatMap
      label="Sharpe"
      x={X}
      y={Y}
      values={values}
      scale={scaleOf(values)}
      format={String}
      say={(x, y) => `cell ${x} ${y}`}
      chosen={null}
      choose={(rect) => chosen.push(rect)}
    />,
  );
  const map = screen.getByRole("img", { name: /^Sharpe\./ });
  const press = (key: string, shiftKey = false) => fireEvent.keyDown(map, { key, shiftKey });
  press("ArrowRight");
  expect(screen.getByText("cell 0 0")).toBeInTheDocument();
  press("ArrowRight");
  press("ArrowUp", true);
  press("ArrowRight", true);
  expect(screen.getByText("cell 2 1")).toBeInTheDocument();
  press("ArrowRight");
  press("Enter");
  press("Escape");
  expect(chosen).toEqual([
    { x0: 1, y0: 0, x1: 1, y1: 1 },
    { x0: 1, y0: 0, x1: 2, y1: 1 },
    { x0: 2, y0: 1, x1: 2, y1: 1 },
    null,
  ]);
});

it("knows the cell under a point, the lowest row below, and none beside the map", () => {
  const frame = frameOf(X, Y, 400, 300);
  expect(under(frame, frame.left + 1, frame.top + frame.high - 1)).toEqual({ x: 0, y: 0 });
  expect(under(frame, frame.left + frame.wide - 1, frame.top + 1)).toEqual({ x: 2, y: 1 });
  expect(under(frame, frame.left - 2, frame.top + 1)).toBeNull();
  expect(rectOf({ x: 2, y: 0 }, { x: 1, y: 1 })).toEqual({ x0: 1, y0: 0, x1: 2, y1: 1 });
});

it("writes the first and the last value of an axis, and as many between as have room", () => {
  expect(shownTicks(5, 10)).toEqual([0, 1, 2, 3, 4]);
  expect(shownTicks(100, 5)).toEqual([0, 25, 50, 75, 99]);
  expect(shownTicks(1, 5)).toEqual([0]);
  expect(shownTicks(0, 5)).toEqual([]);
});
