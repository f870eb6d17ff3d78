"""The TOML file of portfolio specs that users edit."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.toml_entries import TomlFile

DEFAULT_PORTFOLIOS = Path(__file__).with_name("portfolios.toml")

_FILE = TomlFile("portfolios file", "G4QC_PORTFOLIOS", "trend-ES-NQ-EC")


def load_portfolios(path: Path | None = None) -> dict[str, PortfolioSpec]:
    """Read the specs of a file, by name, in its order.

    Args:
        path: the file; None: the file that comes with G4QC.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """
    return _FILE.specs(path or DEFAULT_PORTFOLIOS, PortfolioSpec.parsed, Decimal)
