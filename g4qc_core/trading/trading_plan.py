"""The trading file: which specs trade in which account, with which orders, hours and limits.

The file is `G4QC_TRADING`; a commented one comes with G4QC. What the specs decide belongs to the files of backtests and
portfolios.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from g4qc_core.backtest.specs.spec_values import Day
from g4qc_core.errors import SettingsError, unknown
from g4qc_core.toml_entries import MalformedEntry, TomlFile, first_malformed
from g4qc_core.toml_lines import line_of
from g4qc_core.trading.limits import TradingLimits

DEFAULT_TRADING = Path(__file__).with_name("trading.toml")

Mode = Literal["paper", "live"]
OrderStyle = Literal["market", "limit", "stop"]

_FILE = TomlFile("trading file", "G4QC_TRADING", "trade.sma_cross-ES-1h")
_TOP = ("account", "mode", "client_id", "limits", "trade")
_HOURS = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$")
_Model = TypeVar("_Model", bound=BaseModel)
_ALL_DAY = "00:00-24:00"


def _hours(value: Any) -> Any:
    match = _HOURS.match(value) if isinstance(value, str) else None
    if match is None or (match[3] == "24" and match[4] != "00") or (match[1], match[2]) == (match[3], match[4]):
        raise ValueError("write hours like 08:30-15:00, or 00:00-24:00")
    return value


class TradedSpec(BaseModel):
    """One traded spec; a field's description is its help.

    Attributes:
        name: of the entry.
        first: first trade date of the bars that the strategy sees.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", description="Name of the entry")
    backtest: str = Field(
        "", max_length=200, description="Name of the backtest spec whose strategy decides; default: the entry's name"
    )
    portfolio: str = Field(
        "", max_length=200, description="Name of the portfolio that decides, in place of a backtest spec"
    )
    order: OrderStyle = Field("market", description="Kind of order: market, limit or stop")
    offset_ticks: int = Field(
        0,
        ge=-1000,
        le=1000,
        description="Ticks from the deciding close to the price of a limit or stop order; positive makes a limit wait "
        "for a better price, and a stop for a worse one",
    )
    tif: Literal["DAY", "GTC"] = Field("DAY", description="How long an order works: DAY or GTC")
    hours: Annotated[str, BeforeValidator(_hours)] = Field(
        _ALL_DAY, description="Hours of the exchange in which bars are traded upon, like 08:30-15:00"
    )
    first: Day | None = Field(
        None, alias="from", description="First trade date of the bars that the strategy sees; default: the backtest's"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.backtest and self.portfolio:
            raise ValueError("it names a backtest and a portfolio: name one of them")
        return self

    @property
    def backtest_name(self) -> str:
        """Name of the backtest spec."""
        return self.backtest or self.name

    def open_at(self, clock: time) -> bool:
        """Return whether a bar that closes at this time of the exchange is traded upon; hours may span midnight."""
        if self.hours == _ALL_DAY:
            return True
        first, last = (text.split(":") for text in self.hours.split("-"))
        start, end = (int(hour) * 60 + int(minute) for hour, minute in (first, last))
        now = clock.hour * 60 + clock.minute
        return start <= now < end if start < end else now >= start or now < end


@dataclass(frozen=True)
class TradingPlan:
    """What the trading file says.

    Attributes:
        account: that trades; empty: the only account of the connection, which must be a paper account.
        mode: `paper`, or `live` for an account with real money.
        client_id: API client id of the trader; not that of extraction.
        limits: that hold before an order leaves.
        given_limits: names of the limits that the file gives.
        specs: the traded specs by name.
    """

    account: str
    mode: Mode
    client_id: int
    limits: TradingLimits
    given_limits: frozenset[str]
    specs: dict[str, TradedSpec]

    @property
    def missing_limits(self) -> list[str]:
        """Names of the limits that the file leaves to their defaults."""
        return sorted(set(TradingLimits.model_fields) - self.given_limits)


class _Head(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str = Field("", max_length=40)
    mode: Mode = "paper"
    client_id: int = Field(21, ge=1, le=999)


def load_plan(path: Path | None = None) -> TradingPlan:
    """Read the trading file.

    Args:
        path: the file; None: the one that comes with G4QC.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """
    file = path or DEFAULT_TRADING
    text, document = _FILE.document(file)
    try:
        for name in document:
            if name not in _TOP:
                raise MalformedEntry(name, str(unknown("entry", name, _TOP)))
        head: dict[str, Any] = {name: document[name] for name in ("account", "mode", "client_id") if name in document}
        start = _parsed(_Head, head)
        given = document.get("limits", {})
        limits = _parsed(TradingLimits, given)
        entries = document.get("trade", {})
        if not isinstance(entries, dict):
            raise MalformedEntry("trade", "begin each traded spec with a line like [trade.sma_cross-ES-1h].")
    except MalformedEntry as problem:
        line = line_of(text, "limits", problem.field) if problem.field in TradingLimits.model_fields else 0
        line = line or line_of(text, problem.field, "")
        raise SettingsError(f"{file}, line {line}: {problem}") from None
    return TradingPlan(
        start.account,
        start.mode,
        start.client_id,
        limits,
        frozenset(given),
        {name: _entry(file, text, name, entry) for name, entry in entries.items()},
    )


def _entry(file: Path, text: str, name: str, entry: Any) -> TradedSpec:
    try:
        if not isinstance(entry, dict):
            raise MalformedEntry("", "begin it with a line like [trade.sma_cross-ES-1h].")
        return _parsed(TradedSpec, {**entry, "name": name})
    except MalformedEntry as problem:
        line = line_of(text, f"trade.{name}", problem.field)
        raise SettingsError(f"{file}, line {line}: [trade.{name}] {problem}") from None


def _parsed(model: type[_Model], values: dict[str, Any]) -> _Model:
    names = [info.alias or name for name, info in model.model_fields.items()]
    for field in values:
        if field not in names and field not in model.model_fields:
            raise MalformedEntry(field, str(unknown("field", field, names)))
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise first_malformed(error) from None
