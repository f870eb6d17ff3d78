"""The drill: a backfill and a search while parts of the cluster are killed, and what an undisturbed run leaves."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, TypeVar

from g4qc_core.services.month_keys import last_full_months
from g4qc_pipelines.named_jobs import BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS, SEARCH_ASSETS
from tests.drill.machines import Machines, asked
from tests.fixtures.waiting import until
from tests.fixtures.web import Up

T = TypeVar("T")
Tell = Callable[[str], None]

_ROUNDS = 12
SEARCH = "drill"
_ENDED_STEPS = "SELECT count(*) FROM event_logs WHERE dagster_event_type = 'STEP_SUCCESS'"
_MADE = """SELECT DISTINCT partition, asset_key FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'
  AND asset_key IN ({keys})"""
_TRIALS = "SELECT count(*) FROM search_trials"
_BACKFILL = """query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status
 } } }"""
_OVER = ("COMPLETED_SUCCESS", "COMPLETED_FAILED", "COMPLETED", "FAILED", "CANCELED")
_ENDED = ("SUCCESS", "FAILURE", "CANCELED")
_AWAY = 300.0
_STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


@dataclass(frozen=True)
class Size:
    """How large a drill is.

    Attributes:
        symbols: instruments.
        months: of each instrument, the last full ones.
        sets: of the search.
        timeframe: of the bars that are searched.
        workers: of the broker.
        faults: of the backfill, by the names of methods of `Machines`, in their order.
        search_faults: of the search.
    """

    symbols: Sequence[str]
    months: int
    sets: int
    timeframe: str
    workers: int
    faults: Sequence[str]
    search_faults: Sequence[str]

    @property
    def partitions(self) -> list[str]:
        """The partitions of the backfill."""
        return [f"{symbol}|{month:%Y-%m-%d}" for symbol in self.symbols for month in self.full_months]

    @property
    def full_months(self) -> list[Any]:
        """The months, ascending."""
        return last_full_months(datetime.now(UTC).date(), self.months)

    @property
    def spec(self) -> str:
        """The file of the search."""
        side = round(self.sets**0.5)
        fast, slow = f"from = 2, to = {side + 1}, step = 1", f"from = {side + 10}, to = {2 * side + 9}, step = 1"
        backtest = f'{{ strategy = "sma_cross", instrument = "{self.symbols[0]}", timeframe = "{self.timeframe}", '
        return (
            f"[{SEARCH}]\nbacktest = {backtest}cash = 1000000 }}\nparameters = {{ fast = {{ {fast} }}, "
            f'slow = {{ {slow} }} }}\nconstraints = ["trades >= 5"]\n'
        )


@dataclass
class Account:
    """What a drill has done and found.

    Attributes:
        seconds: of each part of it.
        faults: how often each fault was made.
        missed: faults for which the work was over too soon.
        asked: the backfills that were asked for, one after the other.
        runs: how the runs that are no part of the backfill have ended.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    runs: dict[str, int] = field(default_factory=dict)


class Drill:
    """Work on a home, as a person asks for it: a backfill, the rolls, a search.

    Args:
        size: how much.
        web: the running `g4qc up`.
        chance: chooses the moments of faults.
        tell: is told how far it is.
        machines: that are disturbed; None: none is.
    """

    def __init__(
        self, size: Size, web: Up, chance: random.Random, tell: Tell, machines: Machines | None = None
    ) -> None:
        self.size, self.account = size, Account()
        self._web, self._chance, self._tell, self._machines = web, chance, tell, machines

    def run(self) -> None:
        """Do all of it; ask again for what has failed."""
        with self._timed("chains"):
            self._backfill(CHAIN_ASSETS, self.size.symbols, ())
        with self._timed("backfill"):
            self._backfill(BAR_ASSETS, self.size.partitions, self.size.faults)
        with self._timed("rolls"):
            self._backfill(ROLL_ASSETS, self.size.symbols, ())
        with self._timed("search"):
            faults = self.size.search_faults if self._machines else ()
            self._until_success(SEARCH_ASSETS, SEARCH, faults, self._searched)
        if self._machines:
            self._machines.wake()
        with self._timed("gateway is free"):
            self._until_success(BAR_ASSETS[:1], self.size.partitions[0], (), lambda: 0.0)

    def _backfill(self, assets: Sequence[str], wanted: Sequence[str], planned: Sequence[str]) -> None:
        """Make assets of all partitions; disturb it at equal shares of its work; ask again for what has failed."""
        before = self._ended_steps()
        # Dagster makes one run of all instruments for each month.
        steps = self.size.months * len(assets)
        faults, count = deque(planned if self._machines else ()), len(planned) + 1
        left = list(wanted)
        while left:
            self.account.asked.append(f"{assets[0]}: {len(left)} partitions")
            assert len(self.account.asked) <= _ROUNDS, f"never made: {self.account.asked}"
            asked_for = patient(lambda: self._web.backfill(assets, left))  # noqa: B023 - called at once
            while self._backfill_status(asked_for) not in _OVER:
                share = (self._ended_steps() - before) / steps
                if faults and share >= 1 - (len(faults) + 0.5) / count:
                    self._disturb(faults.popleft())
                time.sleep(0.5)
            left = [one for one in wanted if one not in self._made(assets)]
            if left:
                self._tell(f"asked for again: {', '.join(left)}")
        self.account.missed += faults

    def _until_success(
        self, assets: Sequence[str], partition: str, planned: Sequence[str], share: Callable[[], float]
    ) -> None:
        """Launch a run, and launch it again until it has succeeded; disturb it at equal shares of its work."""
        faults, count = deque(planned), len(planned) + 1
        for _ in range(_ROUNDS + len(planned)):
            run_id = patient(lambda: self._web.launch(assets, partition))
            while (status := self._status(run_id)) not in _ENDED:
                if faults and share() >= 1 - len(faults) / count:
                    self._disturb(faults.popleft())
                time.sleep(0.2)
            ended = f"{assets[0]} {status}"
            self.account.runs[ended] = self.account.runs.get(ended, 0) + 1
            if status == "SUCCESS":
                self.account.missed += faults
                return
        raise AssertionError(f"{assets} of {partition} never succeeded")

    def _disturb(self, name: str) -> None:
        assert self._machines is not None
        until(self._machines.busy, "no worker has a step")
        time.sleep(self._chance.uniform(0, 2))
        self._tell(f"  {name}")
        began = time.monotonic()
        self._machines.fault(name)(self._chance)
        self.account.faults[name] = self.account.faults.get(name, 0) + 1
        self._tell(f"  {name}: back after {time.monotonic() - began:.0f} s")

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.account.seconds[what] = time.monotonic() - began
        self._tell(f"{what}: {self.account.seconds[what]:.0f} s")

    def _ended_steps(self) -> int:
        return int(asked(self._web.home, _ENDED_STEPS, dagster=True)[0][0])

    def _searched(self) -> float:
        return float(asked(self._web.home, _TRIALS)[0][0]) / self.size.sets

    def _made(self, assets: Sequence[str]) -> set[str]:
        """Return the partitions of which every asset was made."""
        keys = ", ".join(f"'{json.dumps([name])}'" for name in assets)
        rows = asked(self._web.home, _MADE.format(keys=keys), dagster=True)
        found = Counter(partition for partition, _ in rows)
        return {partition for partition, made in found.items() if made == len(assets)}

    def _backfill_status(self, key: str) -> str:
        return str(patient(lambda: self._web.ask(_BACKFILL, id=key)["partitionBackfillOrError"]["status"]))

    def _status(self, run_id: str) -> str:
        return str(patient(lambda: self._web.ask(_STATUS, id=run_id)["runOrError"]["status"]))


def patient(ask: Callable[[], T]) -> T:
    """Return an answer of the web server, which has none while its database is away."""
    deadline = time.monotonic() + _AWAY
    while True:
        try:
            return ask()
        except (OSError, AssertionError, HTTPException, ValueError):
            assert time.monotonic() < deadline
            time.sleep(1)
