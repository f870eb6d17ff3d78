"""The TOML file of search specs that users edit."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from g4qc_core.errors import SettingsError
from g4qc_core.research.search.search_spec import MalformedSearch, SearchSpec
from g4qc_core.toml_lines import line_of

DEFAULT_SEARCHES = Path(__file__).with_name("searches.toml")


def load_searches(path: Path | None = None) -> dict[str, SearchSpec]:
    """Read the specs of a file, by name, in its order.

    Args:
        path: the file; None: the file that comes with G4QC.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """
    file = path or DEFAULT_SEARCHES
    try:
        text = file.read_text("utf-8")
        entries = tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(f"The searches file {file} does not exist: check G4QC_SEARCHES.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The searches file {file} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The searches file {file} is not TOML: {error}.") from None
    return {name: _entry(file, text, name, entry) for name, entry in entries.items()}


def _entry(file: Path, text: str, name: str, entry: Any) -> SearchSpec:
    try:
        if not isinstance(entry, dict):
            raise MalformedSearch("", "stands outside an entry: begin one with a line like [sma_cross-ES].")
        if "name" in entry:
            raise MalformedSearch("name", "the name of an entry is its headline; remove this field.")
        return SearchSpec.parsed({**entry, "name": name})
    except MalformedSearch as problem:
        where = f"{file}, line {line_of(text, name, problem.field)}"
        raise SettingsError(f"{where}: [{name}] {problem}") from None
