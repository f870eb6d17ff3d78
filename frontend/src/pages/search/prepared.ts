/** What all cards of a search need of its trials, made between frames before any of them is drawn. */

import { sortedOrder } from "../../ui/indexSort";
import { axisOf, type TrialAxis } from "./grid";
import { breath, rankedRows, type Trials, variedOf } from "./trials";

/** Trials with their ranked rows and the axes of the parameters that vary. */
export interface PreparedTrials extends Trials {
  rankedRows: Uint32Array;
  axes: readonly TrialAxis[];
}

/** Return the trials prepared for the cards; each step is short enough for the page to go on meanwhile. */
export async function prepared(trials: Trials): Promise<PreparedTrials> {
  const ranked = rankedRows(trials);
  const axes: TrialAxis[] = [];
  for (const name of variedOf(trials)) {
    await breath();
    const column = trials.parameters.get(name);
    const axis = column && axisOf(name, column, ranked);
    if (axis && axis.labels.length > 1) axes.push(axis);
  }
  const parameters = axes.map(({ name }) => trials.parameters.get(name)?.numbers);
  for (const values of [trials.number, trials.objective, ...parameters, ...trials.figures.values()]) {
    await breath();
    // The order of a column is kept: cards and the table find it.
    if (values) sortedOrder(values, false);
  }
  await breath();
  return { ...trials, rankedRows: ranked, axes };
}
