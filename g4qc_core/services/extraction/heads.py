"""Requests for the start of each contract's bars, so that no bars before it are requested.

Without these starts, extraction only makes more requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.errors import GatewayError, InvalidBars, TransientError
from g4qc_core.instruments.registry import Contract
from g4qc_core.services.chains import Wanted
from g4qc_core.services.extraction.plan import ExtractionPlan
from g4qc_core.storage.stores import Stores

# A gateway may be wrong about a contract's first bar. If its answer excludes wanted sessions, the request is repeated.
_HEAD_BELIEVED = timedelta(days=7)
# A missing or impossible answer only costs requests for bars; the request is repeated sooner.
_NO_HEAD_BELIEVED = timedelta(days=1)

# After this many contracts in a row without an answer, no more starts are requested.
_MAX_FAILURES = 2


def heads_to_ask(
    wanted: Wanted,
    plan: ExtractionPlan,
    heads: Mapping[str, datetime],
    asked_at: Mapping[str, datetime],
    now: datetime,
) -> list[Contract]:
    """Return the contracts whose start of bars should be requested.

    - contracts in the plan whose first bar is unknown, once a day;
    - contracts whose first bar excludes minutes of wanted sessions, once a week.

    Args:
        wanted: sessions by contract, ascending.
        plan: made with `heads`.
        heads: start of the first bar, UTC, by contract month.
        asked_at: time of the last such request, UTC, by contract month.
        now: time by the gateway's clock, UTC.
    """
    found = []
    for contract, sessions in wanted.items():
        head, at = heads.get(contract.month), asked_at.get(contract.month)
        excludes = head is not None and any(s.open < min(head, now) for s in sessions[:1])
        matters = not contract.estimated and (excludes if head is not None else contract in plan.asked)
        believed = _NO_HEAD_BELIEVED if head is None else _HEAD_BELIEVED
        # A request in the future was dated by a wrong clock.
        if matters and (at is None or not now - believed < at <= now + believed):
            found.append(contract)
    return found


def learn_heads(
    contracts: Iterable[Contract], now: datetime, source: BarSource, stores: Stores, tell: Callable[[str], None]
) -> None:
    """Request the start of the contracts' bars, and store the answers.

    A passing failure is not stored, so the next extraction asks again. An unreadable answer or a refusal is stored as
    unknown.

    Args:
        contracts: the contracts to request.
        now: time by the gateway's clock, UTC.
        source: gives the heads.
        stores: keeps the answers.
        tell: receives a sentence for each failure.
    """
    failures = 0
    for contract in contracts:
        head: datetime | None = None
        try:
            head = source.head_timestamp(contract)
            failures = 0
        except TransientError as error:
            tell(f"{contract}: goes on without the start of its bars: {error}")
            failures += 1
            if failures == _MAX_FAILURES:
                return
            continue
        except (GatewayError, InvalidBars) as error:
            tell(f"{contract}: goes on without the start of its bars: {error}")
            failures = 0
        if head is not None and head >= min(now, contract.last_trade_at):
            # It would exclude every session of the contract.
            head = None
        stores.contracts.keep_head(contract, head, now)
