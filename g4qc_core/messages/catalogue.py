"""The catalogue: the files of `sentences/`, read once.

Each file holds tables, a room of codes each: `name.en` and `name.es` under `[room]` are the sentence `room.name`.
`nouns.toml` holds nouns with their plurals, what has a name (`Unknown timeframe`), and the columns of a bar.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

LANGUAGES = ("en", "es")
"""Languages of the sentences; the first is that of the code."""

FOLDER = Path(__file__).with_name("sentences")


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Return the template of each code in each language."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for room, entries in tomllib.loads(path.read_text("utf-8")).items():
            if path.name != "nouns.toml":
                found |= {f"{room}.{name}": texts for name, texts in entries.items()}
    return MappingProxyType(found)


@cache
def nouns() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Return singular and plural in each other language, by the English singular and by the English plural."""
    found: dict[str, Mapping[str, tuple[str, str]]] = {}
    for one, entry in _words()["nouns"].items():
        forms = {language: (entry[language][0], entry[language][1]) for language in LANGUAGES[1:]}
        found |= {one: forms, entry.get("en", f"{one}s"): forms}
    return MappingProxyType(found)


@cache
def things() -> Mapping[str, Mapping[str, str]]:
    """Return what has a name, with its article, in each other language, by the English word without one."""
    return MappingProxyType(_words()["things"])


@cache
def columns() -> Mapping[str, Mapping[str, str]]:
    """Return what a column of a bar is called in each other language, by its name."""
    return MappingProxyType(_words()["columns"])


@cache
def error_sentences() -> Mapping[str, Mapping[str, str]]:
    """Return a sentence for each class of errors, by its code, for errors without a sentence of their own."""
    return MappingProxyType(_words()["errors"])


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads((FOLDER / "nouns.toml").read_text("utf-8"))
