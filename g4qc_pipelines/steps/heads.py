"""Where the bars of contracts begin, as the source tells; extraction goes on without it where it does not.

Must not know what is asked for then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from g4qc_core.bars.source import BarSource
from g4qc_core.errors import GatewayError, InvalidBars, TransientError
from g4qc_core.instruments import Contract
from g4qc_core.storage.stores import Stores

# A source that does not answer so many contracts in a row answers none now.
_SILENT = 2


def learn_heads(
    contracts: Iterable[Contract], now: datetime, source: BarSource, stores: Stores, tell: Callable[[str], None]
) -> None:
    """Asks where the bars of the contracts begin, and keeps what the source tells.

    It only spares requests: where it fails, bars are asked for all the same. What failed for a while is asked again in
    the next extraction, what cannot be read or is refused another day.
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
