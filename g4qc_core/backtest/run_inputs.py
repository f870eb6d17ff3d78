"""The inputs of a run: everything that decides its numbers, as a result names it and its id is made of it."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Any

import numpy as np

from g4qc_core.backtest.account import margin
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.made_with import installed, made_with
from g4qc_core.backtest.prepared_strategy import PreparedStrategy, TargetStrategy
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.code_versions import code_version
from g4qc_core.instruments.registry import Instrument


def inputs_of_run(
    spec: BacktestSpec,
    traded: PricedBars,
    strategy: PreparedStrategy,
    costs: CostModel,
    data_version: str,
    roll_rule: str,
    engine_version: str,
) -> dict[str, Any]:
    """Return the inputs, JSON-safe.

    Args:
        spec: the backtest.
        traded: the bars that were traded.
        strategy: with its parameters.
        costs: costs of each side.
        data_version: fingerprint of the stored data.
        roll_rule: how the contracts were joined.
        engine_version: name and version of the engine.
    """
    days = traded.frame["trade_date"]
    instrument = traded.instrument
    further = strategy.further if isinstance(strategy, TargetStrategy) else None
    return ({} if further is None else {"further_inputs": further.to_dict()}) | {
        "instrument": {
            "symbol": instrument.symbol,
            "multiplier": format(instrument.point_value.normalize(), "f"),
            "min_tick": format(instrument.price_step.normalize(), "f"),
        },
        "timeframe": spec.timeframe,
        "data_version": data_version,
        "bars_fingerprint": _fingerprint(traded),
        "roll_rule": roll_rule,
        "adjustment": spec.adjustment,
        "on_roll": spec.on_roll,
        "window": {
            "first_bar": traded.frame["timestamp"].iloc[0].isoformat(),
            "last_bar": traded.frame["timestamp"].iloc[-1].isoformat(),
            "first_trade_date": days.iloc[0].date().isoformat(),
            "last_trade_date": days.iloc[-1].date().isoformat(),
            "bars": len(traded),
            "contracts": traded.frame["contract"].unique().tolist(),
        },
        "costs": costs.to_dict(),
        "margin": margin_in_words(spec, instrument),
        "sizing": spec.sizing,
        "cash": spec.to_dict()["cash"],
        "strategy": spec.strategy,
        "parameters": dict(strategy.parameters),
        "seed": spec.seed,
        "code": {"g4qc": installed("g4qc"), "backtest": code_version(), "strategy": strategy.version},
        "engine": engine_version,
        "made_with": made_with(),
    }


def margin_in_words(spec: BacktestSpec, instrument: Instrument) -> str:
    """Return the margin of an order in words, for the inputs and the notes."""
    if spec.margin is not None:
        return f"{spec.margin} {instrument.currency} per contract at each order"
    return f"{spec.to_dict()['margin_rate']} of {margin.IN_WORDS}, at each order"


def _fingerprint(traded: PricedBars) -> str:
    """Return a SHA-256 of the traded prices in ticks, and of the adjustments that lead from them to the series."""
    digest = hashlib.sha256()
    stamps = traded.frame["timestamp"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    days = traded.frame["trade_date"].to_numpy().astype("datetime64[D]")
    columns = [stamps, days, traded.open, traded.high, traded.low, traded.close, traded.link]
    for column in [*columns, traded.frame["volume"].to_numpy(np.int64)]:
        digest.update(column.astype("<i8").tobytes())
    for name in ("factor", "adjustment"):
        digest.update(traded.frame[name].to_numpy().astype("<f8").tobytes())
    # All names, one a line; contracts follow each other in runs.
    months = traded.contracts
    edges = [0, *(np.flatnonzero(months[1:] != months[:-1]) + 1).tolist(), len(months)]
    lines = "".join(f"{months[first]}\n" * (end - first) for first, end in pairwise(edges))
    digest.update(lines.removesuffix("\n").encode())
    return digest.hexdigest()[:32]
