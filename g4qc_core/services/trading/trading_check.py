"""What the trader would do now, and what is missing for it: the answer of `g4qc trade check`. Nothing is traded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import G4qcError, GatewayError, TradingRefused, UsageError
from g4qc_core.ib.advice import advice_for
from g4qc_core.ib.connection.dialling import probe_gateway
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.sentences import listing
from g4qc_core.services.backtests.known_specs import find_spec
from g4qc_core.services.chains import stored_chain
from g4qc_core.services.trading.live.decision_bars import DecisionBars
from g4qc_core.services.trading.live.followed_series import FollowedSeries
from g4qc_core.services.trading.live.live_minutes import LiveMinutes
from g4qc_core.services.trading.live.live_series import usual_first
from g4qc_core.services.trading.orders.instrument_checks import failing_checks
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.shown.overview import trader_view
from g4qc_core.services.trading.traded.traded_portfolio import traded_portfolio
from g4qc_core.services.trading.traded.traded_specs import TradedUnit, traded_unit
from g4qc_core.settings import Settings
from g4qc_core.storage.server.bar_origin import expected_origin
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.next_target import Standing
from g4qc_core.trading.trading_plan import TradedSpec, TradingPlan, load_plan

_PROBE_SECONDS = 3.0


class CheckedSpec(BaseModel):
    """One traded spec, or one lane of a traded portfolio."""

    model_config = ConfigDict(frozen=True)

    name: str
    backtest: str = Field(description="Name of the backtest spec or the portfolio that decides")
    strategy: str = Field(description="One or, separated by commas, those of all parts of the lane")
    instrument: str
    timeframe: str
    inputs: list[str] = Field(
        default=[], description="What its strategy reads besides its own bars, such as `1d bars of ES`"
    )
    order: str = Field(description="market, limit or stop")
    hours: str
    contracts: list[str] = Field(description="Contract months that have not expired, the nearest first")
    target: int | None = Field(description="Contracts of the newest decision; null: none was made")
    held: int | None = Field(description="Contracts held at that decision")
    decided_bar: datetime | None = Field(description="Start of the bar of that decision, UTC")
    wanted: int | None = Field(
        None,
        description="Contracts that it would hold after the newest stored session, from no position; null: unknown",
    )
    wanted_bar: datetime | None = Field(None, description="Start of the last bar of that session, UTC")


@dataclass(frozen=True)
class _CheckedEntry:
    """An entry of the trading file.

    Attributes:
        specs: its rows.
        reads: instruments whose bars decide, by the traded instrument.
        problems: what must be corrected.
        undecided: why nobody knows what it wants; empty if somebody does.
    """

    specs: list[CheckedSpec]
    reads: Mapping[str, Sequence[str]]
    problems: list[str] = field(default_factory=list)
    undecided: str = ""


class TradingCheck(BaseModel):
    """What the trader would do, and what keeps it from it."""

    model_config = ConfigDict(frozen=True)

    account: str = Field(description="Empty: the only account of the gateway")
    mode: str
    gateway: str = Field(description="host:port; empty: none is set, and `g4qc up --trade` starts a simulated one")
    client_id: int
    limits: dict[str, Any]
    specs: list[CheckedSpec]
    problems: list[str] = Field(description="What must be corrected before the trader starts")
    remarks: list[str] = Field(description="What keeps it from opening a position now, and what else to know")

    @property
    def ready(self) -> bool:
        """True if the trader may start."""
        return not self.problems


def check(settings: Settings, registry: Registry, stores: Stores, now: datetime) -> TradingCheck:
    """Return what the trader would do.

    Args:
        settings: name the trading file and the gateway, which is asked whether it is there.
        registry: the instruments.
        stores: of the database.
        now: this machine's clock, UTC.

    Raises:
        SettingsError: the trading file is missing or malformed.
    """
    plan = load_plan(settings.trading)
    account = plan.account or next((one.account for one in stores.traders.all()), "")
    problems, remarks = _of_the_file(plan, settings), _of_the_account(plan, account, settings, stores, now)
    specs: list[CheckedSpec] = []
    for how in plan.specs.values():
        entry = _portfolio if how.portfolio else _spec
        try:
            found = entry(how, account, settings, registry, stores, now)
        except G4qcError as error:
            problems.append(f"[trade.{how.name}] {error}")
            continue
        specs += found.specs
        problems += [f"[trade.{how.name}] {words}" for words in found.problems]
        remarks += [f"{how.name} decides nothing now: {found.undecided}"] if found.undecided else []
        for symbol, read in found.reads.items():
            red = (words for one in read for words in failing_checks(stores, one))
            remarks += [f"{symbol} opens nothing now: {words}" for words in red]
    return TradingCheck(
        account=plan.account,
        mode=plan.mode,
        gateway="" if settings.simulated else f"{settings.ib_host}:{settings.ib_port}",
        client_id=plan.client_id,
        limits=plan.limits.model_dump(mode="json"),
        specs=specs,
        problems=problems,
        remarks=list(dict.fromkeys(remarks)),
    )


def _of_the_account(plan: TradingPlan, account: str, settings: Settings, stores: Stores, now: datetime) -> list[str]:
    """Return what holds now for the account and the way to it."""
    found = [
        f"The kill switch is on for {halt.account} ({halt.by}: {halt.why})."
        for halt in KillSwitch(settings.home, stores).halts(plan.account or None)
    ]
    found += [
        f"A trader of {one.account} is running: process {one.pid} on {one.host}."
        for one in stores.traders.all()
        if one.account == account and trader_view(one, now).up
    ]
    found += [
        f"{lock.symbol} is locked: {lock.reason}: we have {lock.ours}, the broker has {lock.theirs}."
        for lock in (stores.safety.locks(account) if account else [])
    ]
    if settings.ib_host is not None:
        advice = advice_for(expected_origin(settings, stores.database))
        try:
            probe_gateway(settings.ib_host, settings.ib_port, _PROBE_SECONDS, advice)
        except GatewayError as error:
            found.append(f"The trader would wait for the gateway: {error}")
    return found


def _of_the_file(plan: TradingPlan, settings: Settings) -> list[str]:
    found = []
    if not plan.specs:
        found.append("The trading file trades nothing: add an entry like [trade.sma_cross-ES-1h].")
    if plan.client_id == settings.ib_client_id:
        found.append(f"Extraction uses the client id {plan.client_id}, too: set client_id to another one.")
    if plan.mode == "live":
        if not plan.account:
            found.append("mode is live: name the account.")
        if plan.missing_limits:
            found.append(f"mode is live: give every limit, also {listing(plan.missing_limits, 20)}.")
    return found


def _spec(
    how: TradedSpec, account: str, settings: Settings, registry: Registry, stores: Stores, now: datetime
) -> _CheckedEntry:
    """Check an entry with a backtest spec."""
    spec = find_spec(how.backtest_name, settings, registry, stores.backtests)
    checked = _checked(how, spec, registry[spec.instrument], account, stores, now)
    try:
        if not checked.contracts:
            fetch = f"g4qc extract {spec.instrument} --from {usual_first(now)}"
            raise UsageError(f"No contract of {spec.instrument} is known: run `{fetch}`.")
        unit = traded_unit(how, settings, registry, stores)
    except G4qcError as error:
        return _CheckedEntry([checked], {spec.instrument: [spec.instrument]}, [str(error)])
    reads = {spec.instrument: list(dict.fromkeys(one.symbol for one in unit.followed))}
    checked = checked.model_copy(update={"inputs": unit.reads})
    try:
        return _CheckedEntry([_wanted(checked, unit, stores, now)], reads)
    except G4qcError as error:
        return _CheckedEntry([checked], reads, undecided=str(error))


def _wanted(checked: CheckedSpec, unit: TradedUnit, stores: Stores, now: datetime) -> CheckedSpec:
    """Add what the strategy wants after the last session that is over.

    Raises:
        G4qcError: nobody knows; the sentence says why.
    """
    live = _loaded(unit.followed, stores, now)
    found = unit.bars_at(_last_close(unit.own, live, now), live.__getitem__)
    needed = unit.decider.bars_needed
    if len(found.bars) < needed:
        raise TradingRefused(f"of {needed} bars that the strategy needs there are {len(found.bars)}: extract earlier "
                             "sessions.")  # fmt: skip
    target = unit.decider.target(found.bars, Standing(0, unit.backtest.cash), found.exits, found.inputs)
    return _with_wish(checked, target.contracts, found)


def _portfolio(
    how: TradedSpec, account: str, settings: Settings, registry: Registry, stores: Stores, now: datetime
) -> _CheckedEntry:
    """Check an entry with a portfolio: one row for each lane."""
    unit = traded_portfolio(how, settings, registry, stores)
    rows, reads = {}, {}
    for name, lane in unit.lanes.items():
        parts = unit.parts_of(name)
        reads[lane.instrument.symbol] = list(dict.fromkeys(one.symbol for part in parts for one in part.followed))
        checked = _checked(lane.how, lane.backtest, lane.instrument, account, stores, now)
        said = {
            "backtest": unit.plan.spec.name,
            "strategy": ", ".join(dict.fromkeys(one.backtest.strategy for one in parts)),
            "inputs": list(dict.fromkeys(words for one in parts for words in one.reads)),
        }
        rows[name] = checked.model_copy(update=said)
    try:
        live = _loaded(unit.followed, stores, now)
        until = max(_last_close(lane.own, live, now) for lane in unit.lanes.values())
        read = unit.bars_at(until, live.__getitem__)
        found, _ = unit.next_positions(read, unit.before_trading(until))
    except G4qcError as error:
        return _CheckedEntry(list(rows.values()), reads, undecided=str(error))
    wished = {name: _with_wish(row, found[name].contracts, unit.bars_of(name, read)) for name, row in rows.items()}
    return _CheckedEntry(list(wished.values()), reads)


def _with_wish(checked: CheckedSpec, contracts: int, found: DecisionBars) -> CheckedSpec:
    bar = found.bars["timestamp"].iloc[-1].to_pydatetime()
    return checked.model_copy(update={"wanted": contracts, "wanted_bar": bar})


def _last_close(own: FollowedSeries, live: Mapping[str, Mapping[str, LiveMinutes]], now: datetime) -> datetime:
    """Return the end of the last session that is over; refuse one that is missing."""
    series = own.series
    over = [session for session in series.behind(now) if session.close <= now]
    series.refuse_gaps(over, now, live[own.symbol])
    return over[-1].close if over else series.settled_close or now


def _loaded(followed: Sequence[FollowedSeries], stores: Stores, now: datetime) -> dict[str, dict[str, LiveMinutes]]:
    """Load series, and return the live minutes that a trader has stored of them."""
    for one in followed:
        one.series.load(now)
    return _kept_minutes(followed, stores, now)


def _kept_minutes(
    followed: Sequence[FollowedSeries], stores: Stores, now: datetime
) -> dict[str, dict[str, LiveMinutes]]:
    """Return the live minutes that a trader has stored, by instrument and contract month."""
    found: dict[str, dict[str, LiveMinutes]] = {one.symbol: {} for one in followed}
    for one in followed:
        for month in one.months(now):
            kept = LiveMinutes.kept(one.symbol, month, one.series.hours, stores.live_bars, now)
            found[one.symbol][month] = kept
    return found


def _checked(
    how: TradedSpec, spec: BacktestSpec, instrument: Instrument, account: str, stores: Stores, now: datetime
) -> CheckedSpec:
    newest = stores.orders.newest(account, how.name) if account else None
    try:
        chain = [one.month for one in stored_chain(instrument, stores) if one.last_trade_date >= now.date()]
    except G4qcError:
        chain = []
    return CheckedSpec(
        name=how.name,
        backtest=spec.name,
        strategy=spec.strategy,
        instrument=spec.instrument,
        timeframe=spec.timeframe,
        order=how.order,
        hours=how.hours,
        contracts=sorted(chain),
        target=None if newest is None else newest.target,
        held=None if newest is None else newest.held,
        decided_bar=None if newest is None else newest.key.bar,
        wanted=None,
        wanted_bar=None,
    )
