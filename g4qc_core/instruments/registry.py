"""Instruments: what is traded, in which months, at which tick and multiplier.

The registry is `instruments.toml` and a user's file of the same form. Multiplier, tick and fee are `Decimal`, because
money is exact.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from g4qc_core.errors import SettingsError, UsageError, unknown
from g4qc_core.instruments.contracts import CONTRACT_MONTH as CONTRACT_MONTH
from g4qc_core.instruments.contracts import MONTH_CODES as MONTH_CODES
from g4qc_core.instruments.contracts import NEVER as NEVER
from g4qc_core.instruments.contracts import SPOT as SPOT
from g4qc_core.instruments.contracts import Contract as Contract
from g4qc_core.instruments.contracts import Kind as Kind
from g4qc_core.instruments.contracts import contract_month as contract_month
from g4qc_core.instruments.contracts import month_code as month_code
from g4qc_core.instruments.product_kinds import LIMITS, STEPS_PER_TICK
from g4qc_core.roll_rules import FirstNotice as FirstNoticeRule
from g4qc_core.roll_rules import parse_rule
from g4qc_core.toml_lines import line_of

Expiry = Literal[
    "third_friday",
    "imm_monday",
    "three_business_days_before_25th",
    "third_last_business_day",
    "seven_business_days_before_last",
    "business_day_before_15th",
    "last_business_day",
]
"""Rules of the last trade date, defined in `futures.expiry_rules`."""

FirstNotice = Literal["last_business_day_before_month"]
"""Rules of the first notice day: the last business day of the month before the contract's own."""

BUILT_IN = Path(__file__).with_name("instruments.toml")
"""The file of the built-in instruments."""

_SYMBOL = re.compile(r"^[A-Z0-9]{1,12}$")


class Instrument(BaseModel):
    """A product, with its usual name (`EC`) and Interactive Brokers' names (`EUR`, class `6E`).

    A stock, a currency pair or an index is one contract named `spot`; its fields about months and rolls stay empty.
    An entry without limits has those of its kind (`product_kinds.LIMITS`).

    Attributes:
        symbol: G4QC's own name, the key of every table.
        kind: `FUT`, `STK`, `CASH` (a currency pair) or `IND`.
        trading_class: as the gateway names it; default: `ib_symbol`.
        local_symbol: pattern for the local symbols of its contracts, with `*` and `?`, if the gateway lists several
            contracts of one month under one class; empty: all.
        multiplier: units of the product in one contract, as the gateway states it.
        min_tick: smallest price step for one unit, in `currency`, as the gateway states it; if its contracts have
            different ones, the largest step that divides all of them.
        price_magnifier: factor by which bar prices are larger, as the gateway states it: 100 if they are in cents or
            pence while `min_tick` and `multiplier` are in dollars or pounds.
        months: month codes of the contracts that are traded and rolled, e.g. `HMUZ`; others are ignored.
        listed: month codes of all contracts that the exchange lists, serial months included; default: `months`.
        calendar: name of the session calendar in `calendars.toml`.
        roll_days_before_expiry: calendar days before the last trade date around which the front contract changes.
        roll: the rule of the roll calendar, as `roll_rules` reads it: `volume`, `open_interest`,
            `days_before_expiry(n)`, `first_notice(n)` or `fixed_dates(...)`; default: by the days above.
        first_notice: the rule of the first notice day of a contract that is delivered, where notices come before the
            last trade date; None: trading ends first, or there is no delivery.
        fee: commission and exchange fees, one side, one contract, in `currency`.
        expiry: the rule of the last trade date, used only where no gateway gives the date (the simulated market).
        typical_price: about what one unit costs, in points; the simulated market stays near it.
        max_move: share of the previous session's close that a price may move before it is suspect.
        max_minute_volume: contracts in one minute, above which its bar is suspect.
        flat_minutes: minutes in a row without a trade, at one price, that make the front contract's bars suspect.
        price_tolerance: ticks by which our larger bars may differ from the gateway's own and still agree.
        volume_tolerance: share of the volume by which they may.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str = Field(pattern=_SYMBOL.pattern)
    name: str
    kind: Kind = "FUT"
    ib_symbol: str
    trading_class: str = ""
    local_symbol: str = ""
    exchange: str
    currency: str = "USD"
    multiplier: Decimal = Field(gt=0)
    min_tick: Decimal = Field(gt=0)
    price_magnifier: int = Field(default=1, gt=0)
    months: str = Field(default="", pattern=f"^[{MONTH_CODES}]*$")
    listed: str = Field(default="", pattern=f"^[{MONTH_CODES}]*$")
    calendar: str
    roll_days_before_expiry: int = Field(default=8, ge=0, le=60)
    roll: str = ""
    first_notice: FirstNotice | None = None
    fee: Decimal = Field(ge=0)
    expiry: Expiry = "third_friday"
    typical_price: Decimal | None = Field(default=None, gt=0)
    max_move: Decimal = Field(default=Decimal("0.2"), gt=0)
    max_minute_volume: int = Field(default=500_000, gt=0)
    flat_minutes: int = Field(default=30, ge=2)
    price_tolerance: int = Field(default=1, ge=0)
    volume_tolerance: Decimal = Field(default=Decimal("0.02"), ge=0, le=1)

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, given: Any) -> Any:
        """Fill fields that follow from others; a model that was written reads back unchanged."""
        if not isinstance(given, dict):
            return given
        filled = {"trading_class": given.get("ib_symbol", ""), **LIMITS.get(str(given.get("kind", "FUT")), {})}
        if given.get("kind", "FUT") == "FUT":
            filled["listed"] = given.get("months", "")
            filled["roll"] = f"days_before_expiry({given.get('roll_days_before_expiry', 8)})"
        return {**filled, **{name: value for name, value in given.items() if value != "" or name not in filled}}

    @model_validator(mode="after")
    def _months_of_futures_only(self) -> Instrument:
        if self.expires and not self.months:
            raise ValueError('a future needs its months, like months = "HMUZ"')
        if not self.expires and (self.months or self.roll or self.first_notice):
            raise ValueError(f"a product of kind {self.kind} has no months and no rolls: delete these fields")
        if not set(self.months) <= set(self.listed):
            raise ValueError(f"the months {self.months} are not all among the listed ones, {self.listed}")
        if self.first_notice is None and self.roll and isinstance(parse_rule(self.roll), FirstNoticeRule):
            rules = " or ".join(f'"{name}"' for name in get_args(FirstNotice))
            raise ValueError(f"the roll rule {self.roll} needs a first notice day: set first_notice to {rules}")
        return self

    @field_validator("roll")
    @classmethod
    def _is_a_rule(cls, roll: str) -> str:
        try:
            return str(parse_rule(roll)) if roll else roll
        except UsageError as error:
            raise ValueError(str(error)) from None

    @property
    def expires(self) -> bool:
        """True if the instrument has contract months."""
        return self.kind == "FUT"

    @property
    def has_volume(self) -> bool:
        """False if bars are made of quotes or of computed values: their volume is unknown (-1)."""
        return self.kind in ("FUT", "STK")

    @property
    def tick(self) -> Decimal:
        """Smallest step of quotes, in points of its bars."""
        return self.min_tick * self.price_magnifier

    @property
    def point_value(self) -> Decimal:
        """Contract money of one point of a bar's price."""
        return self.multiplier / self.price_magnifier

    @property
    def tick_value(self) -> Decimal:
        """Contract money of one tick."""
        return self.min_tick * self.multiplier

    @property
    def steps_per_tick(self) -> int:
        """Steps of the grid of bars in one tick (`product_kinds.STEPS_PER_TICK`)."""
        return STEPS_PER_TICK[self.kind]

    @property
    def price_step(self) -> Decimal:
        """Step of the grid of bar prices, in points."""
        return self.tick / self.steps_per_tick

    @property
    def step_value(self) -> Decimal:
        """Contract money of one step of a bar's price."""
        return self.tick_value / self.steps_per_tick

    @property
    def decimals(self) -> int:
        """Decimal places that a price on the grid of bars needs."""
        exponent = self.price_step.normalize().as_tuple().exponent
        return max(0, -int(exponent))

    def names(self, local_symbol: str) -> bool:
        """Return whether a contract with this local symbol belongs to the instrument."""
        return not self.local_symbol or fnmatchcase(local_symbol, self.local_symbol)


class Registry(Mapping[str, Instrument]):
    """The instruments by symbol."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._instruments = dict(instruments)

    def __getitem__(self, symbol: str) -> Instrument:
        try:
            return self._instruments[symbol]
        except KeyError:
            raise unknown("instrument", symbol, self._instruments) from None

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._instruments

    def __iter__(self) -> Iterator[str]:
        return iter(self._instruments)

    def __len__(self) -> int:
        return len(self._instruments)


def load_registry(user_file: Path | None = None) -> Registry:
    """Return the built-in instruments; those of `user_file` are added or replace them.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, entry and field.
    """
    instruments = read_instruments(BUILT_IN)
    if user_file is not None:
        instruments |= read_instruments(user_file)
    return Registry(instruments)


def instrument_symbol(text: str) -> str:
    """Return `text` if an instrument can have this name, like `ES`.

    Raises:
        UsageError: it cannot.
    """
    if not _SYMBOL.match(text):
        raise UsageError(f"'{text}' is no symbol: write up to twelve capital letters and digits, like ES.")
    return text


def read_instruments(path: Path) -> dict[str, Instrument]:
    """Return the instruments of one file by symbol, in its order.

    Raises:
        SettingsError: the file is missing or malformed; the text names file, line, entry and field.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise SettingsError(f"The instruments file {path} does not exist: check G4QC_INSTRUMENTS.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The instruments file {path} cannot be read: {error}.") from None
    return parse_instruments(text, path)


def parse_instruments(text: str, path: Path) -> dict[str, Instrument]:
    """Return the instruments of a text that is, or will be, the file at `path`; see `read_instruments`."""
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The instruments file {path} is not TOML: {error}.") from None
    instruments = {}
    for symbol, entry in entries.items():

        def wrong(problem: str, field: str = "", symbol: str = symbol) -> SettingsError:
            return SettingsError(f"{path}, line {line_of(text, symbol, field)}: {problem}")

        if not isinstance(entry, dict):
            raise wrong(f"'{symbol}' stands outside an entry: begin one with a line like [ES].")
        if "symbol" in entry:
            raise wrong(f"[{symbol}] symbol: the entry's name is the symbol: delete this line.", "symbol")
        try:
            instruments[symbol] = Instrument(symbol=symbol, **entry)
        except ValidationError as error:
            raise wrong(first_problem(error, symbol), _field_of(error)) from None
        if problem := _calendar_problem(instruments[symbol]):
            raise wrong(problem, "calendar")
    return instruments


def make_instrument(symbol: str, fields: Mapping[str, Any]) -> Instrument:
    """Build the instrument of an entry that is not in a file yet.

    Raises:
        SettingsError: a field is missing or malformed; the text names entry and field.
    """
    try:
        instrument = Instrument(symbol=symbol, **fields)
    except ValidationError as error:
        raise SettingsError(first_problem(error, symbol)) from None
    if problem := _calendar_problem(instrument):
        raise SettingsError(problem)
    return instrument


def _calendar_problem(instrument: Instrument) -> str:
    from g4qc_core.calendars.session_calendar import calendar_names

    known = calendar_names()
    if instrument.calendar in known:
        return ""
    return f"[{instrument.symbol}] calendar: {unknown('calendar', instrument.calendar, known)}"


def first_problem(error: ValidationError, entry: str) -> str:
    """Return the first problem of a pydantic error as one sentence, with the entry and the field."""
    problem = error.errors()[0]
    text = problem["msg"].removeprefix("Value error, ").removesuffix(".")
    if not problem["loc"]:
        return f"[{entry}] {text}."
    given = "" if problem["type"] == "missing" else f", given {_shown(problem['input'])}"
    return f"[{entry}] {'.'.join(str(part) for part in problem['loc'])}: {text}{given}."


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)


def _field_of(error: ValidationError) -> str:
    """Return the field of the first problem; empty if fields contradict each other."""
    return next((str(part) for part in error.errors()[0]["loc"]), "")
