"""Positions as they are shown: what the ledger adds up to, at the newest live price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from g4qc_core.instruments.registry import Registry
from g4qc_core.services.trading.shown.views import PositionView
from g4qc_core.storage.stores import Stores
from g4qc_core.trading.ledger import Fill, Holding, holdings, in_force


def position_views(stores: Stores, registry: Registry, account: str) -> list[PositionView]:
    """Return the position of every contract that an account ever traded, by instrument and month."""
    fills = in_force(stores.executions.fills(account))
    by_spec = _by_spec(fills)
    found = [_view(stores, registry, account, held, by_spec[held.con_id]) for held in holdings(fills).values()]
    return sorted(found, key=lambda one: (one.symbol, one.contract, one.con_id))


def _by_spec(fills: Sequence[Fill]) -> dict[int, dict[str, int]]:
    """Return the contracts of each spec by con_id; those that are zero are left out."""
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for fill in fills:
        sums[fill.con_id][fill.spec] += fill.quantity
    return {con_id: {spec: held for spec, held in specs.items() if held} for con_id, specs in sums.items()}


def _view(stores: Stores, registry: Registry, account: str, held: Holding, specs: dict[str, int]) -> PositionView:
    instrument = dict(registry).get(held.symbol)
    last = stores.live_bars.newest(held.symbol, held.month) if held.quantity else None
    profit = None
    if instrument is not None and last is not None:
        profit = (last[1] - float(held.average_price)) * held.quantity * float(instrument.point_value)
    return PositionView(
        account=account,
        symbol=held.symbol,
        contract=held.month,
        con_id=held.con_id,
        quantity=held.quantity,
        average_price=float(held.average_price),
        last_price=None if last is None else last[1],
        last_at=None if last is None else last[0],
        open_profit=profit,
        realized=None if instrument is None else float(held.realized_net(instrument.point_value)),
        commissions=float(held.commissions),
        currency="" if instrument is None else instrument.currency,
        specs=specs,
    )
