"""All that the trading file trades: backtest specs, and portfolios with their lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from g4qc_core.errors import SettingsError
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import listing
from g4qc_core.services.trading.live.followed_series import FollowedSeries
from g4qc_core.services.trading.traded.traded_portfolio import PortfolioUnit, traded_portfolio
from g4qc_core.services.trading.traded.traded_specs import TradedUnit, traded_unit
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.trading_plan import TradingPlan


@dataclass(frozen=True)
class TradedFile:
    """What one trader trades.

    Attributes:
        specs: the entries with a backtest spec.
        portfolios: the entries with a portfolio.
    """

    specs: Sequence[TradedUnit]
    portfolios: Sequence[PortfolioUnit] = ()

    @property
    def units(self) -> list[TradedUnit]:
        """Everything that holds a position: the specs, and the lanes of the portfolios."""
        return [*self.specs, *(lane for one in self.portfolios for lane in one.lanes.values())]

    @property
    def followed(self) -> list[FollowedSeries]:
        """All series that are traded or read."""
        return [one for unit in self._entries for one in unit.followed]

    @property
    def names(self) -> list[str]:
        """Names of the entries."""
        return [one.name for one in self._entries]

    @property
    def _entries(self) -> list[TradedUnit | PortfolioUnit]:
        return [*self.specs, *self.portfolios]


def traded_file(plan: TradingPlan, settings: Settings, registry: Registry, stores: Stores) -> TradedFile:
    """Return what the trading file trades.

    Raises:
        SettingsError: the file trades nothing, or in several currencies.
        TradingRefused: a spec or a portfolio cannot be traded live.
        UsageError: a spec, portfolio, strategy or chain does not exist.
    """
    if not plan.specs:
        raise SettingsError("The trading file trades nothing: add an entry like [trade.sma_cross-ES-1h].")
    given = settings, registry, stores
    found = TradedFile(
        [traded_unit(how, *given) for how in plan.specs.values() if not how.portfolio],
        [traded_portfolio(how, *given) for how in plan.specs.values() if how.portfolio],
    )
    currencies = sorted({unit.instrument.currency for unit in found.units})
    if len(currencies) > 1:
        raise SettingsError(
            f"The trading file trades in {listing(currencies)}, and its limits are in one currency: use one file and "
            "one account for each."
        )
    return found
