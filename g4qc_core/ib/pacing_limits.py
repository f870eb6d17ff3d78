"""Interactive Brokers' pacing limits, and how a request counts against them.

Sources: for bars of thirty seconds or less, the pacing limitations in IB's API manual; three violations end the
session. For longer bars IB states only that the limits are lifted and requests slowed down; those numbers are the ones
that other clients found to work. Waiting for a turn belongs to `g4qc_core.pacing`.
"""

from __future__ import annotations

from g4qc_core.bars.bar_source import BarRequest
from g4qc_core.instruments.registry import Contract
from g4qc_core.pacing.rules import EVERYTHING, HISTORY, PacedKind, PacedRequest, PacingRules, Same, Window

_SMALL = frozenset({PacedKind.SMALL})
_LARGE = frozenset({PacedKind.LARGE})

# Requests that are delayed on the way arrive closer together, so a budget that uses IB's whole limit would break it.
# Each comment names IB's limit.
IB_RULES = PacingRules(
    windows=(
        # IB allows 50; the rest is for heartbeats and cancellations, which do not wait.
        Window("messages in a second", 40, 1.0, EVERYTHING, Same.ACCOUNT),
        # IB allows 60, and BID_ASK counts twice.
        Window("small bars in ten minutes", 50, 600.0, _SMALL, Same.ACCOUNT, weighs=True),
        # IB allows five.
        Window("small bars of one contract in two seconds", 4, 2.5, _SMALL, Same.CONTRACT, weighs=True),
        Window("the same request again", 1, 15.5, HISTORY, Same.REQUEST),
        # IB states no number: one contract every 0.3 s and six open requests work in practice.
        Window("requests of one contract", 1, 0.3, _LARGE, Same.CONTRACT),
    ),
    # IB allows 50.
    open_limit=6,
)

_BID_ASK = "BID_ASK"
_LONGEST_SMALL = 30


def paced_bars(account: str, request: BarRequest, what: str | None = None) -> PacedRequest:
    """Return a request for bars as the rules count it.

    Args:
        account: accounts of the gateway, comma-separated.
        request: the request.
        what: IB's `whatToShow`; None: the contract's.
    """
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
    """Return a request for a contract's first bar, which IB counts among the open requests for history."""
    return PacedRequest(account, PacedKind.LARGE, _series(contract, contract.what), "head")


def paced_schedule(account: str, contract: Contract) -> PacedRequest:
    """Return a request for a contract's past sessions, which IB answers as history of days."""
    return PacedRequest(account, PacedKind.LARGE, _series(contract, "SCHEDULE"), "schedule")


def paced_message(account: str) -> PacedRequest:
    """Return any other message as the rules count it: the clock, contract details."""
    return PacedRequest(account, PacedKind.MESSAGE)


def _series(contract: Contract, what: str) -> str:
    return f"{contract} {contract.con_id} {contract.exchange} {what}"
