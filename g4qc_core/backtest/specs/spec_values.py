"""The kinds of value in a backtest spec, each in one canonical form: money, dates, whole numbers, names, and rules.

Equal values that are written differently become the same value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from g4qc_core.backtest.account.margin import parse_margin
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.calendars.session_calendar import parse_date
from g4qc_core.errors import UsageError, unknown
from g4qc_core.roll_rules import parse_rule

_LONGEST_NUMBER = 40


def _money(value: Any) -> Any:
    # 100000, "100000.00" and 1e5 are the same money and must give the same result id.
    if isinstance(value, bool):
        raise ValueError("must be a number")
    if isinstance(value, float):
        value = str(value)
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        raise ValueError(f"must have at most {_LONGEST_NUMBER} digits")
    return value


def _canonical(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _day(value: Any) -> Any:
    # A bare number would be read as seconds since 1970.
    if isinstance(value, str):
        return _or_value_error(parse_date, value.strip())
    if isinstance(value, int | float | Decimal):
        raise ValueError("must be a date like 2026-10-31")
    return value


def _whole(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")
    return value


def _rule(value: str) -> str:
    return str(_or_value_error(parse_rule, value))


def _sizing(value: str) -> str:
    return str(_or_value_error(parse_sizing, value))


def _margin(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise ValueError("must be money per contract, or a table like 2026-01-01: 12000, 2026-06-01: 13200")
    return str(_or_value_error(parse_margin, str(value)))


def _or_value_error(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except UsageError as error:
        raise ValueError(str(error).rstrip(".")) from None


def one_of(kind: str, known: Collection[str]) -> BeforeValidator:
    """Return a validator that refuses an unknown name and suggests the nearest known one."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and value not in known:
            raise ValueError(str(unknown(kind, value, known)).rstrip("."))
        return value

    return BeforeValidator(check)


Money = Annotated[Decimal, BeforeValidator(_money), PlainSerializer(_canonical, when_used="json")]
Day = Annotated[date, BeforeValidator(_day)]
Whole = Annotated[int, BeforeValidator(_whole)]
Rule = Annotated[str, AfterValidator(_rule)]
Sizing = Annotated[str, AfterValidator(_sizing)]
Margin = Annotated[str, BeforeValidator(_margin)]
