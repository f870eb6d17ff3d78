"""What the trader would do now, and what is missing for it: the answer of `g4qc trade check`. Nothing is traded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import G4qcError, GatewayError, UsageError
from g4qc_core.ib.advice import advice_for
from g4qc_core.ib.connection.dialling import probe_gateway
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.sentences import listing
from g4qc_core.services.backtests.known_specs import find_spec
from g4qc_core.services.chains import stored_chain
from g4qc_core.services.trading.followed_series import FollowedSeries
from g4qc_core.services.trading.instrument_checks import failing_checks
from g4qc_core.services.trading.kill_switch import KillSwitch
from g4qc_core.services.trading.live_minutes import LiveMinutes
from g4qc_core.services.trading.live_series import usual_first
from g4qc_core.services.trading.shown.overview import trader_view
from g4qc_core.services.trading.traded_specs import TradedUnit, traded_unit
from g4qc_core.settings import Settings
from g4qc_core.storage.server.bar_origin import expected_origin
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.next_target import Standing
from g4qc_core.trading.trading_plan import TradedSpec, TradingPlan, load_plan

_PROBE_SECONDS = 3.0


class CheckedSpec(BaseModel):
    """One traded spec."""

    model_config = ConfigDict(frozen=True)

    name: str
    backtest: str = Field(description="Name of the backtest spec whose strategy decides")
    strategy: str = Field(description="Empty if the backtest spec is not known")
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
        try:
            spec = find_spec(how.backtest_name, settings, registry, stores.backtests)
            instrument = registry[spec.instrument]
        except G4qcError as error:
            problems.append(f"[trade.{how.name}] {error}")
            continue
        checked, read = _checked(how, spec, instrument, account, stores, now), [spec.instrument]
        try:
            if not checked.contracts:
                fetch = f"g4qc extract {spec.instrument} --from {usual_first(now)}"
                raise UsageError(f"No contract of {spec.instrument} is known: run `{fetch}`.")
            unit = traded_unit(how, settings, registry, stores)
            read = list(dict.fromkeys(one.symbol for one in unit.followed))
            checked = checked.model_copy(update={"inputs": unit.reads})
            wanted = _wanted(checked, unit, stores, now)
        except G4qcError as error:
            wanted = checked
            problems.append(f"[trade.{how.name}] {error}")
        specs.append(wanted if isinstance(wanted, CheckedSpec) else checked)
        if isinstance(wanted, str):
            remarks.append(f"{how.name} decides nothing now: {wanted}")
        remarks += [
            f"{spec.instrument} opens nothing now: {words}" for one in read for words in failing_checks(stores, one)
        ]
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


def _wanted(checked: CheckedSpec, unit: TradedUnit, stores: Stores, now: datetime) -> CheckedSpec | str:
    """Add what the strategy wants after the last session that is over; if nobody knows, return why."""
    series, symbol = unit.series, unit.instrument.symbol
    try:
        for one in unit.followed:
            one.series.load(now)
        live = _kept_minutes(unit.followed, stores, now)
        over = [session for session in series.behind(now) if session.close <= now]
        series.refuse_gaps(over, now, live[symbol])
        ends = [session.close for session in over] or [series.settled_close or now]
        found = unit.bars_at(ends[-1], live.__getitem__)
        needed = unit.decider.bars_needed
        if len(found.bars) < needed:
            return f"of {needed} bars that the strategy needs there are {len(found.bars)}: extract earlier sessions."
        target = unit.decider.target(found.bars, Standing(0, unit.backtest.cash), found.exits, found.inputs)
    except G4qcError as error:
        return str(error)
    bar = found.bars["timestamp"].iloc[-1].to_pydatetime()
    return checked.model_copy(update={"wanted": target.contracts, "wanted_bar": bar})


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
