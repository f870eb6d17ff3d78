"""The kinds of value in a portfolio spec, each in one canonical form: parts, sizing, weights and rates.

A file gives tables and lists; a terminal gives texts like `ES=0.5, EC=0.5`. Both become the same value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.errors import UsageError, unknown

OWN = "own"
"""The sizing by which each part trades the contracts of its own backtest."""

METHODS = ("equal", "inverse_volatility", "equal_risk", "minimum_variance", "hierarchical")
"""Ways to divide the risk among instruments, besides weights by hand."""

TARGET_WORDS = "write own, or a volatility in percent a year like volatility(20, window=25)"

_NEAR = 1e-9
_MOST_VOLATILITY = 200


class PortfolioPart(BaseModel):
    """One backtest whose strategy trades in the account of a portfolio; its own cash and window do not count."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    backtest: str | dict[str, Any] = Field(description="Name of a backtest spec, or its fields")
    weight: float | None = Field(
        None, gt=0, le=1000, description="Weight in the forecast of its instrument, beside its other parts; default: 1"
    )

    @property
    def name(self) -> str:
        """Name of the backtest."""
        return self.backtest if isinstance(self.backtest, str) else str(self.backtest.get("name", ""))


def _parts(given: Any) -> Any:
    listed = [one.strip() for one in given.split(",")] if isinstance(given, str) else given
    if isinstance(listed, Mapping) or not isinstance(listed, list | tuple):
        raise ValueError("write a list of backtests, like ['sma_cross-ES-1h', 'sma_cross-NQ-1h']")
    if not listed or listed == [""]:
        raise ValueError("the list is empty: a portfolio needs at least one backtest")
    return tuple(_part(one) for one in listed)


def _part(given: Any) -> Any:
    if isinstance(given, PortfolioPart):
        return given
    if isinstance(given, str) and given:
        return {"backtest": given}
    if not isinstance(given, Mapping) or "backtest" not in given:
        raise ValueError(
            "each part is the name of a backtest, or a table like { backtest = 'sma_cross-ES-1h', weight = 2 }"
        )
    for field in given:
        if field not in PortfolioPart.model_fields:
            raise ValueError(str(unknown("field of a part", str(field), PortfolioPart.model_fields)).rstrip("."))
    backtest = given["backtest"]
    if not backtest or not isinstance(backtest, str | Mapping):
        raise ValueError("the backtest of a part is the name of a spec, or a table of its fields")
    weight = given.get("weight")
    return {
        "backtest": backtest if isinstance(backtest, str) else {key: _plain(one) for key, one in backtest.items()},
        "weight": None if weight is None else _number("weight", weight, least=0.0),
    }


def _plain(value: Any) -> Any:
    """Return a number of a file as JSON has it: floats among parameters, and money as text."""
    if isinstance(value, Mapping):
        return {name: float(one) if isinstance(one, Decimal) else one for name, one in value.items()}
    return str(value) if isinstance(value, Decimal) else value


def _sizing(given: Any) -> Any:
    if not isinstance(given, str):
        raise ValueError(TARGET_WORDS)
    if given.strip() == OWN:
        return OWN
    try:
        rule = parse_sizing(given)
    except UsageError as error:
        raise ValueError(str(error).rstrip(".")) from None
    if str(rule) != f"volatility({format((rule.amount or Decimal(0)).normalize(), 'f')}, window={rule.window})":
        raise ValueError(f"{given.strip()} is no sizing of a portfolio: {TARGET_WORDS}")
    if rule.amount is not None and rule.amount > _MOST_VOLATILITY:
        raise ValueError(f"a volatility of {rule.amount} percent a year is too much: at most {_MOST_VOLATILITY}")
    return str(rule)


def _weights(given: Any) -> Any:
    if isinstance(given, str) and "=" not in given:
        if given not in METHODS:
            raise ValueError(str(unknown("way to weight", given, METHODS)).rstrip(".") + ", or by hand like ES=1")
        return given
    by_hand = {name: _number(name, value) for name, value in _table(given, "ES=0.5, EC=0.5").items()}
    if any(value < 0 for value in by_hand.values()):
        raise ValueError("a weight by hand is a share of the risk, zero or more")
    total = math.fsum(by_hand.values())
    if abs(total - 1) > _NEAR:
        raise ValueError(f"the weights by hand sum to {total:.12g}, and must sum to 1")
    return dict(sorted(by_hand.items()))


def _rates(given: Any) -> Any:
    found: dict[str, float | str] = {}
    for currency, rate in sorted(_table(given, "EUR=EC").items()):
        _currency(currency)
        if isinstance(rate, str) and not _is_number(rate):
            if not rate.strip():
                raise ValueError(f"{currency}: give a number, or the instrument whose price is the rate")
            found[currency] = rate.strip()
        else:
            value = _number(currency, rate, least=0.0)
            found[currency] = value
    return found


def _currency(given: Any) -> Any:
    if not isinstance(given, str) or len(given) != 3 or not given.isalpha() or not given.isupper():
        raise ValueError(f"{given!r} is no currency: write three capital letters, like USD")
    return given


def _table(given: Any, example: str) -> dict[str, Any]:
    if isinstance(given, str):
        pairs = [one.partition("=") for one in given.split(",") if one.strip()]
        if not all(sign for _, sign, _ in pairs):
            raise ValueError(f"write pairs like {example}")
        names = [name.strip() for name, _, _ in pairs]
        if len(set(names)) < len(names):
            raise ValueError("a name is given twice")
        return {name.strip(): value.strip() for name, _, value in pairs}
    if not isinstance(given, Mapping):
        raise ValueError(f"write a table, or pairs like {example}")
    return {str(name): value for name, value in given.items()}


def _number(name: str, value: Any, least: float | None = None) -> float:
    wrong = ValueError(f"{name}: {value!r} is no number")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise wrong
    try:
        number = float(Decimal(str(value)))
    except InvalidOperation:
        raise wrong from None
    if not math.isfinite(number):
        raise wrong
    if least is not None and number <= least:
        raise ValueError(f"{name}: must be above {least:g}, given {number:g}")
    return number


def _is_number(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True


Currency = Annotated[str, BeforeValidator(_currency)]
Parts = Annotated[tuple[PortfolioPart, ...], BeforeValidator(_parts)]
TargetSizing = Annotated[str, BeforeValidator(_sizing)]
Weights = Annotated[str | dict[str, float], BeforeValidator(_weights)]
Rates = Annotated[dict[str, float | str], BeforeValidator(_rates)]
