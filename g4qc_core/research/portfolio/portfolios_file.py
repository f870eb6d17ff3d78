"""The TOML file of portfolio specs that users edit."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from g4qc_core.errors import SettingsError
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.portfolio_values import MalformedPortfolio
from g4qc_core.toml_lines import line_of

DEFAULT_PORTFOLIOS = Path(__file__).with_name("portfolios.toml")


def load_portfolios(path: Path | None = None) -> dict[str, PortfolioSpec]:
    """Read the specs of a file, by name, in its order.

    Args:
        path: the file; None: the file that comes with G4QC.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """
    file = path or DEFAULT_PORTFOLIOS
    try:
        text = file.read_text("utf-8")
        entries = tomllib.loads(text, parse_float=Decimal)
    except FileNotFoundError:
        raise SettingsError(f"The portfolios file {file} does not exist: check G4QC_PORTFOLIOS.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The portfolios file {file} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The portfolios file {file} is not TOML: {error}.") from None
    return {name: _entry(file, text, name, entry) for name, entry in entries.items()}


def _entry(file: Path, text: str, name: str, entry: Any) -> PortfolioSpec:
    try:
        if not isinstance(entry, dict):
            raise MalformedPortfolio("", "stands outside an entry: begin one with a line like [trend].")
        if "name" in entry:
            raise MalformedPortfolio("name", "the name of an entry is its headline; remove this field.")
        return PortfolioSpec.parsed({**entry, "name": name})
    except MalformedPortfolio as problem:
        where = f"{file}, line {line_of(text, name, problem.field)}"
        raise SettingsError(f"{where}: [{name}] {problem}") from None
