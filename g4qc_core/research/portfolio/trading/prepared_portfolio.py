"""A portfolio up to its account: forecasts, estimates and lanes, from bars in memory.

The backtest of a portfolio and the trader prepare in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from g4qc_core.backtest.portfolio_account.portfolio_lane import PortfolioLane
from g4qc_core.errors import BacktestRefused
from g4qc_core.instruments.registry import Instrument
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.shared_sessions import LEAST_SESSIONS
from g4qc_core.research.portfolio.trading.currency_rate import CurrencyRate
from g4qc_core.research.portfolio.trading.estimates import RiskEstimates, estimate_risk, session_matrix
from g4qc_core.research.portfolio.trading.lanes_of_parts import own_lane, target_lane
from g4qc_core.research.portfolio.trading.session_search import searched_lanes
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars, TradedInstrument, traded_instrument
from g4qc_core.sentences import counted

_RISK_WINDOW = 25


@dataclass(frozen=True)
class PreparedPortfolio:
    """A portfolio whose account can run.

    Attributes:
        spec: the portfolio.
        instruments: in the order of their symbols.
        estimates: weights and multipliers; of a portfolio whose parts trade by their own sizing, none are used.
        lanes: what is wanted, by the name of the lane: the instrument, or the part that trades by its own sizing.
        rates: of each instrument's currency on each of its bars; None: it is that of the account.
    """

    spec: PortfolioSpec
    instruments: tuple[TradedInstrument, ...]
    estimates: RiskEstimates
    lanes: Mapping[str, PortfolioLane]
    rates: Mapping[str, CurrencyRate | None]


def prepare_portfolio(
    spec: PortfolioSpec,
    parts: Sequence[PartBars],
    instruments: Mapping[str, Instrument],
    rates: Mapping[str, CurrencyRate],
    begins: date | None = None,
    following: Mapping[str, date] | None = None,
) -> Iterator[str | PreparedPortfolio]:
    """Prepare a portfolio, yield what is done next in a word or two, and at last the outcome.

    The order of the parts and of the instruments changes nothing.

    Args:
        spec: the portfolio.
        parts: with their bars, at least one.
        instruments: by symbol.
        rates: by currency, of all that are not the account's.
        begins: first trade date on which positions are held; bars before it only warm up. None: the first one.
        following: trade date of the next bar of each lane, by its name; None: no bar follows.

    Raises:
        UsageError: the user's own strategy failed.
        BacktestRefused: too few bars or sessions, or no rate on the first bar.
    """
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
        lanes = searched_lanes(traded, estimates, spec, list(known.values()), begins, following or {})
    else:
        lanes = [target_lane(one, estimates, spec, known[one.symbol]) for one in traded]
    found = {one.name: one if begins is None else _begun(one, begins) for one in lanes}
    yield PreparedPortfolio(spec, tuple(traded), estimates, found, known)


def _begun(lane: PortfolioLane, begins: date) -> PortfolioLane:
    """Return a lane that holds nothing before a trade date."""
    start = int(np.searchsorted(lane.bars.frame["trade_date"].to_numpy(), np.datetime64(begins)))
    return replace(lane, bars=replace(lane.bars, start=start))


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
