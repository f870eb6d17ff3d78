"""The TOML file of walk-forward specs that users edit."""

from __future__ import annotations

from pathlib import Path

from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.toml_entries import TomlFile

DEFAULT_WALK_FORWARDS = Path(__file__).with_name("walk_forwards.toml")

_FILE = TomlFile("walk-forwards file", "G4QC_WALK_FORWARDS", "sma_cross-ES")


def load_walk_forwards(path: Path | None = None) -> dict[str, WalkForwardSpec]:
    """Read the specs of a file, by name, in its order.

    Args:
        path: the file; None: the file that comes with G4QC.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """
    return _FILE.specs(path or DEFAULT_WALK_FORWARDS, WalkForwardSpec.parsed)
