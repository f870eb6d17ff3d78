"""The stored bars that a portfolio reads: those of its parts, each series once, and those of its currency rates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import BacktestRefused
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.portfolio.trading.currency_rate import CurrencyRate
from g4qc_core.research.portfolio.trading.traded_instrument import PartBars, bar_minutes
from g4qc_core.services.backtests.spec_bars import SpecBars, read_bars
from g4qc_core.services.backtests.spec_inputs import read_inputs
from g4qc_core.services.research.portfolio.portfolio_plan import PortfolioPlan, needed_rates
from g4qc_core.services.series.continuous_series import read_series
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe

# The rate before the first bar of the window is that of an earlier session.
_BEFORE = timedelta(days=14)


@dataclass(frozen=True)
class PortfolioBars:
    """All stored data that decides a portfolio.

    Attributes:
        parts: bars of each part, by its name.
        rates: rates by currency.
        version: fingerprint of all of them.
    """

    parts: dict[str, SpecBars]
    rates: dict[str, CurrencyRate]
    version: str

    def part_bars(self, plan: PortfolioPlan) -> list[PartBars]:
        """Return the parts of a plan with what each of them reads."""
        found = []
        for part in plan.parts:
            read = self.parts[part.name]
            given = read.series, read.exits, read.input_bars, read.old_contracts
            found.append(PartBars(part.backtest, part.weight, *given))
        return found


def read_portfolio(
    plan: PortfolioPlan, registry: Registry, stores: Stores, now: datetime | None = None
) -> PortfolioBars:
    """Read the bars of a portfolio as they are stored now, each series once.

    Args:
        plan: the portfolio.
        registry: the instruments.
        stores: of the bars.
        now: sessions that ended by then are expected, UTC; None: by the time of the last request.

    Raises:
        UsageError: there is no roll calendar by a part's rule, or it is older than the bars.
        BacktestRefused: no bars, or prices have to be adjusted across a roll whose prices are unknown.
        BarsIncomplete: a timeframe was not derived from all stored minutes.
    """
    known: dict[tuple[str, ...], SpecBars] = {}
    parts: dict[str, SpecBars] = {}
    for part in plan.parts:
        spec = part.backtest
        key = (spec.instrument, spec.timeframe, str(spec.roll), str(spec.adjustment), str(spec.on_roll == "hold"))
        if key in known:
            parts[part.name] = replace(known[key], inputs=read_inputs(spec, registry, stores, now))
        else:
            known[key] = parts[part.name] = read_bars(spec, registry, stores, now)
        if parts[part.name].series.empty:
            raise BacktestRefused(
                f"There are no bars of {spec.instrument} in the window of the portfolio {plan.spec.name}: extract them "
                f"with `g4qc extract {spec.instrument} --from ... --to ...`, or move the window."
            )
    rates = {currency: _rate(currency, plan, registry, stores) for currency in needed_rates(plan, registry)}
    # A series that several parts read is hashed once.
    hashed: dict[int, str] = {}
    versions = [f"part {part.name} {_version(parts[part.name], hashed)}" for part in plan.parts]
    versions += [f"rate {currency} {rate.version}" for currency, rate in rates.items()]
    return PortfolioBars(parts, rates, hashlib.sha256("\n".join(versions).encode()).hexdigest())


def _version(read: SpecBars, hashed: dict[int, str]) -> str:
    if read.inputs:
        return read.version
    if id(read.series) not in hashed:
        hashed[id(read.series)] = read.version
    return hashed[id(read.series)]


def _rate(currency: str, plan: PortfolioPlan, registry: Registry, stores: Stores) -> CurrencyRate:
    given = plan.spec.rates[currency]
    if not isinstance(given, str):
        return CurrencyRate(currency, np.zeros(1, np.int64), np.full(1, given), f"{given!r}")
    instrument = registry[given]
    length = timeframe(rate_timeframe(plan))
    first = None if plan.spec.first is None else plan.spec.first - _BEFORE
    bars = read_series(stores, instrument, length, Adjustment.NONE, (first, plan.spec.last)).bars
    if bars.empty:
        raise BacktestRefused(
            f"The rate of {currency} is the price of {given}, and none of its bars are stored in the window: run "
            f"`g4qc extract {given} --from ... --to ...`, or give a number."
        )
    values = bars["close"].to_numpy(np.float64) / float(instrument.price_magnifier)
    if not (values > 0).all():
        raise BacktestRefused(f"The rate of {currency} is the price of {given}, which is not always above zero.")
    return CurrencyRate(currency, bar_ends(bars, length, calendar(instrument.calendar)), values, fingerprint(bars))


def rate_timeframe(plan: PortfolioPlan) -> str:
    """Return the timeframe of the bars whose price is a rate: the finest of the parts."""
    return min((one.backtest.timeframe for one in plan.parts), key=bar_minutes)
