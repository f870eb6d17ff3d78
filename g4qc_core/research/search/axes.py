"""The values that a search tries for one parameter: a list, or a range with a step that is never built as a whole."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Value = bool | int | float | str

_SPELLED = "write a list like [5, 10, 20] or a range like { from = 5, to = 50, step = 5 }"
_LONGEST_LIST = 10_000
_LARGEST = Decimal(10) ** 15


@dataclass(frozen=True)
class ListedValues:
    """Values in ascending order.

    Attributes:
        values: each once; all are numbers, all texts, or all truth values.
    """

    values: tuple[Value, ...]

    @property
    def size(self) -> int:
        """Number of values."""
        return len(self.values)

    def at(self, index: int) -> Value:
        """Return the value with this index, from 0."""
        return self.values[index]

    def written(self) -> Any:
        """Return the values as a spec writes them, JSON-safe."""
        return list(self.values)


@dataclass(frozen=True)
class SteppedValues:
    """The values first, first + step, ... up to last; decimal, so that 0.1 + 2 x 0.1 is 0.3."""

    first: Decimal
    last: Decimal
    step: Decimal

    @property
    def size(self) -> int:
        """Number of values."""
        return int((self.last - self.first) // self.step) + 1

    def at(self, index: int) -> Value:
        """Return the value with this index, from 0; a whole number if first and step are."""
        value = self.first + index * self.step
        return _number(value) if _whole(self.first) and _whole(self.step) else float(value)

    def written(self) -> Any:
        """Return the values as a spec writes them, JSON-safe."""
        return {"from": _number(self.first), "to": _number(self.last), "step": _number(self.step)}


Axis = ListedValues | SteppedValues
"""The values of one parameter."""


def axis_of(given: Any) -> Axis:
    """Return the values that a file, a program or a command line wrote.

    Args:
        given: a list, a mapping with `from`, `to` and `step`, one value, or a text: `5:50:5` for a range, `5,10,20` for
            a list.

    Raises:
        ValueError: nothing of these, no values, a value twice, or a range that is reversed or has no step.
    """
    if isinstance(given, ListedValues | SteppedValues):
        return given
    if isinstance(given, Mapping):
        return _range(given)
    if isinstance(given, str):
        return _from_text(given)
    if isinstance(given, bool | int | float | Decimal):
        return _list([given])
    if isinstance(given, Sequence):
        return _list(given)
    raise ValueError(f"cannot be {given!r}: {_SPELLED}")


def _range(given: Mapping[str, Any]) -> SteppedValues:
    unknown = sorted(set(given) - {"from", "to", "step"})
    if unknown or not {"from", "to"} <= set(given):
        raise ValueError(f"a range has `from`, `to` and `step`: {_SPELLED}")
    first, last = _decimal(given["from"]), _decimal(given["to"])
    if "step" not in given and not (_whole(first) and _whole(last)):
        raise ValueError("a range of fractions needs a step, like { from = 0.5, to = 2, step = 0.25 }")
    step = _decimal(given.get("step", 1))
    if last < first:
        raise ValueError(f"the range is empty, because it ends at {_number(last)} before it begins at {_number(first)}")
    if step <= 0:
        raise ValueError(f"the step of a range is above zero, given {_number(step)}")
    return SteppedValues(first, last, step)


def _list(given: Sequence[Any]) -> ListedValues:
    if not given:
        raise ValueError(f"the list is empty: {_SPELLED}")
    if len(given) > _LONGEST_LIST:
        raise ValueError(f"a list has at most {_LONGEST_LIST:,} values: write a range")
    values = [_value(one) for one in given]
    if len({_kind(one) for one in values}) > 1:
        raise ValueError("the values of a list are all numbers, all texts, or all true and false")
    if len(set(values)) < len(values):
        raise ValueError("a value stands in the list twice: write each once")
    return ListedValues(tuple(sorted(values)))


def _from_text(text: str) -> Axis:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) in (2, 3) and all(_is_number(part) for part in parts):
        return _range(dict(zip(("from", "to", "step"), parts, strict=False)))
    if ":" in text:
        raise ValueError(f"'{text}' is no range: write from:to:step, like 5:50:5")
    if not text.strip():
        raise ValueError(f"there is no value: {_SPELLED}")
    return _list([_read(part.strip()) for part in text.split(",")])


def _read(text: str) -> Value:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    return _number(Decimal(text)) if _is_number(text) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) is not None


def _decimal(given: Any) -> Decimal:
    try:
        value = Decimal(str(given)) if not isinstance(given, bool) else Decimal("nan")
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or abs(value) > _LARGEST:
        raise ValueError(f"{given!r} is no number that a range can have")
    return value


def _value(given: Any) -> Value:
    if isinstance(given, Decimal):
        given = float(given)
    if not isinstance(given, bool | int | float | str):
        raise ValueError(f"{given!r} is no value: a list holds numbers, texts, or true and false")
    if isinstance(given, float) and not math.isfinite(given):
        raise ValueError(f"{given!r} is no number that a parameter can have")
    # 10 and 10.0 are one number.
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _kind(value: Value) -> str:
    return "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def _whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _number(value: Decimal) -> int | float:
    return int(value) if _whole(value) else float(value)
