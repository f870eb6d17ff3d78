/** Addresses of the forms of new studies, filled in with what another page shows. */

import { pathTo } from "../address";
import { withoutNulls, writeAddress } from "../specAddress";

type Spec = Readonly<Record<string, unknown>>;

/** Return the address of a new walk-forward analysis of a backtest. */
export function walkForwardOf(backtest: Spec): string {
  return formOf("/walk-forward", { backtest: unnamed(backtest) });
}

/** Return the address of a new Monte Carlo simulation: of a result by its id, or of a backtest. */
export function monteCarloOf(result: string | Spec): string {
  return formOf("/monte-carlo", { result: typeof result === "string" ? result : unnamed(result) });
}

/** Return the address of a new portfolio of backtests, with the cash of all of them. */
export function portfolioOf(backtests: readonly Spec[]): string {
  const cash = backtests.reduce((sum, one) => sum + Number(one.cash ?? 0), 0);
  return formOf("/portfolio", { cash: String(cash), parts: backtests.map((one) => ({ backtest: unnamed(one) })) });
}

function formOf(page: string, spec: Spec): string {
  return pathTo(page, Object.fromEntries(writeAddress(spec)));
}

/** Its name is that of what it was, and a changed one is another. */
function unnamed(backtest: Spec): Spec {
  return withoutNulls({ ...backtest, name: null });
}
