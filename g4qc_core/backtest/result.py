"""The result of a backtest: its inputs, its numbers, and an id that only the inputs decide."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from g4qc_core.backtest.metrics import session_equity
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.futures.adjustment import Adjustment


@dataclass(frozen=True)
class BacktestResult:
    """The numbers of a backtest, with the inputs that decide them.

    Attributes:
        id: 32 hex digits; the same inputs give the same id, and the same numbers, on any host.
        spec: the backtest as it was requested.
        inputs: everything that decides the numbers, JSON-safe: instrument, data version, roll rule, adjustment, cost
            model, parameters with their defaults, seed, window of data, versions of code and engine; and `made_with`.
        trades: frame of `TRADE_COLUMNS`, one row per trade.
        equity: frame of `EQUITY_COLUMNS`, one row per bar.
        metrics: figures by name, as `metrics.DEFINITIONS` defines them; None if undefined.
        library: the engine's own figures by its own names.
        notes: assumptions and approximations of this result, one sentence each.
    """

    id: str
    spec: BacktestSpec
    inputs: dict[str, Any]
    trades: pd.DataFrame
    equity: pd.DataFrame
    metrics: dict[str, float | int | None]
    library: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def currency(self) -> str:
        """Currency of all money in the result: of the trades, the equity and the figures."""
        return str(self.inputs["costs"]["currency"])

    @property
    def daily_equity(self) -> pd.Series:
        """Equity at the last bar of each session, by trade date."""
        return session_equity(self.equity)

    @property
    def adjusted(self) -> bool:
        """True if the strategy saw prices other than those at which the contracts traded."""
        return self.spec.adjustment is not Adjustment.NONE and len(self.inputs["window"]["contracts"]) > 1

    def to_dict(self, frames: bool = False) -> dict[str, Any]:
        """Return the result JSON-safe; with `frames`, trades and equity as lists of rows, times as ISO text in UTC."""
        exported: dict[str, Any] = {
            "id": self.id,
            "spec": self.spec.to_dict(),
            "inputs": self.inputs,
            "metrics": self.metrics,
            "library": self.library,
            "notes": self.notes,
        }
        if frames:
            exported |= {"trades": _rows(self.trades), "equity": _rows(self.equity)}
        return exported


def result_id(spec: BacktestSpec, inputs: Mapping[str, Any]) -> str:
    """Return 32 hex digits of the SHA-256 of the inputs and the requested window, in canonical JSON.

    The inputs include the defaults of the instrument and the strategy, so that a spec with a default written down has
    the same id as one that leaves it out. The name of the spec affects no number and is left out, and so is
    `made_with`: the declared versions say when numbers change.
    """
    before, after = id_parts(spec, inputs)
    parameters = json.dumps(inputs["parameters"], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}{parameters}{after}".encode()).hexdigest()[:32]


def id_parts(spec: BacktestSpec, inputs: Mapping[str, Any]) -> tuple[str, str]:
    """Return the text that the id is made of, before and after the parameters."""
    asked = {name: value for name, value in spec.to_dict().items() if name in ("from", "to")}
    if spec.trade_from is not None:
        asked["trade_from"] = spec.trade_from.isoformat()
    place = "parameters-stand-here"
    decisive = {name: value for name, value in inputs.items() if name != "made_with"} | {"parameters": place}
    text = json.dumps({"asked": asked, "inputs": decisive}, sort_keys=True, separators=(",", ":"))
    before, _, after = text.partition(f'"{place}"')
    return before, after


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.copy()
    for name in plain.columns:
        if isinstance(plain[name].dtype, pd.DatetimeTZDtype):
            plain[name] = plain[name].dt.tz_convert("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        elif plain[name].dtype.kind == "M":
            plain[name] = plain[name].dt.strftime("%Y-%m-%d")
    rows = plain.to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
