"""The user's files about rolls: dates that win over every rule (TOML), and open interest by session (CSV).

`G4QC_ROLLS` names the file of dates, `G4QC_OPEN_INTEREST` the folder of open interest, which the bars of Interactive
Brokers lack. `roll_maker` checks whether the dates fit the sessions and the chain.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from g4qc_core.bars.schema import DTYPES
from g4qc_core.errors import G4qcError, SettingsError, UsageError, unknown
from g4qc_core.instruments.registry import contract_month
from g4qc_core.roll_rules import parse_rule
from g4qc_core.toml_entries import TomlFile
from g4qc_core.toml_lines import line_of, line_of_item

_FILE = TomlFile("file of rolls", "G4QC_ROLLS")
_FIELDS = ("symbol", "date", "from", "to", "rule", "note")
_NEEDED = ("symbol", "date", "from", "to")


@dataclass(frozen=True)
class RollOverride:
    """A date set by the user: from trade date `day` on, the contract `new` is in front instead of `old`.

    Attributes:
        old, new: contract months; contracts between them are skipped.
        rule: text of the rule whose calendar it changes; None: of all rules.
        note: the user's own words.
        place: file and line, for errors that appear only when the date is used.
    """

    symbol: str
    day: date
    old: str
    new: str
    rule: str | None
    note: str
    place: str


def load_overrides(path: Path | None, symbols: Collection[str] | None = None) -> list[RollOverride]:
    """Return the overrides of a file, by symbol and date; none without a file.

    Args:
        path: path of the file.
        symbols: known instruments; None: not checked here.

    Raises:
        SettingsError: the file is missing or malformed; the text names file and line.
    """
    if path is None:
        return []
    text, document = _FILE.document(path)
    items = document.pop("roll", [])
    for stray in document:
        raise SettingsError(f"{path}, line {line_of(text, stray, '')}: '{stray}' is no roll: begin each with [[roll]].")
    if not isinstance(items, list):
        raise SettingsError(
            f"{path}, line {line_of(text, 'roll', '')}: begin each roll with [[roll]], in two brackets."
        )
    found: list[RollOverride] = []
    for at, item in enumerate(items):
        override = _item(path, text, at, item, symbols)
        _refuse_twice(found, override)
        found.append(override)
    return sorted(found, key=lambda o: (o.symbol, o.day))


def overrides_of(overrides: Collection[RollOverride], symbol: str, rule: str) -> list[RollOverride]:
    """Return the overrides of the instrument's calendar by this rule, by date."""
    return [o for o in overrides if o.symbol == symbol and o.rule in (None, rule)]


def _item(path: Path, text: str, at: int, item: dict[str, Any], symbols: Collection[str] | None) -> RollOverride:
    def wrong(field: str, problem: object) -> SettingsError:
        return SettingsError(f"{path}, line {line_of_item(text, 'roll', at, field)}: {field}: {problem}")

    problem = _problem_of_fields(item)
    if problem is not None:
        raise wrong(*problem)
    checks = {
        "symbol": lambda value: None if symbols is None or value in symbols else _raise(value, symbols),
        "from": contract_month,
        "to": contract_month,
        "rule": parse_rule,
    }
    for field, check in checks.items():
        try:
            if field in item:
                check(item[field])
        except G4qcError as error:
            raise wrong(field, error) from None
    if item["to"] <= item["from"]:
        raise wrong("to", f"{item['to']} does not come after {item['from']}.")
    rule = str(parse_rule(item["rule"])) if "rule" in item else None
    place = f"{path}, line {line_of_item(text, 'roll', at, 'date')}"
    return RollOverride(item["symbol"], item["date"], item["from"], item["to"], rule, item.get("note", ""), place)


def _problem_of_fields(item: dict[str, Any]) -> tuple[str, object] | None:
    """Return the first field with an unknown name or a wrong type, or a missing one, and the problem; None if none."""
    for field in item:
        if field not in _FIELDS:
            return field, unknown("field", field, _FIELDS)
    for field in _NEEDED:
        if field not in item:
            return field, "is missing."
    day = item["date"]
    if not isinstance(day, date) or isinstance(day, datetime):
        return "date", f"write a trade date like 2025-09-11, without quotes, not {day!r}."
    for field in ("symbol", "from", "to", "rule", "note"):
        if not isinstance(item.get(field, ""), str):
            return field, f"write it in quotes, not {item[field]!r}."
    return None


def _raise(symbol: str, symbols: Collection[str]) -> UsageError:
    raise unknown("instrument", symbol, symbols)


def _refuse_twice(found: Collection[RollOverride], override: RollOverride) -> None:
    for other in found:
        same_rule = other.rule is None or override.rule is None or other.rule == override.rule
        overlap = other.old < override.new and override.old < other.new
        if other.symbol == override.symbol and same_rule and overlap:
            raise SettingsError(
                f"{override.place}: the roll of {override.symbol} from {override.old} to {override.new} is set twice, "
                f"also at {other.place}."
            )


_COLUMNS = ["trade_date", "contract", "open_interest"]


def load_open_interest(folder: Path | None, symbol: str) -> pd.DataFrame | None:
    """Return open interest at the end of each session; None without folder or file.

    The file is `SYMBOL.csv` in the folder, with a header of the three names below in any order.

    Returns:
        trade_date (datetime64[s]), contract (text), open_interest (float64).

    Raises:
        SettingsError: the folder does not exist, or the file is malformed; the text names file and line.
    """
    if folder is None:
        return None
    if not folder.is_dir():
        raise SettingsError(f"The folder of open interest {folder} does not exist: check G4QC_OPEN_INTEREST.")
    path = folder / f"{symbol}.csv"
    if not path.exists():
        return None
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise SettingsError(f"The file of open interest {path} cannot be read: {error}.") from None
    for column in _COLUMNS:
        if column not in frame:
            raise SettingsError(f"{path}, line 1: there is no column '{column}': name them {', '.join(_COLUMNS)}.")
    numbers = pd.to_numeric(frame["open_interest"], errors="coerce")
    days = pd.to_datetime(frame["trade_date"], format="%Y-%m-%d", errors="coerce")
    months = frame["contract"].str.fullmatch(r"\d{4}(0[1-9]|1[0-2])")
    for column, sound in (("trade_date", days.notna()), ("contract", months), ("open_interest", numbers >= 0)):
        if not sound.all():
            at = int((~sound).to_numpy().argmax())
            raise SettingsError(f"{path}, line {at + 2}: {column}: '{frame[column].iloc[at]}' is malformed.")
    return pd.DataFrame(
        {"trade_date": days.astype(DTYPES["trade_date"]), "contract": frame["contract"], "open_interest": numbers}
    )
