"""A sentence with gaps, and the inverse of filling it: the values of the gaps, from a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from string import Formatter

from g4qc_core.messages.gaps import Gap, Translate

_OCCURRENCES = 4


@dataclass(frozen=True)
class Template:
    """An English sentence with gaps, and the same in other languages.

    Attributes:
        code: never changes.
        literals: the text before, between and after the gaps; one more than these.
        gaps: in the order of the English sentence.
        texts: the template in every language.
    """

    code: str
    literals: tuple[str, ...]
    gaps: tuple[Gap, ...]
    texts: Mapping[str, str]

    @property
    def weight(self) -> int:
        """Number of characters that are its own."""
        return sum(map(len, self.literals))

    def values(self, text: str, known: Callable[[str], bool]) -> dict[Gap, str] | None:
        """Return the text of each gap; None if this template did not make the text.

        A gap ends where the literal after it occurs first and the value fits, of the first few occurrences only: the
        time is linear, whatever a user wrote.

        Args:
            text: a sentence.
            known: tells if the catalogue has a text, for gaps that hold another sentence.
        """
        first, *rest = self.literals
        if not rest:
            return {} if text == first else None
        if not (text.startswith(first) and text.endswith(rest[-1])) or len(text) < len(first) + len(rest[-1]):
            return None
        found, at, end = {}, len(first), len(text) - len(rest[-1])
        for gap, literal in zip(self.gaps, rest, strict=True):
            last = gap is self.gaps[-1]
            stop = end if last else _end(text, literal, (at, end), partial(gap.fits, known=known))
            if stop < at or (last and not gap.fits(text[at:stop], known)):
                return None
            found[gap], at = text[at:stop], stop + len(literal)
        return found

    def filled(self, language: str, values: Mapping[Gap, str], translate: Translate) -> str:
        """Return the sentence in the language."""
        written = {gap.name: gap.written(text, language, translate) for gap, text in values.items()}
        return self.texts[language].format(**written)


def _end(text: str, literal: str, within: tuple[int, int], fits: Callable[[str], bool]) -> int:
    """Return where a gap ends that begins at `within[0]`; -1 if its value does not fit."""
    begin, end = within
    stop = begin - 1
    for _ in range(_OCCURRENCES):
        stop = text.find(literal, max(stop + 1, begin), end)
        if stop < 0 or fits(text[begin:stop]):
            return stop
    return -1


def template(code: str, texts: Mapping[str, str]) -> Template:
    """Return the template of an entry of the catalogue."""
    literals, gaps = [""], []
    for literal, name, kind, _ in Formatter().parse(texts["en"]):
        literals[-1] += literal
        if name is not None:
            gaps.append(Gap(name, kind or ""))
            literals.append("")
    return Template(code, tuple(literals), tuple(gaps), texts)
