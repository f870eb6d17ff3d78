"""From a spec and bars to a result: the one function that assets, the command line and tests call.

Knows all of this package but the report. Must not know where bars come from or where results go.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest import metrics, own_strategies
from g4qc_core.backtest.account import margin
from g4qc_core.backtest.account.account import Account, check_against, check_margin, settle
from g4qc_core.backtest.account.costs import CostModel
from g4qc_core.backtest.account.holding import Behind, held_over
from g4qc_core.backtest.account.priced_bars import PricedBars, make_market, window
from g4qc_core.backtest.account.rolling import closed_at_rolls
from g4qc_core.backtest.own_code import blamed
from g4qc_core.backtest.result import BacktestResult, result_id
from g4qc_core.backtest.span import span_of
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.strategies import Strategy, make_strategy
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.code_versions import code_version
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.instruments.price_text import price_text
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted


@dataclass(frozen=True)
class _Prepared:
    """A strategy ready to run: exactly one of `strategy` and `kind` is set."""

    parameters: dict[str, Any]
    source: str
    strategy: Strategy | None = None
    kind: type | None = None

    @property
    def bars_needed(self) -> int:
        return max(2, self.strategy.bars_needed + 1 if self.strategy else 2)


def run_backtest(
    spec: BacktestSpec,
    bars: pd.DataFrame,
    instrument: Instrument,
    *,
    data_version: str,
    roll_rule: str,
    exits: pd.Series | None = None,
    behind: Behind | None = None,
) -> BacktestResult:
    """Runs a spec on a continuous series.

    Args:
        spec: what to run.
        bars: columns of `market.COLUMNS`: timestamp (datetime64[us, UTC], bar start, ascending), open, high,
            low, close (points, adjusted), volume, contract, trade_date (datetime64[s]), factor and adjustment
            (prices are the contract's own x factor + adjustment, in points). Bars outside the spec's window are
            left out.
        instrument: that of the bars.
        data_version: fingerprint of the bars' origin, kept with the result.
        roll_rule: how the contracts were joined, in words, kept with the result.
        exits: own price (points) of the contract that the series leaves, by the timestamp of the first bar of the
            next one; where there is none, a position leaves at the old contract's last close, and a note says so.
        behind: what is kept of the contracts that the series leaves; a spec that holds them needs it.

    Raises:
        UsageError: the strategy or a parameter does not exist.
        BacktestRefused: no bars, fewer than the strategy needs, no margin for an order, ruin, or prices off
        the grid.
    """
    if instrument.symbol != spec.instrument:
        raise UsageError(f"The spec {spec.name} is for {spec.instrument}, not for {instrument.symbol}.")
    prepared = _prepare(spec)
    market = make_market(window(bars, spec.first, spec.last), instrument, exits)
    if len(market) < prepared.bars_needed:
        raise BacktestRefused(
            f"The backtest {spec.name} has {counted(len(market), 'bar')} and its strategy needs "
            f"{prepared.bars_needed}: extract more sessions, widen the window, or choose shorter parameters."
        )
    costs = CostModel.of(instrument, spec.slippage_ticks, spec.fee)
    market, ran, closing = _run(spec, market, prepared, costs, behind)
    account = settle(market, ran.fills, costs, spec.cash, closing)
    if prepared.strategy is not None:
        check_margin(market, account, spec.margin, spec.margin_rate)
    check_against(account, ran.equity)
    inputs = _inputs(spec, market, prepared, costs, data_version, roll_rule)
    span = span_of(market.frame["trade_date"].dt.date, calendar(instrument.calendar))
    return BacktestResult(
        id=result_id(spec, inputs),
        spec=spec,
        inputs=inputs,
        trades=account.trades,
        equity=account.equity,
        metrics=metrics.compute(account.equity, account.trades, float(spec.cash), span),
        library=ran.stats if span.annualisable else metrics.without_annual(ran.stats),
        notes=span.caution() + _notes(spec, market, account, prepared) + ran.notes,
    )


def _prepare(spec: BacktestSpec) -> _Prepared:
    if own_strategies.is_external(spec.strategy):
        found = own_strategies.load_class(spec.strategy)
        strategy = own_strategies.own_strategy(found, spec.parameters)
        if strategy is None:
            assert isinstance(found, type)
            spec.refuse_for_class()
            return _Prepared(
                own_strategies.check_parameters(found, spec.parameters), own_strategies.source_of(found), kind=found
            )
    else:
        strategy = make_strategy(spec.strategy, spec.parameters)
    return _Prepared(strategy.model_dump(mode="json"), own_strategies.source_of(type(strategy)), strategy=strategy)


def _run(
    spec: BacktestSpec, market: PricedBars, prepared: _Prepared, costs: CostModel, behind: Behind | None
) -> tuple[PricedBars, Any, list[int]]:
    """What was traded, the library's run, and the rolls at which positions were closed as the contract changed."""
    # Late, because the library imports Bokeh, and `g4qc --help` needs neither.
    from g4qc_core.backtest.engines import backtesting_py

    if prepared.kind is not None:
        rate, closes = spec.margin_rate, spec.on_roll == "close"
        given = {name: prepared.parameters[name] for name in spec.parameters}
        ran = backtesting_py.run_class(market, prepared.kind, given, costs, spec.cash, rate, spec.seed, closes)
        return market, ran, market.rolls.tolist() if closes else []
    targets = _targets(spec, prepared, market)
    closing: list[int] = []
    if spec.on_roll == "close":
        targets, closing = closed_at_rolls(targets, market.rolls)
    elif spec.on_roll == "hold" and len(market.rolls):
        if behind is None:
            raise UsageError(f"The backtest {spec.name} holds old contracts: give it their bars behind the rolls.")
        market = held_over(market, targets, behind)
    return market, backtesting_py.run_targets(market, targets, costs, spec.cash), closing


def _targets(spec: BacktestSpec, prepared: _Prepared, market: PricedBars) -> np.ndarray:
    strategy = prepared.strategy
    assert strategy is not None
    if own_strategies.is_external(spec.strategy):
        # A copy: code of a user's own must not change the bars of the result.
        with blamed(type(strategy)):
            targets = np.asarray(strategy.targets(market.frame.copy()))
    else:
        targets = np.asarray(strategy.targets(market.frame))
    if targets.shape != (len(market),) or targets.dtype.kind != "i":
        raise UsageError(
            f"The strategy {spec.strategy} gave {targets.dtype} targets of shape {targets.shape} for "
            f"{counted(len(market), 'bar')}: it must give one whole number a bar."
        )
    return targets


def _inputs(
    spec: BacktestSpec,
    market: PricedBars,
    prepared: _Prepared,
    costs: CostModel,
    data_version: str,
    roll_rule: str,
) -> dict[str, Any]:
    days = market.frame["trade_date"]
    instrument = market.instrument
    return {
        "instrument": {
            "symbol": instrument.symbol,
            "multiplier": format(instrument.point_value.normalize(), "f"),
            "min_tick": format(instrument.price_step.normalize(), "f"),
        },
        "timeframe": spec.timeframe,
        "data_version": data_version,
        "bars_fingerprint": _fingerprint(market),
        "roll_rule": roll_rule,
        "adjustment": spec.adjustment,
        "on_roll": spec.on_roll,
        "window": {
            "first_bar": market.frame["timestamp"].iloc[0].isoformat(),
            "last_bar": market.frame["timestamp"].iloc[-1].isoformat(),
            "first_trade_date": days.iloc[0].date().isoformat(),
            "last_trade_date": days.iloc[-1].date().isoformat(),
            "bars": len(market),
            "contracts": list(dict.fromkeys(market.frame["contract"])),
        },
        "costs": costs.to_dict(),
        "margin": _margin_words(spec, instrument),
        "cash": spec.to_dict()["cash"],
        "strategy": spec.strategy,
        "parameters": prepared.parameters,
        "seed": spec.seed,
        "code": {"g4qc": _package_version(), "backtest": code_version(), "strategy": _strategy_version(spec, prepared)},
        "engine": f"backtesting {metadata.version('backtesting')}",
    }


def _notes(spec: BacktestSpec, market: PricedBars, account: Account, prepared: _Prepared) -> list[str]:
    notes = [
        "Orders are decided on the close of a bar and filled at the open of the next one, whole and at that price."
    ]
    notes += _roll_notes(spec, market)
    if market.lift:
        lift = price_text(market.instrument, float(market.points(market.lift)))
        notes.append(
            f"Linked prices fall to zero or below, so the library saw all of them higher by {lift} points; "
            "profits are the same, but the library's percentages of prices are not to be relied on."
        )
    if (account.trades["exit_reason"] == "end").any():
        notes.append("What was open at the end was closed at the close of the last bar, marked 'end' among the trades.")
    notes.append(f"Margin: {_margin_words(spec, market.instrument)}; there are no margin calls between orders.")
    if prepared.kind is not None:
        notes.append(
            "The strategy is a class of backtesting.py: its prices are contract money, linked over rolls; a relative "
            "size is the number of contracts that the margin of the contract's own price allows."
        )
    if prepared.kind is not None and market.link.any():
        notes.append(
            "Before a roll a linked price differs from the contract's own, and so does a share of it, like a stop at "
            "0.98 of the price: it is another share of the price that was traded."
        )
    return notes


def _roll_notes(spec: BacktestSpec, market: PricedBars) -> list[str]:
    notes = [*_held_notes(spec, market)]
    if len(market.rolls):
        then = "opened again in the new one at its own open, both sides paid"
        if spec.on_roll == "close":
            then = "not opened again until the strategy wants another one"
        changes = "once" if len(market.rolls) == 1 else counted(len(market.rolls), "time")
        notes.append(
            f"The contract changes {changes}; a position is closed in the old contract at its own price at that "
            f"instant, and {then}. Profits, costs and margin are of the contracts' own prices, signals of the adjusted "
            "series."
        )
    if len(market.stale):
        days = [f"{day:%Y-%m-%d}" for day in market.frame["trade_date"].iloc[market.stale]]
        notes.append(
            f"At {len(days)} of the changes the old contract has no bar at that instant, so that it is left at its "
            f"last close: {', '.join(days)}."
        )
    if spec.adjustment == "none" and market.frame["contract"].nunique() > 1:
        notes.append("Prices are not adjusted: the strategy saw the gap at each roll as a move of the price.")
    return notes


def _held_notes(spec: BacktestSpec, market: PricedBars) -> list[str]:
    behind = int((market.contracts != market.frame["contract"].to_numpy()).sum())
    if spec.on_roll != "hold" or not behind:
        return []
    return [
        f"In {counted(behind, 'bar')} behind rolls a position was held in the old contract, while the strategy saw the "
        "new one: it stays there until the strategy wants another position, at the latest until the open of the "
        "contract's last session or of the tenth from the roll on."
    ]


def _margin_words(spec: BacktestSpec, instrument: Instrument) -> str:
    if spec.margin is not None:
        return f"{spec.to_dict()['margin']} {instrument.currency} per contract at each order"
    return f"{spec.to_dict()['margin_rate']} of {margin.IN_WORDS}, at each order"


def _fingerprint(market: PricedBars) -> str:
    """SHA-256 of what was traded, in whole ticks, and of what makes it what the strategy saw."""
    digest = hashlib.sha256()
    stamps = market.frame["timestamp"].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    days = market.frame["trade_date"].to_numpy().astype("datetime64[D]")
    columns = [stamps, days, market.open, market.high, market.low, market.close, market.link]
    for column in [*columns, market.frame["volume"].to_numpy(np.int64)]:
        digest.update(column.astype("<i8").tobytes())
    for name in ("factor", "adjustment"):
        digest.update(market.frame[name].to_numpy().astype("<f8").tobytes())
    digest.update("\n".join(map(str, market.contracts)).encode())
    return digest.hexdigest()[:32]


def _strategy_version(spec: BacktestSpec, prepared: _Prepared) -> str:
    """Return the declared version of a strategy of G4QC; for the user's own a hash of its file."""
    own = own_strategies.is_external(spec.strategy)
    return _hash(prepared.source) if own else code_version("strategies")


def _hash(source: str) -> str:
    return hashlib.sha256(source.replace("\r\n", "\n").encode()).hexdigest()[:16]


def _package_version() -> str:
    try:
        return metadata.version("g4qc")
    except metadata.PackageNotFoundError:
        return "unknown"
