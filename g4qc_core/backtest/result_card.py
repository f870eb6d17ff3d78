"""The card of a result: everything that one needs to make it again, in one order, as rows of text.

The card is made of what is stored with a result, so that a report, a page, a command and a graph show the same one.
Comparing two results does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from g4qc_core.backtest.result import BacktestResult

_FIRST = (
    "strategy", "parameters", "instrument", "timeframe", "asked", "window", "data_version", "bars_fingerprint",
    "roll_rule", "adjustment", "on_roll", "cash", "sizing", "costs", "margin", "seed", "code", "engine", "made_with",
)  # fmt: skip
_NAMES = {
    "asked.from": "first day asked for",
    "asked.to": "last day asked for",
    "asked.trade_from": "first day traded",
    "code.g4qc": "G4QC",
    "code.backtest": "code versions",
    "code.strategy": "code of the strategy",
    "instrument.symbol": "instrument",
    "instrument.min_tick": "tick",
    "instrument.multiplier": "money a point",
    "made_with.python": "Python",
    "made_with.sources": "hash of the sources",
    "on_roll": "at a roll",
}
_BARE = ("costs", "made_with", "instrument", "code")


@dataclass(frozen=True)
class CardRow:
    """One row of a card.

    Attributes:
        key: where the value stands among the result's inputs, like `costs.currency`.
        name: the same for readers.
        value: as text.
    """

    key: str
    name: str
    value: str


def card_of(result: BacktestResult) -> list[CardRow]:
    """Return the card of a result, the id first."""
    return card_rows(result.id, result.spec.to_dict(), result.inputs)


def card_rows(backtest_id: str, spec: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[CardRow]:
    """Return the card of a result from what is stored of it.

    Args:
        backtest_id: its id.
        spec: its spec as a dictionary.
        inputs: its inputs.
    """
    asked = {name: spec[name] for name in ("from", "to", "trade_from") if spec.get(name)}
    given = {**inputs, **({"asked": asked} if asked else {})}
    order = [name for name in _FIRST if name in given] + [name for name in given if name not in _FIRST]
    rows = [CardRow(key, _name(key), text_of(value)) for name in order for key, value in flat({name: given[name]})]
    return [CardRow("id", "result", backtest_id), *rows]


def flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested mappings with their joined keys, like `costs.currency`."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def text_of(value: Any) -> str:
    """Return a value of a card as text; a list with commas."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def spec_text(value: Any) -> str:
    """Return a value of a spec as a person writes it in a file; what is left out is not told.

    >>> spec_text([{"backtest": "a", "weight": None}, {"backtest": "b", "weight": 2.0}])
    'a, b x 2'
    >>> spec_text([True, 5.0, 0.25, {"low": 1, "high": None}])
    'true, 5, 0.25, low 1'
    """
    if isinstance(value, Mapping):
        said = {name: spec_text(one) for name, one in value.items() if one is not None}
        if set(said) <= {"backtest", "weight"} and isinstance(value.get("backtest"), str):
            return " x ".join(said.values())
        return " ".join(f"{name.replace('_', ' ')} {one}" for name, one in said.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(spec_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _name(key: str) -> str:
    room, _, rest = key.partition(".")
    if room == "parameters":
        return f"parameter {rest}"
    return (_NAMES.get(key) or (rest if rest and room in _BARE else key.replace(".", ": "))).replace("_", " ")
