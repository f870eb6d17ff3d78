"""Trading: what the traders do, read from the stores; the kill switch, and wishes for a running trader.

Nothing here speaks to the broker. Reading takes the scope `read`, acting the scope `trade`.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.api_keys import Key
from g4qc_core.api.decision_cursors import read_decision_cursor, write_decision_cursor
from g4qc_core.api.dependencies import ApiContext, CanRead, CanTrade, Context
from g4qc_core.api.problems import NO_NUL, documented
from g4qc_core.api.routes.trading_entries import (
    CommandEntry,
    DecisionPage,
    DriftList,
    FillPage,
    LockEntry,
    LockList,
    OrderDetail,
    OrderEntry,
    OrderPage,
    PositionList,
    ReconciliationList,
    ReleasedHalts,
    TradingLog,
    TradingState,
)
from g4qc_core.services.trading.orders.kill_switch import KillSwitch
from g4qc_core.services.trading.shown.overview import TradingOverview
from g4qc_core.services.trading.shown.trader_commands import CommandName, ask, asked
from g4qc_core.services.trading.shown.views import HaltView
from g4qc_core.storage.trading_stores.safety_store import EVERY_ACCOUNT

router = APIRouter(prefix="/trading", tags=["trading"], responses=documented(401, 403, 404, 422, 429, 503))

_Model = TypeVar("_Model", bound=BaseModel)
_Name = Annotated[str, Field(max_length=40, pattern=NO_NUL)]
_Spec = Annotated[str | None, Query(max_length=100, pattern=NO_NUL, description="Name of a traded spec; default: all")]
_Limit = Annotated[int, Query(ge=1, le=1000)]
_Before = Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description="next_cursor of the previous page")]


class _TradedAccount:
    """The account of a request, and the overview that knows it."""

    def __init__(
        self,
        context: Context,
        account: Annotated[
            str | None, Query(max_length=40, pattern=NO_NUL, description="Default: the account that is traded")
        ] = None,
    ) -> None:
        self.overview = overview_of(context)
        self.name = self.overview.account(account)


_Account = Annotated[_TradedAccount, Depends()]


class HaltRequest(BaseModel):
    """The kill switch, on."""

    model_config = ConfigDict(extra="forbid")

    account: _Name = Field(EVERY_ACCOUNT, description="Account to halt; * for all")
    why: str = Field(min_length=1, max_length=500, pattern=NO_NUL, description="The reason that others see")


class ReleaseRequest(BaseModel):
    """The kill switch, off."""

    model_config = ConfigDict(extra="forbid")

    account: _Name | None = Field(None, description="Account to release, * for the halt of all; null: everything")


class FlattenRequest(BaseModel):
    """Positions to close by market orders; their open orders are cancelled first."""

    model_config = ConfigDict(extra="forbid")

    account: _Name | None = Field(None, description="Default: the account that is traded")
    symbol: str | None = Field(None, max_length=12, description="Instrument; null: all")


class ResolveRequest(BaseModel):
    """The end of an instrument's locks, after a person has looked."""

    model_config = ConfigDict(extra="forbid")

    account: _Name | None = Field(None, description="Default: the account that is traded")
    symbol: str = Field(max_length=12)
    adopt: bool = Field(False, description="Take the broker's position as ours; without it both must agree already")
    note: str = Field("", max_length=500, pattern=NO_NUL, description="What was found; kept with the lock")


@router.get("", dependencies=[CanRead])
def summary(context: Context) -> TradingState:
    """Return all accounts: traders, kill switch, locks, limits used, positions and the latest reconciliations."""
    return _as(TradingState, overview_of(context).summary(context.clock()))


@router.get("/positions", dependencies=[CanRead])
def positions(account: _Account) -> PositionList:
    """List the position of every contract that was ever traded, the sum of its executions."""
    return PositionList(account=account.name, positions=account.overview.positions(account.name))


@router.get("/orders", dependencies=[CanRead])
def orders(
    account: _Account,
    open_only: Annotated[bool, Query(alias="open", description="Only orders that have not ended")] = False,
    limit: _Limit = 100,
    before: _Before = None,
) -> OrderPage:
    """List orders, newest first."""
    found = account.overview.orders(account.name, limit + 1, before, open_only=open_only)
    shown = [_as(OrderEntry, one) for one in found[:limit]]
    return OrderPage(account=account.name, orders=shown, next_cursor=shown[-1].ref if len(found) > limit else None)


@router.get("/orders/{ref}", dependencies=[CanRead])
def order(
    ref: Annotated[str, Path(max_length=60, description="Reference of an order")], context: Context
) -> OrderDetail:
    """Return an order with everything that was heard about it."""
    overview = overview_of(context)
    found = overview.order(ref)
    return OrderDetail(**found.model_dump(), events=overview.events(ref))


@router.get("/fills", dependencies=[CanRead])
def fills(account: _Account, limit: _Limit = 100, before: _Before = None) -> FillPage:
    """List executions, newest first; of a corrected one the correction."""
    found = account.overview.fills(account.name, limit + 1, before)
    following = found[limit - 1].exec_id if len(found) > limit else None
    return FillPage(account=account.name, fills=found[:limit], next_cursor=following)


@router.get("/decisions", dependencies=[CanRead])
def decisions(account: _Account, spec: _Spec = None, limit: _Limit = 100, before: _Before = None) -> DecisionPage:
    """List what the specs wanted to hold, newest bar first, and what became of it."""
    last = None if before is None else read_decision_cursor(account.name, before)
    found = account.overview.decisions(account.name, limit + 1, last, spec)
    shown = [one.model_dump() for one in found[:limit]]
    following = write_decision_cursor(found[limit - 1]) if len(found) > limit else None
    return DecisionPage.model_validate({"account": account.name, "decisions": shown, "next_cursor": following})


@router.get("/locks", dependencies=[CanRead])
def locks(
    account: _Account,
    resolved: Annotated[bool, Query(description="Also those that ended, newest first")] = False,
    limit: _Limit = 100,
) -> LockList:
    """List why instruments are not traded until a person has looked, with both sides."""
    found = account.overview.locks(account.name, resolved=resolved, most=limit)
    return LockList(account=account.name, locks=[_as(LockEntry, one) for one in found])


@router.get("/reconciliations", dependencies=[CanRead])
def reconciliations(account: _Account, limit: _Limit = 20) -> ReconciliationList:
    """List the last comparisons with the broker, newest first."""
    found = [one.model_dump() for one in account.overview.reconciliations(account.name, limit)]
    return ReconciliationList.model_validate({"account": account.name, "reconciliations": found})


@router.get("/log", dependencies=[CanRead])
def log(
    account: _Account,
    limit: _Limit = 100,
    after: Annotated[int, Query(ge=0, le=2**62, description="Only lines with a higher id")] = 0,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="next_cursor of the previous page")] = None,
) -> TradingLog:
    """Return the last lines of the trader's log, newest first."""
    found = [one.model_dump() for one in account.overview.log(account.name, limit + 1, after, before)]
    following = found[limit - 1]["id"] if len(found) > limit else None
    return TradingLog.model_validate({"account": account.name, "lines": found[:limit], "next_cursor": following})


@router.get("/drifts", dependencies=[CanRead])
def drifts(account: _Account, spec: _Spec = None, limit: _Limit = 60) -> DriftList:
    """List how far decisions and fills were from the backtest on the settled bars, newest trade date first."""
    return DriftList(account=account.name, drifts=account.overview.drifts(account.name, limit, spec))


@router.get("/commands/{number}", dependencies=[CanRead])
def command(number: Annotated[int, Path(ge=1, le=2**62)], context: Context) -> CommandEntry:
    """Return a wish for a trader, with its answer once there is one."""
    return _as(CommandEntry, asked(context.stores(), number))


@router.post("/halt", responses=documented(413))
def halt(request: HaltRequest, context: Context, key: CanTrade) -> HaltView:
    """Turn the kill switch on: no order but one of `flatten` leaves until it is released, over every restart.

    Positions and orders at the broker stay as they are. A second halt changes nothing; the first one is returned.
    """
    made = _switch(context).turn_on(_by(key), request.why, context.clock(), request.account)
    return HaltView(**vars(made))


@router.post("/release", responses=documented(413))
def release(request: ReleaseRequest, context: Context, key: CanTrade) -> ReleasedHalts:
    """Turn the kill switch off, and say what still halts."""
    switch = _switch(context)
    ended = switch.turn_off(request.account)
    return ReleasedHalts.model_validate(
        {"released": [vars(one) for one in ended], "halts": [vars(one) for one in switch.halts()]}
    )


@router.post("/flatten", status_code=202, responses=documented(409, 413))
def flatten(request: FlattenRequest, context: Context, key: CanTrade, response: Response) -> CommandEntry:
    """Ask the running trader to cancel orders and close positions; its answer comes with the command.

    This is done while the kill switch is on, too. What was flattened is locked until it is resolved.
    409 if no trader is running.
    """
    symbol = None if request.symbol is None else context.registry[request.symbol].symbol
    return _ask(context, request.account, "flatten", {"symbol": symbol} if symbol else {}, key, response)


@router.post("/resolve", status_code=202, responses=documented(409, 413))
def resolve(request: ResolveRequest, context: Context, key: CanTrade, response: Response) -> CommandEntry:
    """Ask the running trader to compare with the broker again and to unlock an instrument.

    409 if no trader is running.
    """
    symbol = context.registry[request.symbol].symbol
    arguments = {"symbol": symbol, "adopt": request.adopt, "note": request.note}
    return _ask(context, request.account, "resolve", arguments, key, response)


def _ask(
    context: ApiContext,
    account: str | None,
    name: CommandName,
    arguments: dict[str, Any],
    key: Key | None,
    response: Response,
) -> CommandEntry:
    chosen = overview_of(context).account(account)
    made = ask(context.stores(), chosen, name, arguments, _by(key), context.clock())
    response.headers["Location"] = f"/api/v1/trading/commands/{made.id}"
    return _as(CommandEntry, made)


def overview_of(context: ApiContext) -> TradingOverview:
    """Return what the stores know about trading."""
    return TradingOverview(context.stores(), context.registry, _switch(context))


def _switch(context: ApiContext) -> KillSwitch:
    return KillSwitch(context.settings.home, context.stores())


def _as(model: type[_Model], view: BaseModel) -> _Model:
    return model.model_validate(view.model_dump())


def _by(key: Key | None) -> str:
    return key.name if key is not None else "API"
