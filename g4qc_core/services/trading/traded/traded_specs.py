"""What is traded: specs of the trading file with their strategies, series and contracts, and the rules for accounts.

`g4qc trade check` and the trader build it in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies.declared_inputs import DeclaredInput
from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import TradingRefused
from g4qc_core.ib.advice import origin_of
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.sentences import listing
from g4qc_core.services.backtests.known_specs import find_spec
from g4qc_core.services.backtests.spec_bars import asked_series
from g4qc_core.services.backtests.spec_inputs import asked_input
from g4qc_core.services.trading.live.decision_bars import DecisionBars, MinutesOf, decision_bars
from g4qc_core.services.trading.live.followed_series import FollowedSeries, follow
from g4qc_core.services.trading.live.live_series import LiveSeries
from g4qc_core.services.trading.orders.spec_intent import TradedMonths
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.next_target import LiveDecider, refused
from g4qc_core.trading.trading_plan import TradedSpec, TradingPlan

_PAPER = ("DU", "DF")


@dataclass
class TradedUnit:
    """One traded spec, ready to decide.

    Attributes:
        how: its entry of the trading file.
        backtest: the spec whose strategy decides, without an end.
        decider: decides on the close of a bar.
        own: the series that it trades.
        inputs: further inputs of its strategy, by name.
    """

    how: TradedSpec
    backtest: BacktestSpec
    decider: LiveDecider
    own: FollowedSeries
    inputs: Mapping[str, FollowedSeries]

    @property
    def name(self) -> str:
        """Name of the entry."""
        return self.how.name

    @property
    def series(self) -> LiveSeries:
        """Stored and live bars of the series that it trades."""
        return self.own.series

    @property
    def instrument(self) -> Instrument:
        """The instrument that it trades."""
        return self.own.series.instrument

    @property
    def traded(self) -> TradedMonths:
        """The instrument and its contracts."""
        return TradedMonths(self.instrument, self.own.contracts)

    @property
    def reads(self) -> list[str]:
        """What its strategy reads besides the bars of its own series, in words."""
        symbol, length = self.backtest.instrument, self.backtest.timeframe
        return [kind.words(symbol, length) for kind in self.decider.declared.values()]

    @property
    def followed(self) -> list[FollowedSeries]:
        """All series that it reads, its own first."""
        return [self.own, *self.inputs.values()]

    def bars_at(self, until: datetime, minutes_of: MinutesOf) -> DecisionBars:
        """Return all bars that end by an instant; see `decision_bars`."""
        return decision_bars(self.own, self.inputs, until, minutes_of, self.decider.tail)


def traded_unit(how: TradedSpec, settings: Settings, registry: Registry, stores: Stores) -> TradedUnit:
    """Return an entry of the trading file with a backtest spec, ready to decide.

    Raises:
        TradingRefused: the spec cannot be traded live.
        UsageError: the spec, its strategy or its chain does not exist.
    """
    spec = find_spec(how.backtest_name, settings, registry, stores.backtests)
    if how.first is not None:
        spec = spec.model_copy(update={"first": how.first})
    return unit_of(how, spec.model_copy(update={"trade_from": None}), settings, registry, stores)


def unit_of(how: TradedSpec, spec: BacktestSpec, settings: Settings, registry: Registry, stores: Stores) -> TradedUnit:
    """Return a backtest spec without an end, ready to decide; raises as `traded_unit`."""
    decider = LiveDecider(spec, registry[spec.instrument])
    inputs = {name: _input(name, kind, spec, registry, stores, settings) for name, kind in decider.declared.items()}
    own = follow(asked_series(spec, registry), stores, settings, traded=True)
    return TradedUnit(how, spec, decider, own, inputs)


def _input(
    name: str, kind: DeclaredInput, spec: BacktestSpec, registry: Registry, stores: Stores, settings: Settings
) -> FollowedSeries:
    asked = asked_input(kind, spec, registry)
    if not asked.instrument.expires:
        what = kind.words(spec.instrument, spec.timeframe)
        raise refused(
            spec,
            f"its strategy reads {what} (its input {name}), and only futures have live minutes: choose another one",
        )
    return follow(asked, stores, settings, traded=False)


def points_of(units: Sequence[TradedUnit]) -> dict[int, tuple[str, Decimal]]:
    """Return symbol and money of one point by con_id, of every contract of the traded instruments."""
    return {
        contract.con_id: (unit.instrument.symbol, unit.instrument.point_value)
        for unit in units
        for contract in unit.traded.contracts.values()
    }


def is_paper(account: str) -> bool:
    """Return whether an account is a paper account of Interactive Brokers, or a simulated one, by its name."""
    return is_simulated(account) or account.startswith(_PAPER)


def is_simulated(account: str) -> bool:
    """Return whether an account is one of the simulated gateway, by its name."""
    return origin_of(account) is not Origin.ACCOUNT


def chosen_account(plan: TradingPlan, accounts: Sequence[str]) -> str:
    """Return the account to trade, of those that a connection has.

    Raises:
        TradingRefused: it is not there, it is not named among several, or it is not a paper account and the trading
            file does not say `live` with every limit.
    """
    if plan.account and plan.account not in accounts:
        raise TradingRefused(f"The trading file names the account {plan.account}, and the gateway has "
                             f"{listing(list(accounts))}: log in with the other user, or correct it.")  # fmt: skip
    if not plan.account and len(accounts) > 1:
        raise TradingRefused(f"The gateway has the accounts {listing(list(accounts))}: name one in the trading file.")
    account = plan.account or accounts[0]
    if is_paper(account):
        return account
    if plan.mode != "live":
        raise TradingRefused(f"{account} is no paper account: log in to a paper account, or write mode = \"live\" in "
                             "the trading file, with the account and every limit.")  # fmt: skip
    lacking = [*([] if plan.account else ["account"]), *plan.missing_limits]
    if lacking:
        raise TradingRefused(f"{account} is an account with real money: the trading file must give "
                             f"{listing(lacking)}, too.")  # fmt: skip
    return account


def first_bar(unit: TradedUnit, started_at: datetime) -> datetime:
    """Return the earliest start of a bar that may decide: that of the bar in progress when trading started, UTC."""
    length = unit.series.length
    if length.is_session:
        session = unit.series.session_at(started_at)
        return started_at if session is None else min(session.open, started_at)
    return started_at - length.length + timedelta(microseconds=1)
