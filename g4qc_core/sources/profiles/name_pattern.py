"""Patterns for names of files and contracts: `{symbol}_{code}{year}_1min.txt` reads `ES_Z25_1min.txt`.

`{symbol}` is the vendor's symbol, `{code}` a month code (F to Z), `{month}` two digits, `{year}` one, two or four
digits, `{date}` the date YYYYMMDD, and `*` any text without a slash. Letters count without regard to case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from g4qc_core.instruments.contracts import MONTH_CODES

_FIELDS = {
    "symbol": r"(?P<symbol>[A-Za-z0-9_-]+?)",
    "code": rf"(?P<code>[{MONTH_CODES}{MONTH_CODES.lower()}])",
    "month": r"(?P<month>0[1-9]|1[0-2])",
    "year": r"(?P<year>\d{4}|\d{2}|\d)",
    "date": r"(?P<date>\d{8})",
}
_PART = re.compile(r"\{(\w*)\}|(\*)")


@dataclass(frozen=True)
class NameParts:
    """What a name says.

    Attributes:
        symbol: the vendor's symbol; empty if the name has none.
        month: number of the contract's month; 0 if the name has none.
        year: its year as written, one, two or four digits; empty if the name has none.
        day: the date; None if the name has none.
    """

    symbol: str
    month: int
    year: str
    day: date | None


@dataclass(frozen=True)
class NamePattern:
    """A pattern."""

    text: str
    expression: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> NamePattern:
        """Read a pattern.

        Raises:
            ValueError: a field is unknown or stands there twice, or a month has no year.
        """
        return _parsed(text)

    def read(self, name: str) -> NameParts | None:
        """Return what the name says; None if the pattern does not fit it.

        Args:
            name: path with slashes; as many of its last parts count as the pattern has.
        """
        parts = name.split("/")[-(self.text.count("/") + 1) :]
        found = self.expression.fullmatch("/".join(parts))
        if found is None:
            return None
        given = found.groupdict()
        day = None
        if given.get("date"):
            try:
                day = date(int(given["date"][:4]), int(given["date"][4:6]), int(given["date"][6:]))
            except ValueError:
                return None
        month = int(given["month"]) if given.get("month") else 0
        if given.get("code"):
            month = MONTH_CODES.index(given["code"].upper()) + 1
        return NameParts((given.get("symbol") or "").strip("_-").upper(), month, given.get("year") or "", day)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> NamePattern:
    expression, at, seen = "", 0, set()
    for part in _PART.finditer(text):
        expression += re.escape(text[at : part.start()])
        at = part.end()
        if part[2]:
            expression += "[^/]*?"
            continue
        if part[1] not in _FIELDS or part[1] in seen:
            known = ", ".join(f"{{{name}}}" for name in _FIELDS)
            raise ValueError(f"'{text}' is no pattern: {{{part[1]}}} is not one of {known}, each at most once")
        seen.add(part[1])
        expression += _FIELDS[part[1]]
    if len({"code", "month"} & seen) + ("year" in seen) not in (0, 2):
        raise ValueError(f"'{text}' is no pattern: a contract needs {{year}}, and {{code}} or {{month}}")
    return NamePattern(text, re.compile(expression + re.escape(text[at:]), re.IGNORECASE))


def first_reading(patterns: tuple[str, ...], name: str) -> NameParts | None:
    """Return what the first pattern that fits reads from a name; None if none fits."""
    readings = (NamePattern.parse(pattern).read(name) for pattern in patterns)
    return next((found for found in readings if found is not None), None)
