"""Frames that both clients return, made from the same documents: over the network, and straight from the database."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa


class MissingSessions(UserWarning):
    """Requested sessions have no bars; the message names them."""


class ResultsCompared(NamedTuple):
    """Two results compared by the sessions that both have.

    Attributes:
        verdict: one or two sentences: whether these sessions can tell the two apart.
        figures: mean (return a session), sharpe (per session) and total (return), by name: first, second, difference,
            low and high of its interval; NaN where undefined.
        errors: standard error of each Sharpe ratio, per session; None where undefined.
        sessions: number of sessions that both have.
        differing: fields of specs and inputs in which they differ, by name: first, second.
    """

    verdict: str
    figures: pd.DataFrame
    errors: tuple[float | None, float | None]
    sessions: int
    differing: pd.DataFrame


def bars_frame(table: pa.Table, missing: str | None, stacklevel: int) -> pd.DataFrame:
    """Return bars as a frame, and warn if requested sessions are missing.

    Args:
        table: the bars.
        missing: a sentence that names missing sessions; None: none is missing.
        stacklevel: of the warning, from the caller's view.
    """
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    frame["trade_date"] = frame["trade_date"].astype("datetime64[s]")
    if missing:
        warnings.warn(missing, MissingSessions, stacklevel=stacklevel + 1)
    return frame


def results_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return results, one row each: the fields of each, then its metrics."""
    flat = [{name: row[name] for name in row if name != "metrics"} | dict(row["metrics"]) for row in rows]
    return with_instants(pd.DataFrame(flat), ("created_at",))


def with_instants(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return a frame of the API whose columns of these names, where it has them, are instants, UTC."""
    for name in set(names) & set(frame.columns):
        frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    return frame


def metrics_frame(metrics: Mapping[str, Any], definitions: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the figures of a result by name: value (NaN where undefined), unit, group, formula."""
    known = [one for one in definitions if one["key"] in metrics]
    return pd.DataFrame(
        {
            "value": [metrics[one["key"]] for one in known],
            "unit": [one["unit"] for one in known],
            "group": [one["group"] for one in known],
            "formula": [f"{one['formula']} {one['least']}".strip() for one in known],
        },
        index=pd.Index([one["key"] for one in known], name="figure"),
    ).astype({"value": "float64"})


def compared_of(differing: Mapping[str, Sequence[Any]], returns: Mapping[str, Any]) -> ResultsCompared:
    """Return a comparison from the fields of the API's document."""
    columns = ("first", "second", "difference", "low", "high")
    figures = pd.DataFrame(
        [returns[name] for name in ("mean", "sharpe", "total")], columns=list(columns), dtype="float64"
    )
    figures.index = pd.Index(["mean", "sharpe", "total"], name="figure")
    sides = pd.DataFrame(
        [[plain(value) for value in values] for values in differing.values()],
        index=pd.Index(list(differing), name="field", dtype="str"),
        columns=["first", "second"],
        dtype="str",
    )
    errors = (returns["first_error"], returns["second_error"])
    return ResultsCompared(returns["verdict"], figures, errors, int(returns["sessions"]), sides)


def plain(value: Any) -> str:
    """Return a value of a spec or an input as text."""
    return "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def lines_frame(document: Mapping[str, Any]) -> pd.DataFrame:
    """Return the lines of a strategy by bar: timestamp (datetime64[us, UTC]), and a column of float64 for each line."""
    stamps = pd.to_datetime(pd.Series(document["timestamps"], dtype="int64"), unit="s", utc=True).dt.as_unit("us")
    columns = {
        line["name"]: line["level"] if line["level"] is not None else pd.array(line["values"], "float64")
        for line in document["lines"]
    }
    return pd.DataFrame({"timestamp": stamps, **columns})
