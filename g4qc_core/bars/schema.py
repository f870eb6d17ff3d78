"""Column types of bars, and the schemas that frames of bars must satisfy.

The names of the columns are in `bars.columns`. A schema only checks that a frame has the promised form;
`bars.validation` separates good bars from bad ones. pandera is imported on first use, because the import takes 0.4 s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.bars.columns import PRICES, RAW_PRICES, RAW_VALUES
from g4qc_core.errors import InvalidBars
from g4qc_core.instruments.registry import CONTRACT_MONTH
from g4qc_core.sentences import counted

UNKNOWN = -1
"""Volume or count that the source does not report."""

INSTANT = pd.DatetimeTZDtype("us", "UTC")

DTYPES: dict[str, Any] = {
    "contract": pd.StringDtype(na_value=np.nan),
    "timestamp": INSTANT,
    **dict.fromkeys(RAW_PRICES, np.dtype("float64")),
    **dict.fromkeys(("volume", "count"), np.dtype("int64")),
    "trade_date": np.dtype("datetime64[s]"),
    "session_open": INSTANT,
    "reason": pd.StringDtype(na_value=np.nan),
    "detail": pd.StringDtype(na_value=np.nan),
}
"""The type of every column of bars, in all frames."""


class Schema(StrEnum):
    """The promise that a frame makes."""

    RAW = "raw"
    """Bars as received: columns, types and order are right; the values may be nonsense."""
    MARKET = "market"
    """Bars that passed validation, or were derived from such bars."""


@dataclass(frozen=True)
class SchemaFailure:
    """One broken rule: `rows` is the number of rows that break it (0: the whole column), `example` the first."""

    column: str
    rule: str
    rows: int
    example: str

    def __str__(self) -> str:
        return f"{self.column} {self.rule}" + (f", {self.example}" if self.example else "")


def empty_frame(columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a frame without rows that has these columns of bars with their types."""
    return pd.DataFrame({name: pd.Series([], dtype=DTYPES[name]) for name in columns})


def check_schema(frame: pd.DataFrame, schema: Schema = Schema.MARKET) -> None:
    """Raise InvalidBars for the first broken rule; the text has the number of the others."""
    broken = schema_failures(frame, schema)
    if broken:
        more = f" ({counted(len(broken) - 1, 'more broken rule')})" if len(broken) > 1 else ""
        raise InvalidBars(f"These are no {schema} bars: {broken[0]}{more}.")


def schema_failures(frame: pd.DataFrame, schema: Schema = Schema.MARKET) -> list[SchemaFailure]:
    """Return every rule of the schema that the frame breaks; empty if it satisfies all of them.

    If a column is missing, unknown or of another type, only these faults are returned, because the values have no
    meaning then.

    Args:
        frame: `RAW_BAR_COLUMNS` or `BAR_COLUMNS` in that order, any index.
        schema: the promise that the frame makes.
    """
    from pandera.errors import SchemaErrors

    frame = frame.reset_index(drop=True)
    try:
        _schemas()[schema].validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        shape = [_shape_failure(case) for case in cases.itertuples() if _shape_rule(case.check)]
        return shape or _value_failures(cases, frame)
    return []


_SHAPE_RULES = {
    "column_in_dataframe": "is missing",
    "column_in_schema": "is no column of these bars",
    "column_ordered": "is not in its place",
    "dtype": "has the wrong type",
}


def _shape_rule(check: str) -> str | None:
    return _SHAPE_RULES.get(check.partition("(")[0])


def _shape_failure(case: Any) -> SchemaFailure:
    if case.check.startswith("dtype"):
        return SchemaFailure(str(case.column), f"has type {case.failure_case}", 0, f"not {DTYPES[case.column]}")
    return SchemaFailure(str(case.failure_case), str(_shape_rule(case.check)), 0, "")


def _value_failures(cases: pd.DataFrame, frame: pd.DataFrame) -> list[SchemaFailure]:
    failures = []
    for (column, rule), group in cases.groupby(["column", "check"], sort=False, dropna=False):
        if rule in _FRAME_RULES:
            wrong = frame[~_FRAME_RULES[rule](frame)]
            failures.append(SchemaFailure("bars", f"break the rule: {rule}", len(wrong), _example(wrong)))
        else:
            wrong = frame.loc[group["index"].astype(int)]
            text = "has no value" if rule == "not_nullable" else f"breaks the rule: {rule}"
            failures.append(SchemaFailure(str(column), text, len(wrong), _example(wrong)))
    return failures


def _example(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    return f"in {counted(len(rows), 'row')}, the first is {first['contract']} at {first['timestamp']}"


@lru_cache(maxsize=1)
def _schemas() -> dict[Schema, Any]:
    import pandera.pandas as pa

    def column(name: str, *checks: Any, nullable: bool = False) -> Any:
        return pa.Column(DTYPES[name], list(checks), nullable=nullable)

    def frame_check(rule: str) -> Any:
        # One result for the whole frame: pandera would list every cell of every wrong row.
        return pa.Check(lambda frame: bool(_FRAME_RULES[rule](frame).all()), error=rule)

    finite = pa.Check(np.isfinite, error="a finite number")
    minute = pa.Check(lambda s: s == s.dt.floor("min"), error="starts on a whole minute")
    month = pa.Check.str_matches(f"^{CONTRACT_MONTH}$", error="a contract month like 202512")
    raw = {
        "contract": column("contract", month),
        "timestamp": column("timestamp"),
        **{name: column(name, nullable=True) for name in RAW_VALUES},
    }
    market = {
        "contract": column("contract", month),
        "timestamp": column("timestamp", minute),
        **{name: column(name, finite) for name in PRICES},
        "volume": column("volume", pa.Check.ge(UNKNOWN, error="-1 (unknown) or more")),
        "count": column("count", pa.Check.ge(-1, error="-1 (unknown) or more")),
        "trade_date": column("trade_date"),
    }
    checks = [frame_check(rule) for rule in _FRAME_RULES]
    return {
        Schema.RAW: pa.DataFrameSchema(raw, checks=checks[:2], strict=True, ordered=True),
        Schema.MARKET: pa.DataFrameSchema(market, checks=checks, strict=True, ordered=True),
    }


def _unique(frame: pd.DataFrame) -> pd.Series:
    return ~frame.duplicated(["contract", "timestamp"])


def _ascending(frame: pd.DataFrame) -> pd.Series:
    contract, timestamp = frame["contract"], frame["timestamp"]
    same, earlier = contract == contract.shift(), timestamp < timestamp.shift()
    later = (contract > contract.shift()) | (same & ~earlier)
    later.iloc[:1] = True
    return later.astype(bool)


def _in_order(frame: pd.DataFrame) -> pd.Series:
    opened, high, low, close = (frame[name] for name in PRICES)
    return (low <= opened) & (low <= close) & (high >= opened) & (high >= close)


_FRAME_RULES: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "one bar per contract and timestamp": _unique,
    "ascending by contract and timestamp": _ascending,
    "open and close lie between low and high": _in_order,
}
