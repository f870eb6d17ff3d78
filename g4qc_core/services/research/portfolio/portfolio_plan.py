"""A portfolio before it runs: its backtests found and checked, so that they can trade in one account."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from g4qc_core.backtest.prepared_strategy import LibraryStrategy, prepare
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.code_versions import study_code_version
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.portfolios_file import load_portfolios
from g4qc_core.sentences import counted, listing
from g4qc_core.services.backtests.known_specs import find_spec
from g4qc_core.services.backtests.preflight import check_names
from g4qc_core.services.backtests.spec_bars import rule_of
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores

_COSTS = (
    *("on_roll", "slippage_ticks", "fee", "fee_rate", "slippage_rate", "min_fee", "margin", "margin_rate"),
)  # fmt: skip


@dataclass(frozen=True)
class PlannedPart:
    """One part of a portfolio.

    Attributes:
        backtest: with the window and the cash of the portfolio.
        weight: in the forecast of its instrument, beside its other parts.
    """

    backtest: BacktestSpec
    weight: float

    @property
    def name(self) -> str:
        """Name of the backtest."""
        return self.backtest.name


@dataclass(frozen=True)
class PortfolioPlan:
    """A portfolio that can run.

    Attributes:
        spec: the portfolio.
        parts: in the order of their names.
    """

    spec: PortfolioSpec
    parts: tuple[PlannedPart, ...]

    @property
    def symbols(self) -> list[str]:
        """Symbols of the instruments, ascending."""
        return sorted({one.backtest.instrument for one in self.parts})

    @property
    def words(self) -> str:
        """What will be done, in one sentence."""
        strategies, instruments = counted(len(self.parts), "backtest"), counted(len(self.symbols), "instrument")
        how = "each by its own sizing" if self.spec.target is None else f"by {self.spec.sizing}"
        return (
            f"{strategies} on {instruments} ({listing(self.symbols)}) in one account of {self.spec.cash:,f} "
            f"{self.spec.currency}, {how}."
        )

    def study_id(self, data_version: str) -> str:
        """Return 32 hex digits of everything that decides the results of the portfolio."""
        content = self.spec.content() | {"parts": [[one.backtest.content(), one.weight] for one in self.parts]}
        code = {
            "g4qc": study_code_version("portfolio"),
            "strategies": [prepare(one.backtest).version for one in self.parts],
        }
        said = {"portfolio": content, "data": data_version, "code": code}
        text = json.dumps(said, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def plan_portfolio(spec: PortfolioSpec, settings: Settings, registry: Registry, stores: Stores) -> PortfolioPlan:
    """Find the backtests of a portfolio and check that they can trade in one account.

    Raises:
        UsageError: an unknown backtest, instrument, strategy, parameter or roll calendar; a class of backtesting.py;
            parts on one instrument that do not fit; a currency without a rate; or weights of unknown instruments.
        SettingsError: the backtests file is malformed.
    """
    parts = []
    for one in spec.parts:
        backtest = _found(one.backtest, spec, settings, registry, stores)
        if isinstance(prepare(backtest), LibraryStrategy):
            raise UsageError(
                f"parts: the backtest {one.name} runs a class of backtesting.py, which gives orders and no signal, so "
                "that a portfolio cannot combine it: write it as a strategy of G4QC."
            )
        check_names(backtest, registry, stores)
        window = {"first": spec.first, "last": spec.last, "cash": spec.cash, "trade_from": None}
        known = {name: value for name, value in window.items() if name in BacktestSpec.model_fields}
        parts.append(PlannedPart(backtest.model_copy(update=known), 1.0 if one.weight is None else one.weight))
    plan = PortfolioPlan(spec, tuple(parts))
    for symbol in plan.symbols:
        _refuse_misfits([one.backtest for one in parts if one.backtest.instrument == symbol], spec, registry)
    _check_rates(plan, registry)
    _check_weights(plan)
    return plan


def find_portfolio(name: str, settings: Settings, stores: Stores) -> PortfolioSpec:
    """Return the portfolio spec of this name: an entry of the portfolios file, or one that ran before.

    Raises:
        UsageError: no such portfolio.
        SettingsError: the file is malformed.
    """
    entries = load_portfolios(settings.portfolios)
    if name in entries:
        return entries[name]
    stored = {one.name: one.spec for one in reversed(stores.studies.all("portfolio"))}
    if name not in stored:
        raise unknown("portfolio", name, [*entries, *stored])
    return PortfolioSpec.from_dict(stored[name])


def known_portfolios(settings: Settings, stores: Stores) -> list[str]:
    """Return the names of all portfolios: of the file, and of those that ran.

    Raises:
        SettingsError: the file is malformed.
    """
    ran = (one.name for one in stores.studies.all("portfolio"))
    return list(dict.fromkeys([*load_portfolios(settings.portfolios), *ran]))


def _found(
    given: str | Mapping[str, object], spec: PortfolioSpec, settings: Settings, registry: Registry, stores: Stores
) -> BacktestSpec:
    if isinstance(given, Mapping):
        return BacktestSpec.asked(given)
    if given == spec.name:
        raise UsageError(f"The portfolio {spec.name} names itself as a part: its parts are backtests.")
    try:
        return find_spec(given, settings, registry, stores.backtests)
    except UsageError:
        if given in known_portfolios(settings, stores):
            raise UsageError(f"parts: {given} is a portfolio, and parts are backtests: name its backtests.") from None
        raise


def _refuse_misfits(same: Sequence[BacktestSpec], spec: PortfolioSpec, registry: Registry) -> None:
    """Raise UsageError for backtests of one instrument that cannot be traded together."""
    first = same[0]
    instrument = registry[first.instrument]
    for other in same[1:]:
        found = {"roll": (rule_of(first, instrument), rule_of(other, instrument))}
        found["adjustment"] = (str(first.adjustment), str(other.adjustment))
        if spec.target is not None:
            found |= {name: (str(getattr(first, name)), str(getattr(other, name))) for name in _COSTS}
        for name, (one, two) in found.items():
            if one != two:
                raise UsageError(
                    f"parts: {first.name} and {other.name} both trade {first.instrument}, and differ in {name} ({one} "
                    f"and {two}): one position has one {name}, so give both the same."
                )


def _check_rates(plan: PortfolioPlan, registry: Registry) -> None:
    spec = plan.spec
    for symbol in plan.symbols:
        currency = registry[symbol].currency
        if currency != spec.currency and currency not in spec.rates:
            raise UsageError(
                f"rates: {symbol} is traded in {currency} and the account is in {spec.currency}: give the rate, like "
                f"{currency}=1.08, or the instrument whose price is the rate."
            )
    for currency in needed_rates(plan, registry):
        rate = spec.rates[currency]
        if isinstance(rate, str) and registry[rate].currency != spec.currency:
            raise UsageError(
                f"rates: the price of {rate} is in {registry[rate].currency} and the account in {spec.currency}, so "
                f"that it is no rate of {currency}: name an instrument that is priced in {spec.currency}."
            )


def needed_rates(plan: PortfolioPlan, registry: Registry) -> list[str]:
    """Return the currencies of the instruments other than that of the account, ascending."""
    return sorted({registry[symbol].currency for symbol in plan.symbols} - {plan.spec.currency})


def _check_weights(plan: PortfolioPlan) -> None:
    by_hand = plan.spec.by_hand
    for symbol in by_hand:
        if symbol not in plan.symbols:
            raise UsageError(f"weights: no part trades {symbol}: the instruments are {listing(plan.symbols)}.")
    lacking = [symbol for symbol in plan.symbols if by_hand and symbol not in by_hand]
    if lacking:
        raise UsageError(f"weights: {lacking[0]} has no weight by hand: give it one, or zero.")
