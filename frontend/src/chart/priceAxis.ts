/** How prices of an instrument stand on an axis: on the grid of its ticks, and nowhere else. */

import { number, type Prices, quoted } from "../format/format";

const NEAR = 1e-3; // part of a tick by which a price may be off the grid and is still on it

/**
 * Return the base of the axis: steps between labels are whole numbers of points, or points divided down to `1 / base`.
 * The library halves and fifths; for ticks like 0.00005 halving would leave the grid at once.
 */
export function baseOf(tick: number): number {
  if (tick >= 1) return 1;
  const parts = Math.round(1 / tick);
  if ((parts & (parts - 1)) === 0) return parts;
  return 10 ** Math.ceil(-Math.log10(tick) - 1e-9);
}

/** Return the price of the grid that is nearest, as the field writes it. */
export function onGrid(value: number, of: Prices): string {
  const price = Math.round(value / of.tick) * of.tick;
  return quoted(price, of) || number(price, of.decimals);
}

/** Return the labels of an axis; one that is off the grid is empty. */
export function labelsOf(values: readonly number[], of: Prices): string[] {
  return values.map((value) => {
    const ticks = value / of.tick;
    return Math.abs(ticks - Math.round(ticks)) < NEAR ? onGrid(value, of) : "";
  });
}
