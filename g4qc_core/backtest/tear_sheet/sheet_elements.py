"""Pieces of HTML for the tear sheet: texts of its table, sentences of the catalogue, values, and texts of the user.

The page's script writes texts, sentences and values again when the reader changes the language. A text of the user is
escaped and never translated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from g4qc_core.backtest.tear_sheet.sheet_words import LANGUAGES, say, written
from g4qc_core.messages.translation import in_language


@dataclass(frozen=True)
class SheetWriter:
    """Writes pieces of the page.

    Attributes:
        language: of the texts that the page has before its script runs.
    """

    language: str = "en"

    def text(self, key: str, tag: str = "span", attributes: str = "", **values: Any) -> str:
        """Return a text of the table of strings in an element; values are numbers, texts, or (kind, value)."""
        given = escape(json.dumps(values, ensure_ascii=False))
        said = f' data-a="{given}"' if values else ""
        inner = escape(say(self.language, key, values))
        return f'<{tag}{_attributes(attributes)} data-t="{escape(key)}"{said}>{inner}</{tag}>'

    def value(self, kind: str, value: Any, tag: str = "data", attributes: str = "") -> str:
        """Return a value in an element; the kinds are those of `sheet_words.written`."""
        name = "datetime" if tag == "time" else "value"
        machine = "" if value is None else escape(str(value))
        inner = escape(written(kind, value, self.language))
        return f'<{tag}{_attributes(attributes)} data-k="{kind}" {name}="{machine}">{inner}</{tag}>'

    def own(self, text: object, tag: str = "span", attributes: str = "") -> str:
        """Return a text of the user or of the result, escaped and not translated."""
        return f'<{tag}{_attributes(attributes)} translate="no">{escape(str(text))}</{tag}>'

    def sentence(self, text: str, tag: str = "span", attributes: str = "") -> str:
        """Return a sentence of ours in an element, in each language in which the catalogue of messages has it."""
        english, *others = LANGUAGES
        told = {one: in_language(text, one) for one in others}
        said = {english: text} | {one: spoken for one, spoken in told.items() if spoken != text}
        now = self.language if self.language in said else english
        every = escape(json.dumps(said, ensure_ascii=False))
        return f'<{tag}{_attributes(attributes)} data-s="{every}" lang="{now}">{escape(said[now])}</{tag}>'

    def section(self, key: str, body: str, note: str = "", kind: str = "card") -> str:
        """Return a card with its heading; `note` and `body` are HTML."""
        about = f"<p>{note}</p>" if note else ""
        name = f"part-{key.replace('.', '-')}"
        head = f"<header>{self.text(key, 'h2', f'id={name}')}{about}</header>"
        return f'<section class="{kind}" aria-labelledby="{name}">{head}<div class="body">{body}</div></section>'

    def folded(self, key: str, body: str, note: str) -> str:
        """Return a card whose body shows when its reader opens it; `note` and `body` are HTML."""
        head = f"<summary>{self.text(key, 'h2')}</summary><p>{note}</p>"
        return f'<section class="card long"><details class="body">{head}{body}</details></section>'

    def table(self, caption: str, heads: Sequence[str], rows: Iterable[str], kind: str = "") -> str:
        """Return a table that scrolls by itself; `caption` is a key, `heads` and `rows` are HTML."""
        words = self.text(caption, "caption", "class=unseen")
        top = f"<thead><tr>{''.join(heads)}</tr></thead>" if heads else ""
        shown = f' class="{kind}"' if kind else ""
        inside = f"<table{shown}>{words}{top}<tbody>{''.join(rows)}</tbody></table>"
        return f'<div class="scroll" tabindex="0" role="region" data-label="{caption}">{inside}</div>'

    def head(self, key: str, attributes: str = "") -> str:
        """Return the head of a column."""
        return self.text(key, "th", f"{attributes} scope=col".strip())

    def chart(self, place: str, about: str, height: int) -> str:
        """Return the place of a chart, with a description for readers who do not see it."""
        words = self.text(about, "figcaption", "class=unseen")
        return f'<figure>{words}<div class="chart" id="chart-{place}" style="min-height: {height}px"></div></figure>'


def json_text(value: Any) -> str:
    """Return JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _attributes(words: str) -> str:
    """Return attributes with quoted values: `class=num scope=col` gives ` class="num" scope="col"`."""
    pairs = (word.partition("=") for word in words.split())
    return "".join(f' {name}="{escape(value)}"' for name, _, value in pairs)
