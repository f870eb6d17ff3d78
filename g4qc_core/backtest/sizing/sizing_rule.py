"""Sizing rules as text, such as `contracts` or `equity(50, buffer=10)`, which only this module parses and formats."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

from g4qc_core.errors import UsageError, unknown

Kind = Literal["contracts", "notional", "equity", "volatility"]
Capital = Literal["fixed", "compounding"]
Rebalance = Literal["signal", "session", "bar"]
At = Literal["close", "open"]

SHARES = 10_000
"""Parts of the whole in which a share of the capital is given: a hundredth of a percent."""

IN_WORDS = (
    "contracts (as many as the strategy's parameter says), contracts(3), notional(250000), equity(50) in percent, "
    "or volatility(15, window=20) in percent a year"
)

_CALL = re.compile(r"^\s*([a-z_]+)\s*(?:\(([^()]*)\))?\s*$")
_MOST_PERCENT = 1000
_MOST_CONTRACTS = 1_000_000
_MOST_NOTIONAL = 10**12
_MOST_WINDOW = 1000


@dataclass(frozen=True)
class SizingRule:
    """A rule that turns a signal from -1 to 1 into whole contracts.

    Attributes:
        kind: `contracts` is a fixed number; `notional` an amount of money divided by a contract's value; `equity` a
            percentage of the capital divided by a contract's value; `volatility` a percentage of the capital divided by
            the yearly standard deviation of a contract's value.
        amount: contracts, money or percent; None: the strategy's own `contracts`.
        window: completed sessions over which the volatility is measured.
        cap: most contracts; None: no bound but the margin.
        buffer: percent of the wanted position within which nothing is traded.
        capital: `fixed` is the starting cash, `compounding` the equity at the decision.
        rebalance: when the number is computed anew: as the signal changes, also in each session, or on every bar.
        at: price and equity of the computation: of the deciding `close`, or of the `open` of the fill with the costs of
            the order counted.
    """

    kind: Kind = "contracts"
    amount: Decimal | None = None
    window: int = 20
    cap: int | None = None
    buffer: int = 0
    capital: Capital = "compounding"
    rebalance: Rebalance = "signal"
    at: At = "close"

    @property
    def fixed(self) -> bool:
        """True if the number of contracts depends on no price and no equity."""
        return self.kind == "contracts"

    def __str__(self) -> str:
        if self.kind == "contracts":
            return "contracts" if self.amount is None else f"contracts({_plain(self.amount)})"
        usual = _usual(self.kind)
        said = [f"window={self.window}"] if self.kind == "volatility" else []
        for name in ("cap", "buffer", "capital", "rebalance", "at"):
            value = getattr(self, name)
            if value != getattr(usual, name):
                said.append(f"{name}={value}")
        return f"{self.kind}({', '.join([_plain(self.amount or Decimal(0)), *said])})"


CONTRACTS = SizingRule()
"""The default: as many contracts as the strategy's own parameter says."""


def parse_sizing(text: str) -> SizingRule:
    """Parse a sizing rule.

    Raises:
        UsageError: the text is no sizing rule; the sentence says what to write.
    """
    match = _CALL.match(text)
    if not match:
        raise UsageError(f"The sizing {text.strip()!r} is no rule: write {IN_WORDS}.")
    kind, inside = match[1], match[2]
    if kind not in get_args(Kind):
        raise unknown("sizing", kind, get_args(Kind))
    words = [word.strip() for word in inside.split(",")] if inside and inside.strip() else []
    plain, options = _words(text.strip(), words)
    if kind == "contracts":
        if options:
            raise UsageError("The sizing contracts takes no options: write contracts or contracts(3).")
        return SizingRule("contracts", _whole_amount(plain[0]) if plain else None)
    if not plain:
        raise UsageError(f"The sizing {kind} needs an amount: write {IN_WORDS}.")
    values = {name: _option(kind, name, value) for name, value in options.items()}
    if kind == "notional" and values.get("capital", "fixed") != "fixed":
        raise UsageError("The sizing notional has a fixed capital: write equity(50) for a share of the equity.")
    usual = _usual(kind)
    given = {one.name: getattr(usual, one.name) for one in fields(usual)} | values
    return SizingRule(**given | {"kind": kind, "amount": _amount(kind, plain[0])})


def _words(text: str, words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the amount, if there is one, and the options by name."""
    plain = [word for word in words if "=" not in word]
    if len(plain) > 1 or (plain and words[0] != plain[0]):
        raise UsageError(f"The sizing {text!r} gives more than one amount: write {IN_WORDS}.")
    options: dict[str, str] = {}
    for word in words:
        name, given, value = word.partition("=")
        if given:
            options[name.strip()] = value.strip()
    if len(options) + len(plain) < len(words):
        raise UsageError(f"The sizing {text!r} gives an option twice.")
    return plain, options


def _usual(kind: str) -> SizingRule:
    """Return the rule of this kind with the defaults of its options."""
    usual: dict[str, Any] = {"kind": kind}
    if kind == "notional":
        usual["capital"] = "fixed"
    if kind == "volatility":
        usual["rebalance"] = "session"
    return SizingRule(**usual)


def _amount(kind: str, text: str) -> Decimal:
    value = _number(kind, text)
    percent = kind != "notional"
    most = _MOST_PERCENT if percent else _MOST_NOTIONAL
    if not 0 < value <= most or (percent and value * SHARES / 100 != int(value * SHARES / 100)):
        unit = "percent with at most two decimals" if percent else "in money"
        raise UsageError(f"The amount of the sizing {kind} must be above 0, at most {most} {unit}, given {text}.")
    return value


def _whole_amount(text: str) -> Decimal:
    value = _number("contracts", text)
    if value != int(value) or not 1 <= value <= _MOST_CONTRACTS:
        raise UsageError(f"The sizing contracts takes a whole number from 1 to {_MOST_CONTRACTS}, given {text}.")
    return value


def _number(kind: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise UsageError(f"The sizing {kind} takes a number, given {text!r}: write {IN_WORDS}.") from None
    if not value.is_finite():
        raise UsageError(f"The sizing {kind} takes a number, given {text!r}: write {IN_WORDS}.")
    return value


_CHOICES = {"capital": get_args(Capital), "rebalance": get_args(Rebalance), "at": get_args(At)}
_RANGES = {"window": (2, _MOST_WINDOW), "cap": (1, _MOST_CONTRACTS), "buffer": (0, 100)}


def _option(kind: str, name: str, text: str) -> Any:
    known = [one for one in (*_RANGES, *_CHOICES) if one != "window" or kind == "volatility"]
    if name not in known:
        raise unknown(f"option of the sizing {kind}", name, known)
    if name in _CHOICES:
        if text not in _CHOICES[name]:
            raise unknown(f"{name} of the sizing {kind}", text, _CHOICES[name])
        return text
    least, most = _RANGES[name]
    if not text.isdigit() or not least <= int(text) <= most:
        raise UsageError(
            f"The option {name} of the sizing {kind} is a whole number from {least} to {most}, not {text}."
        )
    return int(text)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
