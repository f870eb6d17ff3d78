/** What a stage is told, and what it tells. */

import type { Prices } from "../format/format";
import type { View } from "./view";

/** What a chart shows, without the things around it. */
export type Shown = Pick<View, "symbol" | "timeframe" | "contract" | "adjustment" | "rule" | "from" | "to">;

/** What a stage needs to know of its instrument, and the zone whose clock is shown. */
export interface About {
  zone: string;
  prices: Prices;
}

/** What a stage tells. */
export interface Hears {
  /** After every change of what is seen. */
  moved?: () => void;
  /** Nothing has moved for a moment. */
  settled?: () => void;
  failed?: (error: unknown) => void;
  /** With the error for which it does not know the gaps, or null. */
  judged?: (error: unknown) => void;
  /** The bar under the crosshair; undefined: none. */
  pointed?: (at: number | undefined) => void;
}
