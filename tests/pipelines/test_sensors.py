"""The sensor of the registry: a partition for each new instrument and spec, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.research.portfolio.portfolios_file import load_portfolios
from g4qc_core.research.search.searches_file import load_searches
from g4qc_core.research.walk_forward.walk_forwards_file import load_walk_forwards
from g4qc_core.settings import Settings
from g4qc_pipelines.definitions import build_definitions

GOLD = """[GC]
name = "Gold"
ib_symbol = "GC"
trading_class = "GC"
exchange = "COMEX"
multiplier = "100"
min_tick = "0.1"
months = "GJMQVZ"
calendar = "equity_index"
roll_days_before_expiry = 5
fee = "2.5"
"""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def tick(settings: Settings, instance: dg.DagsterInstance) -> dict[str, list[str]] | str:
    """Keys that one tick adds, by kind, or why it adds none; what it adds is added."""
    sensor = build_definitions(settings).resolve_sensor_def("registry")
    data = sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
    assert data.run_requests == []
    for request in data.dynamic_partitions_requests or []:
        instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
    added = {r.partitions_def_name: list(r.partition_keys) for r in data.dynamic_partitions_requests or []}
    return added or str(data.skip_message)


def test_every_chosen_instrument_and_spec_gets_a_partition_once(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    assert tick(settings, instance) == {
        "instrument": ["ES", "NQ", "EC"],
        "backtest": list(load_specs()),
        "search": list(load_searches()),
        "walk_forward": list(load_walk_forwards()),
        "portfolio": list(load_portfolios()),
    }
    assert "has its partition" in str(tick(settings, instance))


def test_only_what_is_new_is_added(settings: Settings, instance: dg.DagsterInstance, tmp_path: Path) -> None:
    tick(settings, instance)
    (tmp_path / "mine.toml").write_text(GOLD)
    with_gold = settings.model_copy(update={"instruments": tmp_path / "mine.toml"})
    assert tick(with_gold, instance) == {"instrument": ["GC"]}
    assert "has its partition" in str(tick(with_gold, instance))


def test_an_instrument_that_the_setting_names_is_added(settings: Settings, instance: dg.DagsterInstance) -> None:
    tick(settings, instance)
    chosen = settings.model_copy(update={"symbols": "ES, ZN,CL"})
    assert tick(chosen, instance) == {"instrument": ["ZN", "CL"]}
    wrong = settings.model_copy(update={"symbols": "ES,ZNN"})
    assert "G4QC_SYMBOLS is wrong: Unknown instrument 'ZNN': did you mean 'ZN'?" in str(tick(wrong, instance))


def test_a_malformed_file_is_told_and_does_not_end_the_sensor(
    settings: Settings, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    tick(settings, instance)
    mine = tmp_path / "mine.toml"
    mine.write_text("[cross]\nstrategy = 'sma_cros'\ninstrument = 'ES'\ntimeframe = '1h'\ncash = 1\n")
    broken = settings.model_copy(update={"backtests": mine})
    assert "did you mean 'sma_cross'?" in str(tick(broken, instance))
    mine.write_text(mine.read_text().replace("sma_cros'", "sma_cross'"))
    assert tick(broken, instance) == {"backtest": ["cross"]}
