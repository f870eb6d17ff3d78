"""Backtest specs: strategy, instrument, costs and window of a backtest; and the TOML file of specs that users edit."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from g4qc_core.backtest.account.roll_positions import OnRoll
from g4qc_core.backtest.known_strategies import broken_strategies, find_strategy, may_be_known
from g4qc_core.backtest.specs.spec_values import Day, Margin, Money, Rule, Sizing, Whole, one_of
from g4qc_core.backtest.user_strategies import is_external
from g4qc_core.errors import SettingsError, UsageError, unknown
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.named_spec import UNNAMED
from g4qc_core.timeframes import TIMEFRAMES, timeframe
from g4qc_core.toml_entries import MalformedEntry, TomlFile

DEFAULT_FILE = Path(__file__).with_name("backtests.toml")

_FILE = TomlFile("backtests file", "G4QC_BACKTESTS", "sma_cross-ES-1h")


class BacktestSpec(BaseModel):
    """One backtest. The file, command line, API and pages are built from this model.

    The description of a field is its help on every surface. `from` and `to` are called `first` and `last` in Python;
    both names are accepted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    name: str = Field(
        UNNAMED,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="Name under which the spec and its results are kept; default: made of what the spec says",
    )
    strategy: str = Field(
        min_length=1,
        max_length=200,
        description="A strategy of G4QC, or one of your own as package.module:Class",
        examples=["sma_cross"],
    )
    instrument: str = Field(
        min_length=1, max_length=12, description="Symbol of the instrument, like ES", examples=["ES"]
    )
    timeframe: str = Field(
        max_length=8,
        description="Length of a bar",
        examples=["1h"],
        json_schema_extra={"enum": [one.name for one in TIMEFRAMES]},
    )
    adjustment: Annotated[Adjustment, one_of("adjustment", [str(one) for one in Adjustment])] = Field(
        Adjustment.ADDITIVE,
        description="What is done at rolls to the prices that the strategy sees; it trades the contracts' own prices",
    )
    roll: Rule | None = Field(
        None,
        max_length=400,
        description="Roll rule that joins the contracts, like volume or days_before_expiry(8); default: the "
        "instrument's",
    )
    on_roll: Annotated[OnRoll, one_of("on_roll", get_args(OnRoll))] = Field(
        "roll",
        description="What happens to a position at a roll: roll goes on in the next contract, close leaves the market, "
        "hold stays in the old contract as long as its bars are kept",
    )
    sizing: Sizing = Field(
        "contracts",
        max_length=200,
        description="How many contracts a full position is: contracts (the strategy's parameter), contracts(3), "
        "notional(250000), equity(50) or volatility(15)",
    )
    cash: Money = Field(Decimal(100_000), gt=0, le=10**12, description="Money in the account before the first bar")
    first: Day | None = Field(None, alias="from", description="First trade date; default: as far as bars reach")
    last: Day | None = Field(None, alias="to", description="Last trade date, included; default: as far as bars reach")
    trade_from: Day | None = Field(
        None,
        description="First trade date in which positions are held; bars before it only warm the strategy and the "
        "sizing up; default: the first bar",
    )
    slippage_ticks: Money = Field(Decimal(1), ge=0, le=1000, description="Ticks lost on each fill")
    fee: Money | None = Field(
        None, ge=0, le=10**9, description="Money per contract and side; default: the instrument's"
    )
    fee_rate: Money = Field(Decimal(0), ge=0, le=1, description="Commission as a share of the value of each fill")
    slippage_rate: Money = Field(Decimal(0), ge=0, le=1, description="Slippage as a share of the value of each fill")
    min_fee: Money = Field(Decimal(0), ge=0, le=10**9, description="Least commission of an order, in money")
    margin: Margin | None = Field(
        None,
        max_length=1000,
        description="Money per contract that every order must find in the account, or a table like "
        "2026-01-01: 12000, 2026-06-01: 13200; default: margin_rate of its value",
    )
    margin_rate: Money = Field(
        Decimal("0.1"), gt=0, le=1, description="Share of a contract's value that every order must find in the account"
    )
    seed: Whole = Field(0, ge=0, lt=2**32, description="Start of the random numbers of a strategy of your own")
    parameters: dict[str, bool | int | float | str] = Field(
        default_factory=dict,
        max_length=50,
        description="Parameters of the strategy; one that is left out has the strategy's default",
    )

    @property
    def instruments(self) -> tuple[str, ...]:
        """Symbols of all instruments that the spec trades; a spec has exactly one."""
        return (self.instrument,)

    @model_validator(mode="before")
    @classmethod
    def _as_fields(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        for attribute, info in cls.model_fields.items():
            if info.alias and {attribute, info.alias} <= set(values):
                raise ValueError(f"{info.alias} and {attribute} are one field: give one of them")
        # Programs send null for a field that they leave out.
        return {name: value for name, value in values.items() if value is not None}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"the window is reversed: it ends on {self.last}, before it begins on {self.first}")
        begins = self.trade_from
        if begins and ((self.first and begins < self.first) or (self.last and begins > self.last)):
            window = f"from {self.first or 'the first bar'} to {self.last or 'the last bar'}"
            raise ValueError(f"trade_from is {begins}, outside the window {window}: write a trade date within it")
        return self

    @property
    def traded_from(self) -> date | None:
        """First trade date of the result's sessions; None: as far as bars reach."""
        return self.trade_from or self.first

    def to_dict(self) -> dict[str, Any]:
        """Return the spec JSON-safe, money and dates as text, with the field names of the file."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build the spec from the values of `to_dict`.

        Raises:
            SettingsError: a field is missing, unknown or malformed; the text names entry and field.
        """
        try:
            return _parse(cls, values)
        except MalformedEntry as problem:
            name = values.get("name")
            entry = f"[{name}] " if name and name != UNNAMED else ""
            raise SettingsError(f"{entry}{problem}") from None

    @classmethod
    def asked(cls, values: Mapping[str, Any]) -> Self:
        """Build the spec from values that a user or a program passes, named by its content if it has no name.

        Raises:
            UsageError: a field is missing, unknown or malformed; the text names the field.
        """
        try:
            spec: Self = _parse(cls, values)
        except MalformedEntry as problem:
            raise UsageError(str(problem)) from None
        return spec.named_by_content() if spec.name == UNNAMED else spec

    def content(self) -> dict[str, Any]:
        """Return everything in the spec except its name, in one form: omitted parameters have their defaults.

        `trade_from` is in it if it is given, so that ids without it are those of versions that did not know it.
        """
        said = {name: value for name, value in self.to_dict().items() if name != "name"}
        if self.trade_from is None:
            del said["trade_from"]
        return said | {"parameters": self._parameters()}

    def named_by_content(self) -> Self:
        """Return the same spec under a name made from its content: different specs get different names."""
        digest = hashlib.sha256(json.dumps(self.content(), sort_keys=True).encode()).hexdigest()[:12]
        plain = f"{self.strategy.replace(':', '.')}-{self.instrument}-{self.timeframe}"
        plain = re.sub(r"[^A-Za-z0-9._-]", "-", plain).lstrip("._-")[:80]
        return self.model_copy(update={"name": f"{plain}-{digest}"})

    def refuse_for_class(self) -> None:
        """Raise UsageError for a field that a class of backtesting.py cannot have."""
        if self.margin is not None:
            raise UsageError("margin: a class of backtesting.py takes margin_rate instead.")
        if self.sizing != "contracts":
            raise UsageError("sizing: a class of backtesting.py gives the sizes of its orders itself: leave it out.")
        for name in ("fee_rate", "slippage_rate", "min_fee"):
            if getattr(self, name):
                raise UsageError(f"{name}: a class of backtesting.py pays fee and slippage_ticks only: leave it out.")
        if self.adjustment is not Adjustment.ADDITIVE:
            raise UsageError(
                "adjustment: a class of backtesting.py trades the prices that it sees, which must be additive."
            )
        if self.on_roll == "hold":
            raise UsageError(
                "on_roll: a class of backtesting.py trades the prices that it sees and cannot hold old contracts: "
                "write 'roll' or 'close'."
            )

    def check_strategy(self) -> None:
        """Raise UsageError for an unknown strategy or parameter; the user's own strategies are checked in a run."""
        if not self._checked_when_it_runs:
            find_strategy(self.strategy).with_parameters(self.parameters)

    @property
    def _checked_when_it_runs(self) -> bool:
        """True for `module:Class`, and for a strategy whose file cannot be loaded now."""
        return is_external(self.strategy) or self.strategy in broken_strategies()

    def _parameters(self) -> dict[str, Any]:
        if not self._checked_when_it_runs:
            return find_strategy(self.strategy).all_parameters(self.parameters)
        # 10 and 10.0 are the same number to a class: the form without decimals is canonical.
        return {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in self.parameters.items()
        }


def field_names() -> list[str]:
    """Return the fields of an entry as the file spells them."""
    return [info.alias or name for name, info in BacktestSpec.model_fields.items()]


def load_specs(path: Path | None = None, instruments: Collection[str] | None = None) -> dict[str, BacktestSpec]:
    """Read the specs of a file, by name, in its order.

    Args:
        path: the file; None: the file that comes with G4QC.
        instruments: known symbols; None: symbols are not checked here.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """

    def parsed(entry: dict[str, Any]) -> BacktestSpec:
        spec: BacktestSpec = _parse(BacktestSpec, _floats(entry))
        if "cash" not in entry:
            raise MalformedEntry("cash", "is missing.")
        if instruments is not None and spec.instrument not in instruments:
            raise MalformedEntry("instrument", str(unknown("instrument", spec.instrument, instruments)))
        return spec

    return _FILE.specs(path or DEFAULT_FILE, parsed, parse_float=Decimal)


def _floats(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the entry with floats among its parameters; its money stays decimal, as it was written."""
    given = entry.get("parameters")
    if not isinstance(given, dict):
        return entry
    return entry | {"parameters": {k: float(v) if isinstance(v, Decimal) else v for k, v in given.items()}}


def _parse(kind: type[BacktestSpec], values: Mapping[str, Any]) -> Any:
    for field in values:
        if field not in field_names() and field not in kind.model_fields:
            raise MalformedEntry(field, str(unknown("field", field, field_names())))
    try:
        spec = kind.model_validate(dict(values))
    except ValidationError as error:
        problem = error.errors()[0]
        field = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "missing":
            raise MalformedEntry(field, "is missing.") from None
        text = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "string_pattern_mismatch":
            text = "write up to 100 letters, digits and . _ - after a letter or a digit"
        # The sentence already contains an unknown name.
        given = f", given {problem['input']!r}" if field and not text.startswith("Unknown ") else ""
        raise MalformedEntry(field, f"{text}{given}.") from None
    checks: dict[str, Callable[[], object]] = {
        "timeframe": lambda: timeframe(spec.timeframe),
        "strategy": lambda: may_be_known(spec.strategy) or find_strategy(spec.strategy),
        "parameters": spec.check_strategy,
    }
    for field, check in checks.items():
        try:
            check()
        except UsageError as error:
            raise MalformedEntry(field, str(error)) from None
    return spec
