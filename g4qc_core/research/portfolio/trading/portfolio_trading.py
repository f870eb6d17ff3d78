"""A portfolio traded: forecasts, estimates, lanes and the joint account, step by step, from bars in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.backtest.portfolio_account.portfolio_run import PortfolioRun
from g4qc_core.errors import BacktestRefused
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.shared_sessions import LEAST_SESSIONS
from g4qc_core.research.portfolio.trading.currency_rate import CurrencyRate
from g4qc_core.research.portfolio.trading.estimates import RiskEstimates, estimate_risk, session_matrix
from g4qc_core.research.portfolio.trading.lanes_of_parts import own_lane, refuse_nothing, target_lane
from g4qc_core.research.portfolio.trading.session_search import searched_lanes
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars, TradedInstrument, traded_instrument
from g4qc_core.sentences import counted

# Ideal contracts from which one is held, which are rounded to the nearest whole number, and of sizings that round down.
_FIRST, _FIRST_BELOW = 0.5, 1.0
_RISK_WINDOW = 25


@dataclass(frozen=True)
class PortfolioTraded:
    """What became of a portfolio.

    Attributes:
        spec: the portfolio.
        instruments: in the order of their symbols.
        estimates: weights and multipliers; of a portfolio whose parts trade by their own sizing, none were used.
        lanes: what was wanted, by the name of the lane.
        run: the joint account.
        rates: of each instrument's currency on each of its bars; None: it is that of the account.
    """

    spec: PortfolioSpec
    instruments: tuple[TradedInstrument, ...]
    estimates: RiskEstimates
    lanes: Mapping[str, PortfolioLane]
    run: PortfolioRun
    rates: Mapping[str, CurrencyRate | None]

    @property
    def symbols(self) -> list[str]:
        """Symbols of the instruments, ascending."""
        return [one.symbol for one in self.instruments]

    @property
    def lane_columns(self) -> np.ndarray:
        """For each lane of the run the position of its instrument in `instruments` (int64)."""
        symbols = [self.lanes[name].bars.instrument.symbol for name in self.run.names]
        return np.searchsorted(self.symbols, symbols)

    def of_instruments(self, of_lanes: np.ndarray) -> np.ndarray:
        """Return numbers of lanes, (D, lanes), summed by instrument, (D, instruments)."""
        found = np.zeros((len(of_lanes), len(self.instruments)), of_lanes.dtype)
        for lane, column in enumerate(self.lane_columns):
            found[:, column] += of_lanes[:, lane]
        return found


def trade_portfolio(
    spec: PortfolioSpec,
    parts: Sequence[PartBars],
    instruments: Mapping[str, Instrument],
    rates: Mapping[str, CurrencyRate],
) -> Iterator[str | PortfolioTraded]:
    """Trade a portfolio, yield what is done next in a word or two, and at last the outcome.

    The order of the parts and of the instruments changes nothing.

    Args:
        spec: the portfolio.
        parts: with their bars, at least one.
        instruments: by symbol.
        rates: by currency, of all that are not the account's.

    Raises:
        UsageError: the user's own strategy failed.
        BacktestRefused: too few bars or sessions, no margin, ruin, no rate on the first bar, or a capital that buys
            nothing.
    """
    from g4qc_core.backtest.portfolio_account.joint_run import run_portfolio

    of_symbol: dict[str, list[PartBars]] = {}
    for part in sorted(parts, key=lambda one: one.backtest.name):
        of_symbol.setdefault(part.backtest.instrument, []).append(part)
    own, target = spec.target is None, spec.target
    window, traded = _RISK_WINDOW if target is None else target.window, []
    for symbol in sorted(of_symbol):
        yield symbol
        given = {"risk_window": window, "scaled": spec.scaled, "cap": spec.cap, "own": own}
        traded.append(traded_instrument(instruments[symbol], of_symbol[symbol], **given))  # type: ignore[arg-type]
    yield "weights"
    days = np.unique(np.concatenate([one.days for one in traded]))
    _refuse_few_sessions(spec, traded)
    estimates = _estimates(spec, traded, days)
    known = {one.symbol: rates.get(one.instrument.currency) for one in traded}
    if own:
        lanes = [own_lane(part, instruments[symbol], known[symbol]) for symbol in known for part in of_symbol[symbol]]
    elif spec.rounding == "search":
        lanes = searched_lanes(traded, estimates, spec, list(known.values()))
    else:
        lanes = [target_lane(one, estimates, spec, known[one.symbol]) for one in traded]
    yield "account"
    run = run_portfolio(lanes, spec.cash, spec.currency, margin_limit=Decimal(str(spec.margin_limit)) / 100)
    first = _FIRST_BELOW if own else _FIRST
    refuse_nothing(spec, run.names, run.ideal.contracts, run.positions, run.ideal.equity, first)
    yield PortfolioTraded(spec, tuple(traded), estimates, {one.name: one for one in lanes}, run, known)


def _refuse_few_sessions(spec: PortfolioSpec, traded: Sequence[TradedInstrument]) -> None:
    for one in traded:
        if len(one.starts) <= LEAST_SESSIONS:
            raise BacktestRefused(
                f"The portfolio {spec.name} has {counted(len(one.starts), 'session')} of {one.symbol}, and risk and "
                f"correlation need more than {LEAST_SESSIONS}: widen the window, or extract more."
            )


def _estimates(spec: PortfolioSpec, traded: Sequence[TradedInstrument], days: np.ndarray) -> RiskEstimates:
    names, n = [one.symbol for one in traded], len(traded)
    if spec.target is None:
        flat, none = np.full((len(days), n), 1 / n), np.zeros(len(days), np.int64)
        return RiskEstimates(tuple(names), days, flat, np.ones(len(days)), none, none.astype(bool))
    returns = session_matrix(days, [(one.days, one.alone()) for one in traded])
    return estimate_risk(spec, names, days, returns)
