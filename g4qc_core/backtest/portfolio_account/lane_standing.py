"""Where a lane stands when its newest bar has closed, and what it holds next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class LaneStanding:
    """Where one lane stands when its newest bar has closed.

    Attributes:
        held: contracts that it holds.
        planned: contracts after its pending orders, which are filled at `opens`; without any the same as `held`.
        decides: its newest bar closes now, so that it decides.
        opens: start of the next bar, UTC.
        trade_date: of the next bar.
        contract: month that is traded in the next bar.
        anew: it does not hold what it decided last, or could not decide since, so that the number is computed anew.
    """

    held: int
    planned: int
    decides: bool
    opens: datetime
    trade_date: date
    contract: str
    anew: bool = False


@dataclass(frozen=True)
class NextPosition:
    """What a lane holds from its next open on.

    Attributes:
        contracts: negative for short; of a lane that does not decide, those after its pending orders.
        capped: the margin allowed fewer contracts than were wanted.
    """

    contracts: int
    capped: bool
