"""The first month of the graph: that of the settings, or the earliest requested one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import dagster as dg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.settings import Settings
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.partitions.graph_months import OLDEST_MONTH, begin_with, check_months, first_month

DAYS = st.dates(OLDEST_MONTH, date(2026, 11, 28))


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


def forget(instance: dg.DagsterInstance) -> None:
    for key in instance.get_dynamic_partitions("first_month"):
        instance.delete_dynamic_partition("first_month", key)


@given(asked=st.lists(DAYS, max_size=5), setting=DAYS)
@profile(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_graph_begins_with_the_earliest_month_that_was_asked_for_or_set(
    asked: list[date], setting: date, instance: dg.DagsterInstance
) -> None:
    forget(instance)
    chosen = Settings(_env_file=None, first_month=f"{setting:%Y-%m}")  # type: ignore[call-arg]
    for day in asked:
        begin_with(day, instance)
        begin_with(day, instance)
        assert first_month(chosen, instance) <= day
    assert first_month(chosen, instance) == min(day.replace(day=1) for day in [*asked, setting])


def test_what_was_asked_for_remains_when_the_setting_changes(instance: dg.DagsterInstance) -> None:
    forget(instance)
    begin_with(date(2013, 10, 7), instance)
    for setting in ("2012-01", "2013-10", "2024-01"):
        begin = first_month(Settings(_env_file=None, first_month=setting), instance)  # type: ignore[call-arg]
        assert f"{begin}" == min("2013-10-01", f"{setting}-01")


def test_the_partitions_of_every_asset_of_bars_begin_with_it() -> None:
    graph = build_definitions(Settings(), first_month=date(1990, 1, 1)).resolve_asset_graph()
    found = {
        node.key.to_user_string(): node.partitions_def.time_window_partitions_def.get_first_partition_key()
        for node in graph.asset_nodes
        if isinstance(node.partitions_def, dg.MultiPartitionsDefinition)
    }
    assert {"raw_bars", "bars_1min", "bars_1d", "reconciliation"} <= set(found)
    assert set(found.values()) == {"1990-01-01"}


@pytest.mark.parametrize("first", ["1900-01-01", "1989-12-31"])
def test_a_month_before_all_calendars_is_refused(first: str) -> None:
    with pytest.raises(UsageError, match="cannot begin before 1990-01"):
        check_months(date.fromisoformat(first), OLDEST_MONTH)


def test_a_month_that_is_yet_to_come_is_refused() -> None:
    check_months(OLDEST_MONTH, OLDEST_MONTH)
    with pytest.raises(UsageError, match=r"graph ends with .*, the running month"):
        check_months(OLDEST_MONTH, date(2100, 1, 1))
