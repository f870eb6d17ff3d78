"""The start of each contract's bars, from the source; extraction continues without it where it is unknown.

Must not know the requests that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.errors import GatewayError, InvalidBars, TransientError
from g4qc_core.instruments.registry import Contract
from g4qc_core.storage.stores import Stores

# After this many contracts in a row without an answer, the source is not asked any more.
_SILENT = 2


def learn_heads(
    contracts: Iterable[Contract], now: datetime, source: BarSource, stores: Stores, tell: Callable[[str], None]
) -> None:
    """Ask where the bars of the contracts begin, and keep the source's answers.

    This only saves requests: where it fails, bars are requested all the same. After a passing failure the next
    extraction asks again; after an unreadable answer or a refusal, an extraction on another day does.
    """
    silent = 0
    for contract in contracts:
        head: datetime | None = None
        try:
            head = source.head_timestamp(contract)
            silent = 0
        except TransientError as error:
            tell(f"{contract}: goes on without the start of its bars: {error}")
            silent += 1
            if silent == _SILENT:
                return
            continue
        except (GatewayError, InvalidBars) as error:
            tell(f"{contract}: goes on without the start of its bars: {error}")
            silent = 0
        if head is not None and head >= min(now, contract.last_trade_at):
            # All of the contract's sessions would be left out.
            head = None
        stores.contracts.keep_head(contract, head, now)
