"""The TOML file of search specs that users edit."""

from __future__ import annotations

from pathlib import Path

from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.toml_entries import TomlFile

DEFAULT_SEARCHES = Path(__file__).with_name("searches.toml")

_FILE = TomlFile("searches file", "G4QC_SEARCHES", "sma_cross-ES")


def load_searches(path: Path | None = None) -> dict[str, SearchSpec]:
    """Read the specs of a file, by name, in its order.

    Args:
        path: the file; None: the file that comes with G4QC.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """
    return _FILE.specs(path or DEFAULT_SEARCHES, SearchSpec.parsed)
