"""Sentences in other languages: finds the templates that made a text, and fills them in another language.

A text may be one sentence of the catalogue, or several, each after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from g4qc_core.messages.catalogue import LANGUAGES, error_sentences, sentences
from g4qc_core.messages.gaps import Gap, Value, plain_values
from g4qc_core.messages.template import Template, template

# A user's text may be within a sentence: these bound the time that it takes.
_LONGEST = 4000
_MOST_SENTENCES = 24
_DEEPEST = 6
_KEPT = 4096
_SENTENCES = frozenset(("failed", "label", "notes", "nothing", "verdict", "warnings", "words"))
_END = re.compile(r"(?<=[.?!;:]) ")


@dataclass(frozen=True, eq=False)
class Said:
    """A sentence whose template is known."""

    template: Template
    gaps: Mapping[Gap, str]
    dot: str = ""
    """Text at the end that the template does not have (`.`), or `-` if the text lacks the template's."""

    @property
    def code(self) -> str:
        """The code; that of its cause if it only tells where something happened."""
        return self._cause.code if self._cause else self.template.code

    @property
    def values(self) -> dict[str, Value]:
        """The values of the gaps by name, with those of its cause."""
        own = plain_values({gap: text for gap, text in self.gaps.items() if gap.kind != "cause"})
        return own | self._cause.values if self._cause else own

    @property
    def covered(self) -> int:
        """Number of characters that are the templates' own: of several readings, the one with most is right."""
        inner = [one for gap, text in self.gaps.items() if gap.holds_sentences for one in understood(text)]
        return self.template.weight + sum(one.covered for one in inner)

    def text(self, language: str) -> str:
        """Return the sentence in the language."""
        filled = self.template.filled(language, self.gaps, _translated)
        return filled.removesuffix(".") if self.dot == "-" else filled + self.dot

    @property
    def _cause(self) -> Said | None:
        inner = next((text for gap, text in self.gaps.items() if gap.kind == "cause"), None)
        found = understood(inner) if inner is not None else ()
        return found[0] if found else None


def in_language(text: str, language: str) -> str:
    """Return the text in the language; sentences that the catalogue does not have stay in English."""
    return text if language == LANGUAGES[0] else _translated(text, language) or text


def document_in_language(document: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a document, in which sentences stand under the names of `_SENTENCES`, with these in the language."""
    return document if language == LANGUAGES[0] else _within(document, language, False)


def _within(value: Any, language: str, said: bool) -> Any:
    if isinstance(value, dict):
        return {name: _within(inner, language, name in _SENTENCES) for name, inner in value.items()}
    if isinstance(value, list):
        return [_within(inner, language, said) for inner in value]
    return in_language(value, language) if said and isinstance(value, str) else value


def sentence_in_language(text: str, language: str, kind: str) -> str:
    """Return the sentence of an error in the language.

    Without a template it is the sentence of the errors of its kind, followed by the English text, marked as such.

    Args:
        text: the English sentence.
        language: of the answer.
        kind: code of the error's class, like `not_found`.
    """
    if language == LANGUAGES[0]:
        return text
    known = error_sentences()
    general = known.get(kind, known["g4qc_error"])[language]
    return _translated(text, language) or f"{general} {known['english'][language]}: «{text}»"


def code_and_values(text: str, kind: str) -> tuple[str, dict[str, Value]]:
    """Return code and values of the sentence of an error; the code of its class if it has no template."""
    said = understood(text)
    if not said:
        return kind, {}
    values: dict[str, Value] = {}
    for one in reversed(said):
        values |= one.values
    return said[0].code, values


def understood(text: str) -> tuple[Said, ...]:
    """Return the sentences of a text in order; empty if one of them is not in the catalogue."""
    return _understood(text, 0) if len(text) <= _LONGEST else ()


@lru_cache(_KEPT)
def _understood(text: str, depth: int) -> tuple[Said, ...]:
    if depth > _DEEPEST:
        return ()
    whole = _one(text, depth)
    readings: list[tuple[Said, ...]] = [(whole,)] if whole else []
    ends = [found.start() for found in _END.finditer(text)]
    for at in ends if len(ends) <= _MOST_SENTENCES else ():
        first = _one(text[:at], depth)
        rest = _understood(text[at + 1 :], depth + 1) if first else ()
        if first and rest:
            readings.append((first, *rest))
    return max(readings, key=lambda said: sum(one.covered for one in said), default=())


@lru_cache(_KEPT)
def _one(text: str, depth: int) -> Said | None:
    def known(inner: str) -> bool:
        return bool(_understood(inner, depth + 1))

    readings = [
        Said(one, values, dot)
        for words, dot in _spellings(text)
        for one in _candidates(words)
        if (values := one.values(words, known)) is not None
    ]
    return max(readings, key=lambda said: said.covered, default=None)


def _spellings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text, and the text with or without the dot at its end: sentences stand within others, too."""
    yield text, ""
    if text.endswith("."):
        yield text[:-1], "."
    elif text:
        yield f"{text}.", "-"


def _candidates(text: str) -> Iterator[Template]:
    for one in _templates():
        if text.startswith(one.literals[0]) and text.endswith(one.literals[-1]):
            yield one


@cache
def _templates() -> tuple[Template, ...]:
    return tuple(template(code, texts) for code, texts in sentences().items())


def _translated(text: str, language: str) -> str | None:
    said = understood(text)
    return " ".join(one.text(language) for one in said) if said else None
