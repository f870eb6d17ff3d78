"""Options that several commands share, and their types: trade dates and instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from g4qc_core.errors import UsageError


class DateParam(click.ParamType):
    """A trade date as an option's value."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a text to a date."""
        from g4qc_core.calendars.session_calendar import parse_date

        return value if not isinstance(value, str) else parse_date(value)


class InstantParam(click.ParamType):
    """An instant as an option's value; without an offset it is UTC."""

    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a text to an instant, UTC."""
        if not isinstance(value, str):
            return value
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise UsageError(f"'{value}' is no instant: write it like 2013-12-20T22:15:00Z.") from None
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")
from_option = click.option("--from", "first", type=DateParam(), help="First trade date.")
to_option = click.option("--to", "last", type=DateParam(), help="Last trade date, included.")
