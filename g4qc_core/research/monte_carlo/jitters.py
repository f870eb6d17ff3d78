"""Random changes of a backtest: skipped trades, delayed fills, other costs, other parameters.

Edits of wishes keep them causal: what is held after a bar depends on wishes up to this bar only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Instrument

_MOST_DRAWS = 100
_PLACES = {"fee": 4, "min_fee": 4, "fee_rate": 8, "slippage_rate": 8, "slippage_ticks": 2}
_FEES, _SLIPPAGES = ("fee", "fee_rate", "min_fee"), ("slippage_ticks", "slippage_rate")
_DIGITS = 6


def skipped_trades(wish: np.ndarray, share: float, random: np.random.Generator) -> tuple[np.ndarray, int, int]:
    """Leave out trades: while one is left out, the account is flat.

    Args:
        wish: length n; what is wanted on each bar. A trade is a run of bars on which it has the same sign.
        share: probability of each trade to be left out, from 0 to 1.
        random: decides.

    Returns:
        The wish without them, how many were left out, and how many there were.
    """
    starts, ends = _runs((wish > 0).astype(np.int8) - (wish < 0).astype(np.int8))
    held = wish[starts] != 0
    starts, ends = starts[held], ends[held]
    out = random.random(len(starts)) < share
    edited = wish.copy()
    for start, end in zip(starts[out], ends[out], strict=True):
        edited[start:end] = 0
    return edited, int(out.sum()), len(starts)


def delayed_fills(wish: np.ndarray, most: int, random: np.random.Generator) -> tuple[np.ndarray, int, int]:
    """Fill orders later; an order that is still waiting when a newer one is filled is dropped.

    Args:
        wish: length n; what is wanted on each bar.
        most: bars that an order waits at most; each number from 0 on is as likely.
        random: decides.

    Returns:
        The wish as it is filled, how many orders waited, and how many there were.
    """
    starts, _ = _runs(wish)
    if len(wish) and wish[0] == 0:
        starts = starts[1:]
    waits = random.integers(0, most + 1, len(starts))
    filled = starts + waits
    newest = np.full(len(wish), -1, np.int64)
    inside = filled < len(wish)
    np.maximum.at(newest, filled[inside], np.flatnonzero(inside))
    newest = np.maximum.accumulate(newest)
    values = np.append(wish[starts], np.zeros(1, wish.dtype))
    return values[newest], int((waits > 0).sum()), len(starts)


def other_costs(
    spec: BacktestSpec, instrument: Instrument, fees: float, slippage: float, random: np.random.Generator
) -> dict[str, Decimal]:
    """Return costs that are multiplied by random numbers, one for all fees and one for all slippage.

    Args:
        spec: has the costs.
        instrument: has the fee that the spec leaves out.
        fees: largest change, as a share: 0.25 gives factors from 0.75 to 1.25.
        slippage: the same for slippage.
        random: decides.
    """
    factors = [1 + most * (2 * random.random() - 1) for most in (fees, slippage)]
    found = {}
    for names, factor in zip((_FEES, _SLIPPAGES), factors, strict=True):
        for name in names:
            value = getattr(spec, name)
            value = instrument.fee if name == "fee" and value is None else value
            changed = (value * Decimal(repr(factor))).quantize(Decimal(1).scaleb(-_PLACES[name]))
            found[name] = min(changed, Decimal(1)) if name.endswith("_rate") else changed
    return found


def has_costs(spec: BacktestSpec, instrument: Instrument) -> bool:
    """Return whether there are costs to change."""
    return any(getattr(spec, name) for name in _PLACES) or (spec.fee is None and instrument.fee > 0)


def varied_names(parameters: Mapping[str, Any]) -> list[str]:
    """Return the parameters that a jitter changes: numbers other than the contracts of a position and zero."""
    return [
        name
        for name, value in parameters.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and name != "contracts" and value != 0
    ]


def other_parameters(
    parameters: Mapping[str, Any], share: float, random: np.random.Generator, check: Callable[[dict[str, Any]], object]
) -> dict[str, Any] | None:
    """Return parameters that differ at random from the given ones.

    A whole number moves by at most the share of it, or by one if that is more; another number by at most the share.

    Args:
        parameters: all parameters of the strategy.
        share: largest change, as a share.
        random: decides.
        check: raises UsageError for parameters that do not fit together; then others are drawn.

    Returns:
        All parameters; None if none of a hundred draws fits together and differs.
    """
    names = varied_names(parameters)
    for _ in range(_MOST_DRAWS):
        drawn = dict(parameters) | {name: _moved(parameters[name], share, random) for name in names}
        if drawn == dict(parameters):
            continue
        try:
            check(drawn)
        except UsageError:
            continue
        return drawn
    return None


def _moved(value: int | float, share: float, random: np.random.Generator) -> int | float:
    if isinstance(value, int):
        most = max(1, round(abs(value) * share))
        return value + int(random.integers(-most, most + 1))
    return float(f"{value * (1 + share * (2 * random.random() - 1)):.{_DIGITS}g}")


def _runs(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where runs of equal values start, and where they have ended."""
    if not len(values):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    return np.concatenate(([0], changes)), np.append(changes, len(values))
