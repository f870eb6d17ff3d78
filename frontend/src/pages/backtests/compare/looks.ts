/** How the curve of each compared result looks. */

import { COLOURS, type Curve } from "../../../ui/Curves";

/** Return colour, dashes and width of a curve; up to 24 curves differ. */
export function lookOf(place: number): Required<Pick<Curve, "colour" | "dashed" | "width">> {
  const round = Math.floor(place / COLOURS.length);
  return {
    colour: COLOURS[place % COLOURS.length] ?? COLOURS[0],
    dashed: round % 2 === 1,
    width: round >= 2 ? 3 : 1.5,
  };
}
