"""The texts of the tear sheet in each language: one table a language, with the same keys, and how values are written.

A text may have `{name}` for a value, and `one|other` for its singular and its plural.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from g4qc_core.backtest.metrics import DEFINITIONS
from g4qc_core.backtest.metrics.calendar_tables import WEEKDAYS
from g4qc_core.backtest.worth_meanings import WORTH_MEANINGS
from g4qc_core.errors import UsageError
from g4qc_core.messages.translation import in_language

LANGUAGES = ("en", "es")
AUTO = "auto"
"""The language of the reader's browser."""

NOTHING = "–"
_PAGE = Path(__file__).parent / "page"
_VALUE = re.compile(r"\{(\w+)\}")
_DIGITS = {"money": 2, "ratio": 3, "int": 0}
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
}
_WEEKDAYS = {
    "en": WEEKDAYS,
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}


def label(name: str) -> str:
    """Return a figure's name for readers: `max_drawdown_money` gives `Max drawdown money`."""
    return name.replace("_", " ").capitalize()


@cache
def table_of(language: str) -> Mapping[str, str]:
    """Return the texts of a language by their keys; names and definitions of figures are among them.

    Raises:
        UsageError: there is no such language.
    """
    if language not in LANGUAGES:
        raise UsageError(f"The report has no language {language}: choose one of {', '.join((AUTO, *LANGUAGES))}.")
    texts = json.loads((_PAGE / f"{language}.json").read_text("utf-8"))
    for name, definition in DEFINITIONS.items():
        texts[f"means.{name}"] = in_language(definition.words, language)
        if language == "en":
            texts.setdefault(f"figure.{name}", label(name))
    for name, (title, words) in WORTH_MEANINGS.items():
        texts |= {f"figure.{name}": in_language(title, language), f"means.{name}": in_language(words, language)}
    return MappingProxyType(texts)


def page_file(name: str) -> str:
    """Return the text of a file of the page: its skeleton, styles or scripts."""
    return (_PAGE / name).read_text("utf-8")


def written(kind: str, value: Any, language: str) -> str:
    """Return a value as text; the page's script writes it again, in the language that its reader chooses.

    Args:
        kind: `int`, `money`, `percent`, `change` (percent with its sign), `ratio`, `plain`, `day`, `monthname` or
            `weekday`.
        value: a number; ISO text for a day, 1 to 12 for a month, 0 (Monday) to 6 for a weekday.
        language: of the text.
    """
    if value is None:
        return NOTHING
    if kind in ("percent", "change"):
        space = "" if language == "en" else " "
        return _points(f"{value * 100:+,.2f}" if kind == "change" else f"{value * 100:,.2f}", language) + f"{space}%"
    if kind in _DIGITS:
        return _points(f"{value:,.{_DIGITS[kind]}f}", language)
    if kind == "monthname":
        return _MONTHS[language][int(value) - 1]
    if kind == "weekday":
        return _WEEKDAYS[language][int(value)]
    if kind == "plain":
        return _points(f"{value:,.10g}" if isinstance(value, float) else f"{value:,}", language)
    return str(value)


def say(language: str, key: str, values: Mapping[str, Any] | None = None) -> str:
    """Return a text with its values: numbers, texts, or pairs of kind and value."""
    values = values or {}
    text = table_of(language).get(key) or table_of("en")[key]
    if text.count("|") == 1:
        counts = [value for value in values.values() if isinstance(value, int | float)]
        text = text.split("|")[0 if counts and counts[0] == 1 else 1]

    def filled(match: re.Match[str]) -> str:
        value = values[match.group(1)]
        if isinstance(value, tuple | list):
            return written(value[0], value[1], language)
        return written("plain", value, language) if isinstance(value, int | float) else str(value)

    return _VALUE.sub(filled, text)


def _points(text: str, language: str) -> str:
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))
