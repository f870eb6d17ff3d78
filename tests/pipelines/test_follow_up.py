"""The runs that follow a daily update: launched once each, by the earlier runs and over their results."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.source_bars import SourceSpan
from g4qc_pipelines.commands.automation import half_on
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS
from g4qc_pipelines.run_tags import AFTER, THEN, TRADE_DATE, range_tags, run_tags
from g4qc_pipelines.sensors.followers import OWN_NEXT
from tests.fixtures.nights import Nights
from tests.fixtures.ticking import Clock

pytestmark = pytest.mark.slow

CHICAGO = ZoneInfo("America/Chicago")


def at(day: str, hour: int = 16, minute: int = 5) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, minute=minute, tzinfo=CHICAGO)


@pytest.fixture(scope="module")
def timed() -> Iterator[dg.DagsterInstance]:
    """The instance of the schedule, which reaches it by reference only; runs are stored in memory, which is quick."""
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions(str(INSTRUMENTS.name), ["ES", "NQ"])
        yield instance


@pytest.fixture
def nights(settings: Settings, timed: dg.DagsterInstance) -> Iterator[Nights]:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(INSTRUMENTS.name), ["ES", "NQ"])
        yield Nights(settings, instance, timed, Clock(at("2026-10-14").astimezone(UTC)))


def night(symbol: str, month: str = "2026-10-01") -> list[str]:
    """Return the runs that follow the chain of one instrument."""
    key = f"{symbol}|{month}"
    return [f"update_bars {key}", f"update_rolls {symbol}", f"map_coverage {symbol}", f"reconcile {key}"]


def test_a_night_goes_from_the_chain_to_the_bars_and_from_them_to_all_that_is_made_of_them(nights: Nights) -> None:
    assert nights.execute(nights.close(at("2026-10-14"))) == ["update_contracts ES", "update_contracts NQ"]
    assert sorted(nights.settle()) == sorted(night("ES") + night("NQ"))
    assert {request.tags[TRADE_DATE] for request in nights.launched} == {"2026-10-14"}
    assert nights.look() == []
    assert nights.execute(nights.close(at("2026-10-15"))) == ["update_contracts ES", "update_contracts NQ"]
    assert sorted(nights.settle()) == sorted(night("ES") + night("NQ"))


def test_a_holiday_leads_to_nothing(nights: Nights) -> None:
    assert nights.close(at("2026-12-25")) == []
    assert nights.look() == []


def test_a_night_that_ends_after_midnight_and_after_the_month_makes_late_rolls_of_its_own_bars(nights: Nights) -> None:
    nights.execute(nights.close(at("2026-10-30"))[:1])
    (bars,) = nights.look()
    assert (bars.partition_key, bars.tags[TRADE_DATE]) == ("ES|2026-10-01", "2026-10-30")
    nights.clock.now = at("2026-11-01", 2).astimezone(UTC)
    # While the run of bars is under way, nothing is made of the bars of the day before.
    working = create_run_for_test(
        nights.instance, job_name="update_bars", status=dg.DagsterRunStatus.STARTED, tags={**bars.tags}
    )
    assert nights.look() == []
    nights.instance.delete_run(working.run_id)
    nights.run("update_bars", "ES|2026-10-01", bars.tags)
    followed = nights.look()
    assert [f"{one.job_name} {one.partition_key}" for one in followed] == night("ES")[1:]
    assert {one.tags[TRADE_DATE] for one in followed} == {"2026-10-30"}
    (run,) = nights.instance.get_runs(dg.RunsFilter(job_name="update_bars"))
    assert {one.tags[AFTER] for one in followed} == {run.run_id}


def test_the_first_days_of_a_month_ask_for_the_month_before_too_and_make_rolls_once(nights: Nights) -> None:
    nights.execute(nights.close(at("2026-11-02"))[:1])
    done = nights.settle()
    assert sorted(done[:2]) == ["update_bars ES|2026-10-01", "update_bars ES|2026-11-01"]
    assert sorted(done[2:]) == sorted(
        ["update_rolls ES", "map_coverage ES", "reconcile ES|2026-10-01", "reconcile ES|2026-11-01"]
    )


def test_the_month_before_the_first_one_is_not_asked_for(
    settings: Settings, nights: Nights, timed: dg.DagsterInstance
) -> None:
    first = settings.model_copy(update={"first_month": "2026-11"})
    begun = Nights(first, nights.instance, timed, nights.clock)
    begun.execute(begun.close(at("2026-11-02"))[:1])
    assert [one.partition_key for one in begun.look()] == ["ES|2026-11-01"]


def test_bars_that_failed_leave_the_rolls_and_show_the_hole_and_stop_no_other_instrument(nights: Nights) -> None:
    nights.execute(nights.close(at("2026-10-13")))
    nights.settle()
    nights.broken = {"ES": {"raw_bars"}}
    nights.execute(nights.close(at("2026-10-14")))
    done = nights.settle()
    assert [text for text in done if "ES" in text] == ["update_bars ES|2026-10-01", "map_coverage ES"]
    assert [text for text in done if "NQ" in text] == night("NQ")

    # A repair brings the bars in the night: what follows them is late, and there.
    nights.broken = {}
    nights.run("update_bars", "ES|2026-10-01", run_tags("sensor", "repair", "ES|2026-10-01"))
    assert sorted(nights.settle()) == sorted(night("ES")[1:])


def test_a_chain_that_failed_does_not_keep_the_bars_back_and_one_that_was_stopped_does(nights: Nights) -> None:
    nights.broken = {"ES": {"contracts"}}
    (es, nq) = nights.close(at("2026-10-14"))
    nights.execute([es])
    stopped = create_run_for_test(
        nights.instance,
        job_name="update_contracts",
        status=dg.DagsterRunStatus.CANCELED,
        tags={**nq.tags, "dagster/partition": "NQ"},
    )
    assert sorted(nights.settle()) == sorted(night("ES"))
    nights.run("update_contracts", "NQ", stopped.tags)  # run again by hand: its tags are kept
    assert sorted(nights.settle()) == sorted(night("NQ"))


def test_derived_timeframes_that_are_refused_leave_rolls_coverage_and_the_rest(nights: Nights) -> None:
    nights.broken = {"ES": {"bars_4h"}}
    nights.execute(nights.close(at("2026-10-14"))[:1])
    assert sorted(nights.settle()) == sorted(night("ES"))


def test_a_restart_between_any_two_steps_neither_doubles_nor_loses_one(nights: Nights) -> None:
    nights.execute(nights.close(at("2026-10-14"))[:1])
    done: list[str] = []
    while True:
        before = nights.cursor
        requests = nights.look()
        # The process ends before the cursor is kept: the next look asks for the same, under the same keys.
        nights.cursor = before
        assert nights.look() == []
        if not requests:
            break
        done += nights.execute(requests)
        nights.cursor = None  # an instance that forgot the cursor asks for nothing that is there
    assert sorted(done) == sorted(night("ES"))


def test_missed_nights_are_caught_up_by_one_run_of_bars_of_the_newest(nights: Nights) -> None:
    requests = [one for day in ("12", "13", "14") for one in nights.close(at(f"2026-10-{day}")) if "ES" in one.run_key]
    nights.execute(requests[:2])
    last = requests[2]
    working = create_run_for_test(
        nights.instance,
        job_name="update_contracts",
        status=dg.DagsterRunStatus.STARTED,
        tags={**last.tags, "dagster/partition": "ES"},
    )
    assert nights.look() == []
    nights.instance.delete_run(working.run_id)
    nights.execute([last])
    assert sorted(nights.settle()) == sorted(night("ES"))
    assert {one.tags[TRADE_DATE] for one in nights.launched[-4:]} == {"2026-10-14"}


def test_an_extraction_by_hand_makes_its_rolls_itself_and_the_map_follows(nights: Nights) -> None:
    tags = run_tags("command line", "extract", "ES|2026-09-01", "ES|2026-10-01") | {THEN: "update_rolls"}
    nights.clock.now = datetime.now(UTC)
    nights.run("update_bars", "ES|2026-09-01", tags, "ES|2026-10-01")
    assert [one.job_name for one in nights.look()] == ["map_coverage"]
    nights.run("update_rolls", "ES")
    nights.run("map_coverage", "ES")
    nights.clock.now += OWN_NEXT + timedelta(minutes=1)
    assert nights.settle() == []


def test_an_extraction_that_was_killed_before_its_rolls_is_ended_by_the_sensor(nights: Nights) -> None:
    nights.clock.now = datetime.now(UTC)
    nights.run("update_bars", "ES|2026-10-01", {THEN: "update_rolls"})
    nights.settle()
    nights.clock.now += OWN_NEXT + timedelta(minutes=1)
    assert nights.settle() == ["update_rolls ES"]


def test_rolls_that_fail_are_tried_again_after_growing_pauses_and_then_left_alone(nights: Nights) -> None:
    nights.broken = {"ES": {"roll_calendar"}}
    nights.run("update_bars", "ES|2026-10-01")
    tried = []
    for _ in range(15):
        tried += [text for text in nights.settle() if "rolls" in text]
        nights.clock.now += timedelta(hours=12)
    assert len(tried) == 6


def test_a_fresh_instance_follows_nothing(nights: Nights) -> None:
    assert nights.look() == []


@pytest.mark.parametrize(
    ("on", "says"),
    [
        (set(), ""),
        ({"after_close", "follow_up"}, ""),
        ({"after_close"}, "only chains are updated, no bars"),
        ({"follow_up"}, ""),
    ],
)
def test_half_a_daily_update_is_named(on: set[str], says: str) -> None:
    told = half_on({name: name in on for name in ("after_close", "follow_up", "repair")})
    assert says in told
    assert bool(says) == bool(told)


def test_a_backfill_of_the_web_ui_over_several_instruments_holds_back_what_follows_for_each(nights: Nights) -> None:
    nights.execute(nights.close(at("2026-10-14")))
    tags = range_tags("ES|2026-10-01", "NQ|2026-10-01")
    working = create_run_for_test(
        nights.instance, job_name="update_bars", status=dg.DagsterRunStatus.STARTED, tags=tags
    )
    assert nights.look() == []
    nights.instance.delete_run(working.run_id)
    assert sorted(nights.settle()) == sorted(night("ES") + night("NQ"))


def test_a_failed_backfill_over_several_instruments_shows_the_hole_of_each(nights: Nights) -> None:
    nights.broken = {"": {"raw_bars"}}
    nights.run("update_bars", "ES|2026-10-01", last="NQ|2026-10-01")
    assert sorted(nights.settle()) == ["map_coverage ES", "map_coverage NQ"]


def test_an_import_is_compared_with_the_bars_of_another_source_and_again_when_either_has_news(nights: Nights) -> None:
    nights.run("import_bars", "ES|2026-09-01", last="ES|2026-10-01")
    nights.run("import_bars", "NQ|2026-10-01")
    alone = ["map_coverage ES", "map_coverage NQ", "update_rolls ES", "update_rolls NQ"]
    assert sorted(nights.settle()) == alone
    november = datetime(2026, 11, 20, tzinfo=UTC)
    nights.sources = [
        SourceSpan("202612", "ib", 1, 4, datetime(2026, 10, 5, tzinfo=UTC), november),
        SourceSpan("202612", "kibot", 2, 4, datetime(2026, 8, 3, tzinfo=UTC), november),
    ]
    # Of September only one source has bars, of November no file.
    assert nights.settle() == ["compare_sources ES|2026-10-01"]
    assert nights.settle() == []
    nights.run("update_bars", "ES|2026-10-01")
    assert sorted(nights.settle()) == ["compare_sources ES|2026-10-01", "map_coverage ES", "update_rolls ES"]


def test_a_comparison_waits_for_the_end_of_an_import(nights: Nights) -> None:
    nights.sources = [
        SourceSpan("202612", source, number, 4, datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC))
        for number, source in enumerate(("ib", "kibot"))
    ]
    nights.run("import_bars", "ES|2026-09-01")
    going = create_run_for_test(
        nights.instance,
        job_name="import_bars",
        status=dg.DagsterRunStatus.STARTED,
        tags={"dagster/partition": "ES|2026-10-01"},
    )
    assert nights.look() == []
    nights.instance.delete_run(going.run_id)
    assert "compare_sources ES|2026-09-01" in nights.settle()
