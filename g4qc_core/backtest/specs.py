"""Backtest specs: what to run, on what, at which costs; a TOML file that users edit.

Knows names of strategies, timeframes and fields. Must not know bars, results or the backtesting library.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from g4qc_core.backtest.external import is_external
from g4qc_core.backtest.rolling import OnRoll
from g4qc_core.backtest.strategies import make_strategy, strategy
from g4qc_core.errors import SettingsError, UsageError, unknown
from g4qc_core.futures.continuous import Adjustment
from g4qc_core.places import line_of
from g4qc_core.roll_rules import parse_rule
from g4qc_core.timeframes import timeframe

DEFAULT_FILE = Path(__file__).with_name("backtests.toml")


def _money(value: Any) -> Any:
    # 100000, "100000.00" and 1e5 are the same money and must give the same result id.
    if isinstance(value, bool):
        raise ValueError("must be a number")
    if isinstance(value, float):
        value = str(value)
    return value


def _canonical(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


Money = Annotated[Decimal, BeforeValidator(_money), PlainSerializer(_canonical, when_used="json")]


class _Malformed(Exception):
    """A problem in one field of an entry."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}" if field else text)
        self.field = field


class BacktestSpec(BaseModel):
    """One backtest.

    Attributes:
        name: key everywhere: Dagster's partition, the database, file names.
        strategy: a name of `strategies`, or `package.module:Class`.
        adjustment: of the series that the strategy sees; what is traded are the contracts' own prices.
        roll: the roll rule that joins the contracts; None: the instrument's.
        on_roll: whether a position goes on in the next contract, is closed where the contract changes, or stays in the
            old one for as long as its bars are kept.
        parameters: those that are given; the others have the strategy's defaults.
        cash: money in the account before the first bar.
        first, last: trade dates, both included (`from` and `to` in the file); None: all bars there are.
        slippage_ticks: ticks lost on each fill.
        fee: money per contract and side; None: the instrument's.
        margin: money per contract that an order must find; None: `margin_rate` of the contract's value.
        seed: of the random generators while a `module:Class` runs; the strategies of G4QC use none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    strategy: str = Field(min_length=1)
    instrument: str = Field(min_length=1)
    timeframe: str
    adjustment: Adjustment = Adjustment.ADDITIVE
    roll: str | None = None
    on_roll: OnRoll = "roll"
    cash: Money = Field(gt=0)
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    slippage_ticks: Money = Field(Decimal(1), ge=0, le=1000)
    fee: Money | None = Field(None, ge=0)
    margin: Money | None = Field(None, gt=0)
    margin_rate: Money = Field(Decimal("0.1"), gt=0, le=1)
    seed: int = Field(0, ge=0, lt=2**32)
    parameters: dict[str, bool | int | float | str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"the window is reversed: it ends on {self.last}, before it begins on {self.first}")
        if self.margin is not None and is_external(self.strategy):
            raise ValueError("margin is for the strategies of G4QC: a class of your own takes margin_rate")
        if self.adjustment is not Adjustment.ADDITIVE and is_external(self.strategy):
            raise ValueError("a class of your own trades the prices that it sees, which must be additive")
        if self.on_roll == "hold" and is_external(self.strategy):
            raise ValueError("a class of your own trades the prices that it sees: on_roll is 'roll' or 'close' for it")
        return self

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe, money and dates as text, the fields' names as in the file."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The spec that `to_dict` gave.

        Raises:
            SettingsError: a field is missing, unknown or malformed; the text names entry and field.
        """
        try:
            return _parse(cls, values)
        except _Malformed as problem:
            raise SettingsError(f"[{values.get('name', '')}] {problem}") from None

    def named_by_content(self) -> Self:
        """The same under a name made of what it says: two that ask for different things never share a name."""
        content = {name: value for name, value in self.to_dict().items() if name != "name"}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
        plain = f"{self.strategy.replace(':', '.')}-{self.instrument}-{self.timeframe}"
        return self.model_copy(update={"name": f"{plain}-{digest}"})

    def check_strategy(self) -> None:
        """UsageError for an unknown strategy or parameter; a `module:Class` is checked when it runs."""
        if not is_external(self.strategy):
            make_strategy(self.strategy, self.parameters)


def field_names() -> list[str]:
    """Fields of an entry as the file spells them."""
    return [info.alias or name for name, info in BacktestSpec.model_fields.items()]


def load_specs(path: Path | None = None, instruments: Collection[str] | None = None) -> dict[str, BacktestSpec]:
    """The specs of a file by name, in its order.

    Args:
        path: the file; None: the one that comes with G4QC.
        instruments: known symbols; None: symbols are not checked here.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """
    file = path or DEFAULT_FILE
    try:
        text = file.read_text("utf-8")
        entries = tomllib.loads(text, parse_float=Decimal)
    except FileNotFoundError:
        raise SettingsError(f"The backtests file {file} does not exist: check G4QC_BACKTESTS.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The backtests file {file} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The backtests file {file} is not TOML: {error}.") from None
    return {name: _entry(file, text, name, entry, instruments) for name, entry in entries.items()}


def _entry(file: Path, text: str, name: str, entry: Any, instruments: Collection[str] | None) -> BacktestSpec:
    try:
        if not isinstance(entry, dict):
            raise _Malformed("", "stands outside an entry: begin one with a line like [sma_cross-ES-1h].")
        if "name" in entry:
            raise _Malformed("name", "the name of an entry is its headline; remove this field.")
        spec = _parse(BacktestSpec, {**_floats(entry), "name": name})
        if instruments is not None and spec.instrument not in instruments:
            raise _Malformed("instrument", str(unknown("instrument", spec.instrument, instruments)))
    except _Malformed as problem:
        where = f"{file}, line {line_of(text, name, problem.field)}"
        raise SettingsError(f"{where}: [{name}] {problem}") from None
    return spec


def _floats(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with floats among its parameters; its money stays decimal, as it was written."""
    given = entry.get("parameters")
    if not isinstance(given, dict):
        return entry
    return entry | {"parameters": {k: float(v) if isinstance(v, Decimal) else v for k, v in given.items()}}


def _parse(kind: type[BacktestSpec], values: Mapping[str, Any]) -> Any:
    for field in values:
        if field not in field_names():
            raise _Malformed(field, str(unknown("field", field, field_names())))
    try:
        spec = kind.model_validate(dict(values))
    except ValidationError as error:
        problem = error.errors()[0]
        field = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "missing":
            raise _Malformed(field, "is missing.") from None
        text = problem["msg"].removeprefix("Value error, ")
        given = f", given {problem['input']!r}" if field else ""
        raise _Malformed(field, f"{text}{given}.") from None
    checks: dict[str, Callable[[], object]] = {
        "timeframe": lambda: timeframe(spec.timeframe),
        "roll": lambda: spec.roll is None or parse_rule(spec.roll),
        "strategy": lambda: is_external(spec.strategy) or strategy(spec.strategy),
        "parameters": spec.check_strategy,
    }
    for field, check in checks.items():
        try:
            check()
        except UsageError as error:
            raise _Malformed(field, str(error)) from None
    return spec
