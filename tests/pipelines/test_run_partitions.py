"""The partitions of a run are those that Dagster means by its tags, over one instrument or several."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test
from hypothesis import given
from hypothesis import strategies as st

from g4qc_pipelines.instance.dynamic_keys import InstanceKeys
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS, INSTRUMENTS, instrument_months
from g4qc_pipelines.run_partitions import RunPartitions
from g4qc_pipelines.run_tags import range_tags

SYMBOLS = ["NQ", "ES", "ZN", "CL"]
SPECS = ["b", "a", "c"]
MONTHS = ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]
KEYS = instrument_months(date(2025, 9, 1))
LATER = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        made.add_dynamic_partitions(str(INSTRUMENTS.name), SYMBOLS)
        made.add_dynamic_partitions(str(BACKTESTS.name), SPECS)
        yield made


@pytest.fixture(scope="module")
def partitions(instance: dg.DagsterInstance) -> RunPartitions:
    return RunPartitions(InstanceKeys(instance).known)


@given(
    symbols=st.lists(st.sampled_from(SYMBOLS), min_size=2, max_size=2).map(lambda two: sorted(two, key=SYMBOLS.index)),
    months=st.lists(st.sampled_from(MONTHS), min_size=2, max_size=2).map(sorted),
)
def test_a_range_of_months_has_each_month_of_each_instrument_between_its_ends(
    instance: dg.DagsterInstance, partitions: RunPartitions, symbols: list[str], months: list[str]
) -> None:
    first, last = (f"{symbol}|{month}" for symbol, month in zip(symbols, months, strict=True))
    with dg.partition_loading_context(LATER, instance):
        meant = KEYS.get_partition_keys_in_range(dg.PartitionKeyRange(first, last))
    assert partitions.of(range_tags(first, last)) == list(meant)
    assert partitions.names_of(range_tags(first, last)) == {key.partition("|")[0] for key in meant}


@given(
    chosen=st.sets(st.tuples(st.sampled_from(SYMBOLS), st.sampled_from(MONTHS)).map("|".join), min_size=1, max_size=16)
)
def test_the_runs_of_a_backfill_work_on_what_was_chosen(
    instance: dg.DagsterInstance, partitions: RunPartitions, chosen: set[str]
) -> None:
    with dg.partition_loading_context(LATER, instance):
        ranges = KEYS.subset_with_partition_keys(chosen).get_partition_key_ranges(KEYS)
    found = [key for one in ranges for key in partitions.of(range_tags(one.start, one.end))]
    assert sorted(found) == sorted(chosen)


@pytest.mark.parametrize(("definition", "keys"), [(INSTRUMENTS, SYMBOLS), (BACKTESTS, SPECS)])
def test_a_range_without_months_has_the_keys_between_its_ends(
    instance: dg.DagsterInstance, partitions: RunPartitions, definition: dg.DynamicPartitionsDefinition, keys: list[str]
) -> None:
    with dg.partition_loading_context(dynamic_partitions_store=instance):
        meant = definition.get_partition_keys_in_range(dg.PartitionKeyRange(keys[1], keys[-1]))
    assert partitions.of(range_tags(keys[1], keys[-1])) == list(meant) == keys[1:]


def test_one_key_no_key_and_keys_that_left_the_graph(partitions: RunPartitions) -> None:
    assert partitions.of({"dagster/partition": "ES|2026-01-01"}) == ["ES|2026-01-01"]
    assert partitions.of(range_tags("ES", "ES")) == ["ES"]
    assert partitions.of({}) == []
    assert partitions.of(range_tags("GONE", "ES")) == ["GONE", "ES"]
    gone = ["GONE|2025-12-01", "GONE|2026-01-01"]
    assert partitions.of(range_tags(*gone)) == gone


def test_a_key_in_the_middle_of_a_range_is_at_work(instance: dg.DagsterInstance) -> None:
    run = create_run_for_test(instance, "map_coverage", tags=range_tags("NQ", "ZN"), status=dg.DagsterRunStatus.STARTED)
    assert InstanceKeys(instance).at_work() == {"NQ", "ES", "ZN"}
    instance.delete_run(run.run_id)
