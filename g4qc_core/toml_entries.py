"""TOML files of specs that users edit: read once, an entry a spec, with one form of every error.

What the fields of an entry mean belongs to the spec's own model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from g4qc_core.errors import SettingsError
from g4qc_core.toml_lines import line_of

_Spec = TypeVar("_Spec")


class MalformedEntry(Exception):
    """A problem in one field of a spec.

    Attributes:
        field: name of the field; empty if it is the spec as a whole.
    """

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}" if field else text)
        self.field = field


@dataclass(frozen=True)
class TomlFile:
    """What errors say of a file.

    Attributes:
        words: what it is, like `backtests file`.
        setting: environment variable with its path.
        example: name of an entry, for the sentence about fields outside entries.
    """

    words: str
    setting: str
    example: str = ""

    def document(self, file: Path, parse_float: Callable[[str], Any] = float) -> tuple[str, dict[str, Any]]:
        """Return the text of a file, and what it says as TOML.

        Args:
            file: the file.
            parse_float: makes a number of the text of a number with a decimal point.

        Raises:
            SettingsError: the file is missing, cannot be read, or is not TOML.
        """
        try:
            text = file.read_text("utf-8")
            return text, tomllib.loads(text, parse_float=parse_float)
        except FileNotFoundError:
            raise SettingsError(f"The {self.words} {file} does not exist: check {self.setting}.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The {self.words} {file} cannot be read: {error}.") from None
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"The {self.words} {file} is not TOML: {error}.") from None

    def specs(
        self, file: Path, parse: Callable[[dict[str, Any]], _Spec], parse_float: Callable[[str], Any] = float
    ) -> dict[str, _Spec]:
        """Read the specs of a file, by name, in its order.

        Args:
            file: the file.
            parse: builds a spec from the fields of its entry and `name`; raises MalformedEntry.
            parse_float: as for `document`.

        Raises:
            SettingsError: the file is missing or malformed; the text names file, line, entry and field.
        """
        text, entries = self.document(file, parse_float)
        found = {}
        for name, entry in entries.items():
            try:
                found[name] = parse(self._fields(name, entry))
            except MalformedEntry as problem:
                where = f"{file}, line {line_of(text, name, problem.field)}"
                raise SettingsError(f"{where}: [{name}] {problem}") from None
        return found

    def _fields(self, name: str, entry: Any) -> dict[str, Any]:
        if not isinstance(entry, dict):
            raise MalformedEntry("", f"stands outside an entry: begin one with a line like [{self.example}].")
        if "name" in entry:
            raise MalformedEntry("name", "the name of an entry is its headline; remove this field.")
        return {**entry, "name": name}


def first_malformed(error: ValidationError) -> MalformedEntry:
    """Return the first problem that a model has with the values of a spec."""
    problem = error.errors()[0]
    field = str(problem["loc"][0]) if problem["loc"] else ""
    if problem["type"] == "missing":
        return MalformedEntry(field, "is missing.")
    text = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "string_pattern_mismatch":
        text = "write up to 100 letters, digits and . _ - after a letter or a digit"
    own_words = problem["type"] == "value_error" or not field
    given = "" if own_words else f", given {problem['input']!r}"
    return MalformedEntry(field, f"{text}{given}.")
