"""Gaps of templates: what a value may be, and how it is written in another language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from g4qc_core.messages.catalogue import columns, nouns, things

Value = str | int | float
Translate = Callable[[str, str], str | None]
"""Returns a sentence or fragment in a language; None if it is not known."""

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?:\s?%)?")
_COUNTED = re.compile(r"(\d[\d,]*) (.+)", re.DOTALL)
_MORE = re.compile(r"(.+) and (\d+) more", re.DOTALL)
_AND, _OR = {"es": "y"}, {"es": "o"}
_SWAPPED = str.maketrans(",.", ".,")


@dataclass(frozen=True)
class Gap:
    """A gap of a template.

    Attributes:
        name: of its value.
        kind: empty: any text; `n`: a number; `count`: a number with its noun; `word`: text without spaces; `said`: a
            sentence or fragment of the catalogue; `cause`: the same, and its code is that of the whole; `maybe`: one
            of the catalogue or any other text; `list`: names with commas; `choices`: values in quotation marks;
            `thing`: what has a name; `column`: a column of a bar.
    """

    name: str
    kind: str = ""

    @property
    def holds_sentences(self) -> bool:
        """True if the value may be in the catalogue."""
        return self.kind in ("said", "cause", "maybe", "thing")

    def fits(self, text: str, known: Callable[[str], bool]) -> bool:
        """Return True if the text can be the value of this gap; `known` tells if the catalogue has a text."""
        if self.kind == "n":
            return _NUMBER.fullmatch(text) is not None
        if self.kind == "count":
            found = _COUNTED.fullmatch(text)
            return found is not None and found[2] in nouns()
        if self.kind == "word":
            return bool(text) and not re.search(r"\s", text)
        if self.kind == "thing":
            return text in things() or known(text)
        if self.kind == "column":
            return text in columns()
        if self.kind == "choices":
            return text.startswith("'") and text.endswith("'")
        return known(text) if self.kind in ("said", "cause") else True

    def value(self, text: str) -> Value:
        """Return the value as a number where it is one."""
        plain = text.partition(" ")[0] if self.kind == "count" else text
        if self.kind not in ("n", "count") or not re.fullmatch(r"[-+]?[\d,]+(\.\d+)?", plain):
            return text
        number = plain.replace(",", "")
        return float(number) if "." in number else int(number)

    def written(self, text: str, language: str, translate: Translate) -> str:
        """Return the text of the value in the language."""
        if self.kind == "n":
            return text.translate(_SWAPPED)
        if self.kind == "count":
            number, _, noun = text.partition(" ")
            one, several = nouns()[noun][language]
            return f"{number.translate(_SWAPPED)} {one if number == '1' else several}"
        if self.kind == "list":
            more = _MORE.fullmatch(text)
            return f"{more[1]} {_AND[language]} {more[2]} más" if more else text
        if self.kind == "choices":
            return text.replace("' or '", f"' {_OR[language]} '")
        if self.kind == "thing" and text in things():
            return things()[text][language]
        if self.kind == "column":
            return columns()[text][language]
        return (translate(text, language) or text) if self.holds_sentences else text


def plain_values(gaps: Mapping[Gap, str]) -> dict[str, Value]:
    """Return the values by the names of their gaps."""
    return {gap.name: gap.value(text) for gap, text in gaps.items()}
