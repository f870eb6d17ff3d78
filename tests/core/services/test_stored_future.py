"""No window of a walk-forward reads its future: stored bars after it are poisoned, and it finds the same."""

from __future__ import annotations

from typing import Any

import pytest

from g4qc_core.futures.rolls.roll_calendar import rule_name
from g4qc_core.instruments.registry import load_registry
from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.roll_rules import parse_rule
from g4qc_core.services.research.walk_forward.walk_forward_plan import plan_walk_forward
from g4qc_core.services.research.walk_forward.walk_forward_run import WalkForwardRun
from g4qc_core.settings import Settings
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from tests.core.bars.builders import ES
from tests.core.services.test_series import keep, stores
from tests.fixtures.database import embedded_alone as database
from tests.fixtures.tampering import tamper

__all__ = ["database", "stores"]

REGISTRY = load_registry()

# What a window finds on its training, and what its test adds.
TRAINED = ("parameters", "objective", "inside", "counts", "sharpes", "overfitting", "fingerprint")
TESTED = (
    "purge",
    "train_ends",
    "test_ends",
    "state",
    "words",
    "result",
    "trades",
    "days",
    "equity",
    "warm_from",
    "cash",
)

# NaN and prices that are no prices; all are off the tick grid, so that reading one of them is an error as well.
POISONS = {"nan": "'NaN'", "absurd": "1e15 + 0.111", "negative": "-123456.789"}

CASES: dict[str, dict[str, Any]] = {
    "additive": {"strategy": "sma_cross"},
    "ratio": {"strategy": "ema_cross", "adjustment": "ratio"},
    "volatility": {"strategy": "sma_cross", "sizing": "volatility(40, window=3)"},
}
PARAMETERS = {"fast": "2:6:2", "slow": "8:20:6"}
# Looks back over more sessions than a position is held, so that the gap is the measured holding time.
LONG = {"fast": [2, 3], "slow": [8, 150]}


@pytest.fixture
def ready(stores: Stores) -> Stores:
    """Stores with bars of three contracts and their rolls."""
    keep(stores, parse_rule(rule_name(ES)))
    return stores


def windows(ready: Stores, settings: Settings, case: str, mode: str, purge: int | None) -> list[dict[str, Any]]:
    """Run the analysis anew, and return what each window found, with its trade dates."""
    backtest = {"instrument": "ES", "timeframe": "1h", "cash": 10_000_000} | CASES[case]
    search = {
        "backtest": backtest,
        "parameters": PARAMETERS if purge is not None else LONG,
        "constraints": [],
        "objective": "total_return",
    }
    asked = {"name": "future", "search": search, "train": 20, "test": 10, "windows": 3, "workers": 1, "confirm": False}
    asked |= {"mode": mode} | ({} if purge is None else {"purge": purge})
    plan = plan_walk_forward(WalkForwardSpec.asked(asked), settings, REGISTRY, ready)
    run = WalkForwardRun(plan, settings, REGISTRY, ready)
    list(run.events())
    found = [one.to_dict() for one in run._windows]
    return [
        one | {"purge": plan.purge, "train_ends": window.train_days[1], "test_ends": window.test_days[1]}
        for one, window in zip(found, plan.windows, strict=False)
    ]


def poison(database: Database, after: object, value: str) -> None:
    """Replace the prices of all later sessions and contracts, as they are stored."""
    later = f"trade_date > '{after}'"
    prices = ", ".join(f"{name} = {value}" for name in ("open", "high", "low", "close"))
    with database.transaction() as connection:
        tamper(connection, f"UPDATE market_data SET {prices} WHERE {later}")
        connection.exec_driver_sql("TRUNCATE studies, study_frames, trials, backtests CASCADE")


def same(one: dict[str, Any], other: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        assert repr(one[name]) == repr(other[name]), name


@pytest.mark.parametrize(
    ("case", "mode", "purge", "value"),
    [
        ("additive", "rolling", None, "nan"),
        ("ratio", "anchored", 0, "absurd"),
        ("volatility", "rolling", 0, "negative"),
    ],
)
def test_no_window_reads_a_stored_bar_of_its_future(
    ready: Stores, settings: Settings, database: Database, case: str, mode: str, purge: int | None, value: str
) -> None:
    clean = windows(ready, settings, case, mode, purge)
    assert len(clean) == 3
    assert all(one["parameters"] for one in clean)
    assert sum(one["trades"] for one in clean) > 0
    # From a later window to the first, so that each poisons what those before it may not read.
    for at in (1, 0):
        poison(database, clean[at]["test_ends"], POISONS[value])
        for own, again in zip(clean[: at + 1], windows(ready, settings, case, mode, purge), strict=False):
            same(own, again, TRAINED)
            same(own, again, TESTED)
        if purge is None:
            # The gap before a test is the end of the test before it: poison in it ends the chain.
            continue
        poison(database, clean[at]["train_ends"], POISONS[value])
        poisoned = windows(ready, settings, case, mode, purge)[at]
        same(clean[at], poisoned, TRAINED)
        # What was poisoned is read where it may be: the test cannot be run on it.
        assert poisoned["state"] == "refused"
