"""How much Interactive Brokers lets itself be asked, and what a request is to its rules.

Sources: the pacing limitations of IB's API manual for bars of thirty seconds or less, which end a session after three
violations; for longer bars IB says only that the limits are lifted and that requests are slowed down, so that those
numbers are what other clients found to be borne. Knows numbers and IB's words. Must not know how turns are kept.
"""

from __future__ import annotations

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.instruments.registry import Contract
from g4qc_core.pacing.rules import EVERYTHING, HISTORY, PacedKind, PacedRequest, PacingRules, Same, Window

_SMALL = frozenset({PacedKind.SMALL})
_LARGE = frozenset({PacedKind.LARGE})

# A request that waits on its way for a moment comes nearer to the one behind it: a budget that fills IB's limit to the
# last would break it then. The comments say what IB allows.
IB_RULES = PacingRules(
    windows=(
        # 50; what is left is for heartbeats and cancellations, which wait for nobody.
        Window("messages in a second", 40, 1.0, EVERYTHING, Same.ACCOUNT),
        # 60, and BID_ASK counts twice.
        Window("small bars in ten minutes", 50, 600.0, _SMALL, Same.ACCOUNT, weighs=True),
        # Six or more are too many.
        Window("small bars of one contract in two seconds", 4, 2.5, _SMALL, Same.CONTRACT, weighs=True),
        Window("the same request again", 1, 15.5, HISTORY, Same.REQUEST),
        # No number of IB's: one contract every 0.3 s and six open requests are borne.
        Window("requests of one contract", 1, 0.3, _LARGE, Same.CONTRACT),
    ),
    # 50.
    open_limit=6,
)

_BID_ASK = "BID_ASK"
_LONGEST_SMALL = 30


def paced_bars(account: str, request: BarRequest, what: str | None = None) -> PacedRequest:
    """A request of bars, as the rules see it; `what` is IB's `whatToShow`, by default the contract's."""
    what = what or request.contract.what
    length = request.timeframe.ib
    small = length.endswith("secs") and int(length.split()[0]) <= _LONGEST_SMALL
    return PacedRequest(
        account,
        PacedKind.SMALL if small else PacedKind.LARGE,
        _series(request.contract, what),
        f"{length} {request.start:%Y%m%d-%H:%M:%S} {request.end:%Y%m%d-%H:%M:%S}",
        weight=2 if what == _BID_ASK else 1,
    )


def paced_head(account: str, contract: Contract) -> PacedRequest:
    """A request of a contract's first bar: IB counts it among the open requests of history."""
    return PacedRequest(account, PacedKind.LARGE, _series(contract, contract.what), "head")


def paced_schedule(account: str, contract: Contract) -> PacedRequest:
    """A request of a contract's past sessions, which IB answers as history of days."""
    return PacedRequest(account, PacedKind.LARGE, _series(contract, "SCHEDULE"), "schedule")


def paced_message(account: str) -> PacedRequest:
    """Any other message: the clock, contract details."""
    return PacedRequest(account, PacedKind.MESSAGE)


def _series(contract: Contract, what: str) -> str:
    return f"{contract} {contract.con_id} {contract.exchange} {what}"
