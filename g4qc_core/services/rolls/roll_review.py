"""The findings of the checks of an instrument's roll calendars, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from g4qc_core.futures.rolls.roll_calendar import RollCalendar, expired_fronts, implausible_gaps, roll_problems
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.services.rolls.instrument_rolls import in_chain, span, unmeasured


@dataclass(frozen=True)
class RollReview:
    """The findings about an instrument's roll calendars.

    Attributes:
        broken: sentences about impossible rolls, by any rule.
        unmeasured: dates of rolls by the instrument's own rule without a price gap.
        implausible: sentences about price gaps, by its own rule, that stand out.
    """

    broken: list[str]
    unmeasured: list[str]
    implausible: list[str]


def review_rolls(instrument: Instrument, made: Sequence[RollCalendar], chain: Sequence[Contract]) -> RollReview:
    """Return the findings about the calendars.

    Args:
        instrument: whose calendars they are.
        made: calendars by all rules; that of the instrument's own rule comes first.
        chain: contracts of the instrument.
    """
    own, broken = made[0], []
    for one in made:
        expired = expired_fronts(one, chain, span(one, instrument), in_chain(instrument, chain))
        broken += [f"{instrument.symbol} by {one.rule}: {text}" for text in (*roll_problems(one.rolls), *expired)]
    unknown = [f"{roll.date:%Y-%m-%d}" for roll in unmeasured(own).itertuples()]
    return RollReview(broken, unknown, list(implausible_gaps(instrument, own.rolls)))
