"""Roll rules as text, such as `volume` or `days_before_expiry(8)`: the only module that parses and formats them.

`futures.rolls.rule_dates` computes the dates of a rule. The rules are defined here because instruments name them, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from g4qc_core.errors import UsageError, unknown

_CALL = re.compile(r"^\s*([a-z_]+)\s*(?:\(([^()]*)\))?\s*$")
_MOST_DAYS = 120


@dataclass(frozen=True)
class Volume:
    """The next contract trades more than the front one in two consecutive sessions: roll at the open of the third."""

    sessions = 2
    delay = 0

    def __str__(self) -> str:
        return "volume"


@dataclass(frozen=True)
class OpenInterest:
    """The next contract has more open interest than the front one: roll at the open of the second session after.

    One session is enough: open interest is a stock and does not jump back and forth as volume does. It is published
    while the next session already trades, too late for a roll at the open of that session.
    """

    sessions = 1
    delay = 1

    def __str__(self) -> str:
        return "open_interest"


@dataclass(frozen=True)
class DaysBeforeExpiry:
    """`days` calendar days before the old contract's last trade date, or the last business day before that."""

    days: int

    def __str__(self) -> str:
        return f"days_before_expiry({self.days})"


@dataclass(frozen=True)
class BusinessDaysBeforeExpiry:
    """`days` business days before the old contract's last trade date."""

    days: int

    def __str__(self) -> str:
        return f"business_days_before_expiry({self.days})"


@dataclass(frozen=True)
class FirstNotice:
    """`days` business days before the old contract's first notice day."""

    days: int = 0

    def __str__(self) -> str:
        return f"first_notice({self.days})" if self.days else "first_notice"


@dataclass(frozen=True)
class FixedDates:
    """Dates that the user listed: each contract is replaced on the last of the dates while it is in front."""

    dates: tuple[date, ...]

    def __str__(self) -> str:
        return f"fixed_dates({', '.join(map(str, self.dates))})"


RollRule = Volume | OpenInterest | DaysBeforeExpiry | BusinessDaysBeforeExpiry | FirstNotice | FixedDates

RULE_DEFINITIONS = {
    "volume": "The first session after two in a row in which the next contract traded more than the front one.",
    "open_interest": "The second session after the first one that ended with more open interest in the next contract.",
    "days_before_expiry(n)": "The date n calendar days before the front contract's last trade date, or the last "
    "business day before that date.",
    "business_days_before_expiry(n)": "The date n business days before the front contract's last trade date.",
    "first_notice(n)": "The date n business days before the front contract's first notice day, which is the last "
    "business day of the month before its own.",
    "fixed_dates(2025-09-11, ...)": "The last of these dates in the front contract's time, or the first session after "
    "it.",
}
"""First trade date of the next contract under each rule. Business days are the days on which the exchange settles; a
holiday with a short session is not one. Lead times are rounded to the safe side: earlier.
"""

FORMS = tuple(RULE_DEFINITIONS)


def parse_rule(text: str) -> RollRule:
    """Parse a rule; `str` of the result is its name in tables.

    Raises:
        UsageError: there is no such rule, or its argument is malformed.
    """
    found = _CALL.match(text)
    name, argument = (found[1], (found[2] or "").strip()) if found else (text, "")
    match name:
        case "volume" | "open_interest" if not argument:
            return Volume() if name == "volume" else OpenInterest()
        case "days_before_expiry":
            return DaysBeforeExpiry(_days(name, argument))
        case "business_days_before_expiry":
            return BusinessDaysBeforeExpiry(_days(name, argument))
        case "first_notice":
            return FirstNotice(_days(name, argument) if argument else 0)
        case "fixed_dates":
            return FixedDates(_dates(argument))
    raise unknown("roll rule", text, FORMS)


def _days(rule: str, argument: str) -> int:
    if not re.fullmatch(r"\d{1,3}", argument) or int(argument) > _MOST_DAYS:
        raise UsageError(f"The roll rule {rule} needs a number of days from 0 to {_MOST_DAYS}, like {rule}(8).")
    return int(argument)


def _dates(argument: str) -> tuple[date, ...]:
    try:
        dates = tuple(date.fromisoformat(part.strip()) for part in argument.split(","))
    except ValueError:
        raise UsageError("The roll rule fixed_dates needs dates like fixed_dates(2025-06-12, 2025-09-11).") from None
    if list(dates) != sorted(set(dates)):
        raise UsageError("The dates of the roll rule fixed_dates must ascend, each once.")
    return dates
