"""The backtest that a Monte Carlo simulation is about: a stored result, or a spec that is run first."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.margin import parse_margin
from g4qc_core.backtest.metrics import session_equity
from g4qc_core.backtest.sizing.sizing_rule import parse_sizing
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.monte_carlo.block_length import LEAST_SESSIONS
from g4qc_core.research.monte_carlo.monte_carlo_spec import MonteCarloSpec
from g4qc_core.sentences import counted
from g4qc_core.services.backtests.known_specs import find_spec, keep_spec, known_names
from g4qc_core.services.backtests.preflight import check_names
from g4qc_core.services.backtests.spec_run import data_version, run_spec
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.stores import Stores

_BEGINNING = re.compile(r"^[0-9a-f]{4,32}$")
Source = BacktestRecord | BacktestSpec


@dataclass(frozen=True, eq=False)
class SimulatedResult:
    """A stored result as a simulation needs it.

    Attributes:
        record: the result.
        spec: its backtest.
        trades: `TRADE_COLUMNS`, by the time of their exit.
        equity: money at the close of each session, by trade date.
        positions: contracts at the close of each bar.
    """

    record: BacktestRecord
    spec: BacktestSpec
    trades: pd.DataFrame
    equity: pd.Series
    positions: np.ndarray

    @property
    def cash(self) -> float:
        """Money before the first session."""
        return float(self.spec.cash)

    @property
    def profits(self) -> np.ndarray:
        """Money of each session."""
        return np.diff(self.equity.to_numpy(np.float64), prepend=self.cash)

    @cached_property
    def margin(self) -> float:
        """Newest margin of one contract: at the price of the last exit, or of the table on its date."""
        last = self.trades.iloc[-1]
        if self.spec.margin is None:
            multiplier = float(self.record.inputs["instrument"]["multiplier"])
            return abs(float(last["exit_price_own"])) * multiplier * float(self.spec.margin_rate)
        day = last["exit_trade_date"].date()
        amounts = parse_margin(self.spec.margin).amounts
        return float(next(amount for start, amount in reversed(amounts) if start is None or start <= day))

    @property
    def smallest(self) -> int:
        """Smallest position, in contracts."""
        sizes = np.abs(self.positions)
        return int(sizes[sizes > 0].min(initial=2**31)) if sizes.any() else int(self.trades["size"].abs().min())

    @property
    def largest(self) -> int:
        """Largest position, in contracts."""
        return max(int(np.abs(self.positions).max(initial=0)), int(self.trades["size"].abs().max()))

    @property
    def grows(self) -> bool:
        """True if the number of contracts depends on the equity."""
        sizing = parse_sizing(self.spec.sizing)
        return not sizing.fixed and sizing.capital == "compounding"


def find_source(spec: MonteCarloSpec, settings: Settings, registry: Registry, stores: Stores) -> Source:
    """Return the stored result that a simulation is about, the newest of a name; a backtest spec if it has none.

    Raises:
        UsageError: no such result and no such backtest, or an id that begins several.
        Gone: the result was deleted.
        SettingsError: the backtests file is malformed.
    """
    if not isinstance(spec.result, str):
        wanted = BacktestSpec.from_dict(spec.result)
        content = wanted.content()
        named = stores.backtests.results(wanted.name)
        return next((one for one in named if BacktestSpec.from_dict(one.spec).content() == content), wanted)
    return _by_id(spec.result, stores) or _by_name(spec.result, settings, registry, stores)


def _by_id(words: str, stores: Stores) -> BacktestRecord | None:
    if not _BEGINNING.match(words):
        return None
    if len(words) == 32 and (record := stores.backtests.find(words)) is not None:
        return record
    found = [one for one in stores.backtests.results() if one.id.startswith(words)]
    if len(found) > 1:
        raise UsageError(f"{len(found)} results have ids that begin with {words}: give more digits.")
    for one in stores.deleted.all() if not found else ():
        if one.id.startswith(words):
            raise stores.deleted.missing(one.id)
    return found[0] if found else None


def _by_name(words: str, settings: Settings, registry: Registry, stores: Stores) -> Source:
    named = stores.backtests.results(words)
    if named:
        return named[0]
    results = stores.backtests.results()
    titled = [one for one in results if one.title == words]
    if titled:
        return titled[0]
    names = known_names(settings, registry, stores.backtests)
    if words in names:
        return find_spec(words, settings, registry, stores.backtests)
    for one in stores.deleted.all():
        if words in (one.title, *one.names):
            raise stores.deleted.missing(one.id)
    raise unknown(
        "result",
        words,
        [*dict.fromkeys(one.shown_name for one in results), *names],
        "A simulation takes the id or the name of a result, or of a backtest: `g4qc backtests list` lists results.",
    )


def source_version(source: Source, registry: Registry, stores: Stores) -> str:
    """Return a fingerprint of what a simulation would read now: the id of the result.

    Raises:
        G4qcError: a backtest without a result cannot be run on the stored bars.
    """
    if isinstance(source, BacktestRecord):
        return source.id
    content = json.dumps([source.content(), data_version(source, registry, stores)], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def spec_of_source(source: Source) -> BacktestSpec:
    """Return the backtest of a source."""
    return source if isinstance(source, BacktestSpec) else BacktestSpec.from_dict(source.spec)


def simulated_result(
    source: Source, settings: Settings, registry: Registry, stores: Stores, run_id: str | None
) -> SimulatedResult:
    """Return the result of a source; a backtest is run first.

    Raises:
        UsageError: it made no trade, or has too few sessions.
        G4qcError: the backtest cannot be run.
    """
    if isinstance(source, BacktestSpec):
        check_names(source, registry, stores)
        keep_spec(source, "Monte Carlo", settings, registry, stores.backtests)
        backtest_id = run_spec(source, registry, stores, run_id).id
    else:
        backtest_id = source.id
    record, trades, equity = stores.backtests.load(backtest_id)
    found = SimulatedResult(
        record=record,
        spec=BacktestSpec.from_dict(record.spec),
        trades=trades.sort_values("exit_time", kind="stable", ignore_index=True),
        equity=session_equity(equity),
        positions=equity["position"].to_numpy(np.int64),
    )
    _refuse_little(found)
    return found


def _refuse_little(found: SimulatedResult) -> None:
    name = found.record.spec_name
    if not len(found.trades):
        raise UsageError(f"The backtest {name} made no trade, so that there is nothing to simulate.")
    if len(found.equity) < LEAST_SESSIONS:
        raise UsageError(
            f"The backtest {name} has {counted(len(found.equity), 'session')}, and a simulation draws from at least "
            f"{LEAST_SESSIONS}: widen its window, or extract more sessions."
        )


def inputs_shown(found: SimulatedResult) -> dict[str, Any]:
    """Return what the card of a simulation says of its result, JSON-safe."""
    days = found.equity.index
    return {
        "id": found.record.id,
        "name": found.record.shown_name,
        "strategy": found.spec.strategy,
        "instrument": found.spec.instrument,
        "timeframe": found.spec.timeframe,
        "sizing": found.spec.sizing,
        "cash": found.cash,
        "first": f"{days[0]:%Y-%m-%d}",
        "last": f"{days[-1]:%Y-%m-%d}",
        "sessions": len(found.equity),
        "trades": len(found.trades),
        "data_version": str(found.record.inputs["data_version"]),
    }
