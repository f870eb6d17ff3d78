"""The runs that should follow other runs and new bars, found in Dagster's history.

Nothing is remembered here: a run that should follow is wanted until it exists, so a restart, a late run or a missed
night changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import dagster as dg
from dagster import RunRecord

from g4qc_core.services.month_keys import key_of, last_full_months
from g4qc_core.timeframes import ONE_MINUTE, SESSION
from g4qc_pipelines.instance.dynamic_keys import InstanceKeys
from g4qc_pipelines.instance.run_states import UNFINISHED
from g4qc_pipelines.named_jobs import (
    COMPARE_SOURCES,
    MAP_COVERAGE,
    RECONCILE,
    UPDATE_BARS,
    UPDATE_CONTRACTS,
    UPDATE_ROLLS,
)
from g4qc_pipelines.run_partitions import RunPartitions
from g4qc_pipelines.run_tags import (
    AFTER,
    AFTER_CLOSE,
    FOLLOW_UP,
    INSTRUMENT,
    REPAIR,
    THEN,
    TRADE_DATE,
    TRIGGER,
)

LAST_MONTH_UNTIL = 10
"""Day of the month until which the month before is requested, too, because an outage at its end may have left a gap."""

OWN_NEXT = timedelta(minutes=10)
"""Time after a run during which a surface that launches the next run itself is given the chance to do so."""

_RECENT = 100  # newest runs of a job to search

_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


@dataclass(frozen=True)
class FollowUp:
    """A run that should follow.

    Attributes:
        state: the state that it follows; it changes with each news.
        after: id of the run that it follows, if one is known.
        day: trade date of the session whose close started the daily update, if there is one.
    """

    job: str
    partition: str
    state: str
    after: str = ""
    day: str = ""

    @property
    def name(self) -> str:
        """Name of the run: its job and its partition."""
        return f"{self.job} {self.partition}"

    @property
    def symbol(self) -> str:
        """The instrument."""
        return self.partition.partition("|")[0]


class History:
    """The runs and materializations of an instance.

    Args:
        symbols: instruments to look at.

    Attributes:
        at_work: instruments over which an unfinished run works.
        bars: the run of bars that ended last, by instrument.
    """

    def __init__(self, instance: dg.DagsterInstance, symbols: Collection[str]) -> None:
        self._instance = instance
        self.symbols = symbols
        self._partitions = RunPartitions(InstanceKeys(instance).known)
        # Read first: a run that ends after this line is seen as ended below, and counts as at work until the next tick.
        unfinished = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
        self.at_work = {symbol for run in unfinished for symbol in self._symbols(run)}
        self.bars = self._newest_by_symbol(self._records(UPDATE_BARS))

    def nights(self) -> dict[str, dg.DagsterRun]:
        """Return the ended run of `update_contracts` of the last trade date, by instrument."""
        found: dict[str, dg.DagsterRun] = {}
        for record in self._records(UPDATE_CONTRACTS, {TRIGGER: AFTER_CLOSE}):
            run = record.dagster_run
            for symbol in self._symbols(run) & set(self.symbols):
                known = found.get(symbol)
                if TRADE_DATE in run.tags and (known is None or known.tags[TRADE_DATE] < run.tags[TRADE_DATE]):
                    found[symbol] = run
        return found

    def by_itself(self) -> dict[str, dg.DagsterRun]:
        """Return the newest ended run of bars that `follow_up` or `repair` launched, by partition."""
        records = self._records(UPDATE_BARS, {TRIGGER: [FOLLOW_UP, REPAIR]})
        runs = [one.dagster_run for one in records if self._symbols(one.dagster_run) & set(self.symbols)]
        return {key: run for run in reversed(runs) for key in self._partitions.of(run.tags)}

    def followed(self, job: str, runs: Iterable[str]) -> set[tuple[str, str]]:
        """Return the runs that the job followed, with its partition, however it ended."""
        ids = list(runs)
        if not ids:
            return set()
        found = self._instance.get_runs(dg.RunsFilter(job_name=job, tags={AFTER: ids}))
        return {(run.tags[AFTER], key) for run in found for key in self._partitions.of(run.tags)}

    def materialized(self, asset: str, keys: Collection[str] | None = None) -> Mapping[str, int]:
        """Return the place in the event log of each partition's newest materialization."""
        if keys is not None and not keys:
            return {}
        return self._instance.get_latest_storage_id_by_partition(
            dg.AssetKey(asset), dg.DagsterEventType.ASSET_MATERIALIZATION, None if keys is None else set(keys)
        )

    def _records(self, job: str, tags: Mapping[str, str | Sequence[str]] | None = None) -> Sequence[RunRecord]:
        wanted = dg.RunsFilter(job_name=job, statuses=_ENDED, tags=tags)
        return self._instance.get_run_records(wanted, limit=max(_RECENT, 4 * len(self.symbols)))

    def _newest_by_symbol(self, records: Iterable[RunRecord]) -> dict[str, RunRecord]:
        """Return the record of the run that ended last, by instrument."""
        return {
            symbol: record
            for record in sorted(records, key=_ended)
            for symbol in self._symbols(record.dagster_run) & set(self.symbols)
        }

    def _symbols(self, run: dg.DagsterRun) -> set[str]:
        """Return the instruments that a run works on, or the spec of a backtest."""
        named = {run.tags[INSTRUMENT]} if INSTRUMENT in run.tags else set()
        return named | self._partitions.names_of(run.tags)


Overlapping = Callable[[str], Iterable[date]]
"""Returns the first days of the months in which two sources have bars of the same contract of an instrument."""


def followers(history: History, first_month: str, overlapping: Overlapping) -> list[FollowUp]:
    """Return every run that should follow and does not exist yet; bars of an instrument come before all else.

    Args:
        history: the runs and materializations that Dagster recorded.
        first_month: first month of the graph, like 2024-01.
        overlapping: asked about instruments with bars of files that nobody has compared yet.
    """
    bars = bars_after_contracts(history, first_month)
    later = [
        *rolls_and_coverage_after_bars(history),
        *reconciliation_after_bars(history),
        *comparison_after_imports(history, overlapping),
    ]
    return bars + [one for one in later if one.symbol not in {other.symbol for other in bars}]


def bars_after_contracts(history: History, first_month: str) -> list[FollowUp]:
    """Return the runs of bars after each update of a chain, also a failed one: the chain before it is kept."""
    nights = history.nights()
    followed = history.followed(UPDATE_BARS, (run.run_id for run in nights.values()))
    found = []
    for symbol, run in nights.items():
        day = date.fromisoformat(run.tags[TRADE_DATE])
        months = [day] + (last_full_months(day, 1) if day.day <= LAST_MONTH_UNTIL else [])
        keys = [key_of(symbol, month) for month in months if f"{month:%Y-%m}" >= first_month]
        found += [
            FollowUp(UPDATE_BARS, key, run.run_id, run.run_id, run.tags[TRADE_DATE])
            for key in keys
            if (run.run_id, key) not in followed
        ]
    return found


def rolls_and_coverage_after_bars(history: History) -> list[FollowUp]:
    """Return runs of rolls and coverage that are older than a month of bars; coverage also after a failure."""
    bars = _by_symbol(history.materialized(f"bars_{ONE_MINUTE}"))
    rolls, maps = history.materialized("roll_calendar"), history.materialized("coverage")
    failed = {s: record for s, record in history.bars.items() if not record.dagster_run.is_success}
    mapped = history.followed(MAP_COVERAGE, (record.dagster_run.run_id for record in failed.values()))
    found = []
    for symbol in sorted(history.symbols):
        made, record = bars.get(symbol, 0), history.bars.get(symbol)
        run = record.dagster_run if record is not None else None
        after, day = (run.run_id, run.tags.get(TRADE_DATE, "")) if run is not None else ("", "")
        if made > rolls.get(symbol, 0):
            found.append(FollowUp(UPDATE_ROLLS, symbol, str(made), after, day))
        hole = symbol in failed and (after, symbol) not in mapped
        if made > maps.get(symbol, 0) or hole:
            found.append(FollowUp(MAP_COVERAGE, symbol, f"{made} {after}" if hole else str(made), after, day))
    return found


def reconciliation_after_bars(history: History) -> list[FollowUp]:
    """Return a reconciliation of each month with bars from `follow_up` or `repair` that are newer than the last one."""
    newest = history.by_itself()
    bars = history.materialized(f"bars_{SESSION}", newest.keys())
    compared = history.materialized("reconciliation", newest.keys())
    return [
        FollowUp(RECONCILE, key, str(bars[key]), run.run_id, run.tags.get(TRADE_DATE, ""))
        for key, run in newest.items()
        if bars.get(key, 0) > compared.get(key, 0)
    ]


def comparison_after_imports(history: History, overlapping: Overlapping) -> list[FollowUp]:
    """Return a comparison of each month with bars of files that is older than these, or than the gateway's.

    Months in which no contract has bars of two sources are left alone.
    """
    files = history.materialized("imported_bars")
    raw = history.materialized("raw_bars", files.keys())
    compared = history.materialized("source_differences", files.keys())
    newest = {key: max(place, raw.get(key, 0)) for key, place in files.items()}
    late = {key for key, place in newest.items() if place > compared.get(key, 0)}
    symbols = {key.partition("|")[0] for key in late} & set(history.symbols)
    both = {key_of(symbol, month) for symbol in sorted(symbols) for month in overlapping(symbol)}
    return [FollowUp(COMPARE_SOURCES, key, str(newest[key])) for key in sorted(late & both)]


def left_to_others(history: History, now: datetime) -> set[str]:
    """Return the names of runs that the surface of the newest run of bars is about to launch itself."""
    return {
        f"{record.dagster_run.tags[THEN]} {symbol}"
        for symbol, record in history.bars.items()
        if THEN in record.dagster_run.tags and now.timestamp() < _ended(record) + OWN_NEXT.total_seconds()
    }


def _ended(record: RunRecord) -> float:
    return record.end_time or 0.0


def _by_symbol(places: Mapping[str, int]) -> dict[str, int]:
    """Return the newest place of any month, by instrument."""
    found: dict[str, int] = {}
    for key, place in places.items():
        symbol = key.partition("|")[0]
        found[symbol] = max(place, found.get(symbol, 0))
    return found
