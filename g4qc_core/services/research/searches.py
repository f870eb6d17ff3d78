"""A search on stored bars, from the plan to the confirmed best trials, as a generator of what happens.

Trials are stored in blocks on the way. Ctrl-C, a kill or an error keep what is stored, and the same search goes on from
there. How sets are chosen and evaluated is in `research/search`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.account.priced_bars import window
from g4qc_core.code_versions import code_version
from g4qc_core.errors import BacktestRefused, EnginesDisagree, InUse
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.overfitting.search_evidence import SearchEvidence
from g4qc_core.research.pools.set_pool import SetPool, evaluated
from g4qc_core.research.pools.worker_pool import SandboxLimits
from g4qc_core.research.search.kept_sample import KeptSample, sample_of
from g4qc_core.research.search.searcher import SearchCounts, Searcher, TriedSet, nothing_ranked
from g4qc_core.services.backtests.spec_bars import SpecBars, read_bars
from g4qc_core.services.backtests.spec_run import run_arguments
from g4qc_core.services.research.open_pool import pool_for
from g4qc_core.services.research.search_plan import SearchPlan
from g4qc_core.services.research.search_surface import surface_of_search
from g4qc_core.services.research.trial_rows import TrialRows, in_words, shown_trial
from g4qc_core.services.research.worth import EVIDENCE, worth_of_trial
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import KeptReturns, SearchRecord
from g4qc_core.storage.server.session_lock import SEARCHES, SessionLock
from g4qc_core.storage.stores import Stores

_BLOCK = 1_000
_SAVE_AFTER = 2.0  # seconds
_TELL_AFTER = 0.2  # seconds


@dataclass(frozen=True)
class SearchProgress:
    """How far a search is.

    Attributes:
        stage: `search`, then `confirm` for the runs of the reference engine.
        done: trials, or confirmed trials.
        planned: of how many; None: as many as the minutes allow.
        counts: sets by what became of them.
        best: the best trial so far, JSON-safe; None if none is ranked.
        seconds: time so far.
        seconds_left: time that it will take still; None: not known.
        words: where sets are evaluated or what is waited for; empty: on this machine.
    """

    stage: str
    done: int
    planned: int | None
    counts: SearchCounts
    best: Mapping[str, Any] | None
    seconds: float
    seconds_left: float | None
    words: str = ""

    @property
    def unit(self) -> str:
        """What `done` counts."""
        return "confirmations" if self.stage == "confirm" else "trials"


class SearchRun:
    """One run of a search; `events` runs it.

    Attributes:
        plan: what is searched.
        record: the search as it is stored.
        sessions: trade dates of the bars.
    """

    def __init__(
        self,
        plan: SearchPlan,
        settings: Settings,
        registry: Registry,
        stores: Stores,
        run_id: str | None = None,
        limits: SandboxLimits | None = None,
    ) -> None:
        """Read the bars of a search.

        Args:
            plan: what is searched.
            settings: name the home.
            registry: the instruments.
            stores: of bars and searches.
            run_id: of the run in Dagster.
            limits: of one set; None: the usual ones.

        Raises:
            G4qcError: the bars cannot be read, as `read_bars`.
        """
        self.plan, self._settings, self._stores = plan, settings, stores
        self._limits = limits or SandboxLimits()
        self._read: SpecBars = read_bars(plan.backtest, registry, stores)
        self._arguments = run_arguments(plan.backtest, self._read, registry[plan.backtest.instrument])
        self._block: list[TriedSet] = []
        self._searched = 0.0
        bars = window(self._read.series, plan.backtest.traded_from, plan.backtest.last)
        self.sessions: list[date] = [pd.Timestamp(day).date() for day in np.unique(bars["trade_date"].to_numpy())]
        self.record = SearchRecord(
            id=plan.search_id(self._read.version),
            name=plan.spec.name,
            family=plan.backtest.strategy,
            spec=plan.spec.to_dict(),
            backtest=plan.backtest.to_dict(),
            data_version=self._read.version,
            code=code_version(),
            state="running",
            started_at=datetime.now(UTC),
            planned=plan.planned,
            run_id=run_id,
        )
        self._rows = TrialRows(plan, self.record, stores.searches)

    @property
    def known(self) -> SearchRecord | None:
        """The same search as it was stored before; None if it never ran."""
        return self._stores.searches.find(self.record.id)

    def events(self) -> Iterator[SearchProgress]:
        """Run the search, or what is left of it, and yield how far it is; afterwards `record` says what came out.

        Raises:
            InUse: the same search is running in another process.
            UsageError: no set fits together.
            BacktestRefused: no set keeps the constraints.
            EnginesDisagree: the reference engine gives another result; the search is stored as failed.
            WorkersLost: its processes cannot start.
            ClusterUnavailable, ClusterMismatch: the workers of the cluster are not there, or are others.
        """
        lock = SessionLock.named(self._stores.database, SEARCHES, self.record.id)
        if not lock.take():
            raise InUse(f"The search {self.record.name} is running in another process: wait until it ends, or end it.")
        try:
            known = self.known
            if known is not None and known.state == "done":
                self.record = replace(known, name=self.record.name)
            else:
                with self._pool() as pool:
                    self.record = self._stores.searches.begin(self.record)
                    yield from self._run(pool)
        finally:
            lock.release()
        if self.record.best is None:
            raise BacktestRefused(str((self.record.summary or {}).get("nothing", "The search has no ranked trial.")))

    def _pool(self) -> SetPool:
        return pool_for(self.plan.spec, self._arguments, self._settings, self._limits)

    def _run(self, pool: SetPool) -> Iterator[SearchProgress]:
        kept, stored = KeptSample(), self._stores.searches.returns(self.record.id)
        earlier = {} if stored is None else dict(zip(stored.numbers, stored.returns.T, strict=True))
        known, spent = self._rows.known(kept, earlier), self.record.seconds
        evaluate = partial(pool.outcomes, wanted=kept.wants)
        searcher = Searcher(self.plan.spec, self.plan.space, evaluate, known, spent)
        with self._kept_whatever_happens(searcher, kept):
            yield from self._search(searcher, kept, pool)
            self._searched = searcher.seconds
            self._complete(kept, searcher.top, pool)
            yield from self._confirm(searcher, pool)
        self._conclude(searcher, kept)

    def _search(self, searcher: Searcher, kept: KeptSample, pool: SetPool) -> Iterator[SearchProgress]:
        saved = told = time.monotonic()
        for tried in searcher.run():
            if tried is not None:
                self._block.append(tried)
                if tried.returns is not None:
                    kept.offer(tried.number, tried.returns)
            now = time.monotonic()
            if len(self._block) >= _BLOCK or (self._block and now - saved > _SAVE_AFTER):
                self._save(searcher)
                saved = time.monotonic()
            if now - told > _TELL_AFTER:
                told = now
                yield self._progress(searcher, pool)
        self._save(searcher)
        yield self._progress(searcher, pool)

    def _save(self, searcher: Searcher, **changed: Any) -> None:
        """Store the trials of the block, and how far the search came."""
        best = shown_trial(searcher.top[0]) if searcher.top else None
        counts = asdict(searcher.counts)
        self.record = replace(self.record, counts=counts, seconds=searcher.seconds, best=best, **changed)
        self._stores.searches.add(self.record, [self._rows.stored(one) for one in self._block], datetime.now(UTC))
        self._block = []

    @contextmanager
    def _kept_whatever_happens(self, searcher: Searcher, kept: KeptSample) -> Iterator[None]:
        """Store what was tried when the block ends early, by an error, Ctrl-C or a consumer that wants no more."""
        try:
            yield
        except BaseException as error:
            stopped = isinstance(error, KeyboardInterrupt | GeneratorExit)
            self._save(searcher, state="stopped" if stopped else "failed", ended_at=datetime.now(UTC))
            self._keep(kept)
            raise

    def _complete(self, kept: KeptSample, top: list[TriedSet], pool: SetPool) -> None:
        """Evaluate again the trials whose returns went with an earlier process, and keep those of the best."""
        lacking = {*kept.missing, *(one.number for one in top if one.returns is None)}
        if lacking:
            trials = self._stores.searches.trials(self.record.id)
            sets = ((one.number, one.parameters) for one in trials if one.number in lacking)
            for outcome in evaluated(pool.outcomes(sets)):
                if outcome.returns is not None:
                    kept.add(outcome.number, outcome.returns)
        for one in top:
            if one.returns is not None:
                kept.add(one.number, one.returns)

    def _confirm(self, searcher: Searcher, pool: SetPool) -> Iterator[SearchProgress]:
        """Run the best trials again by the reference engine.

        Raises:
            EnginesDisagree: one of them has another result.
        """
        sets = ((one.number, one.parameters) for one in searcher.top)
        for done, outcome in enumerate(evaluated(pool.outcomes(sets, confirm=True)), start=1):
            if outcome.words:
                words = f"The reference engine does not confirm {in_words(outcome.parameters)}: {outcome.words}."
                self._save(searcher, state="failed", ended_at=datetime.now(UTC), summary={"failed": words})
                raise EnginesDisagree(words)
            yield replace(self._progress(searcher, pool), stage="confirm", done=done, planned=len(searcher.top))

    def _conclude(self, searcher: Searcher, kept: KeptSample) -> None:
        returns = self._keep(kept)
        summary: dict[str, Any] = {
            "ended": searcher.ended,
            "counts": asdict(searcher.counts),
            "seconds": {"search": self._searched, "confirmation": searcher.seconds - self._searched},
            "top": [shown_trial(one) for one in searcher.top],
            "confirmed": len(searcher.top),
            "edges": [],
            "notes": [],
        }
        if searcher.top:
            best = searcher.top[0]
            surface = surface_of_search(self.record, self._stores)
            warnings = [] if surface is None else surface.warnings
            summary["edges"] = [] if surface is None else [asdict(one) for one in surface.edges]
            if returns is not None:
                summary |= self._judged(best, returns)
            summary["notes"] = [*warnings, *_notes(searcher)]
        else:
            last = next((one.words for one in self._stores.searches.trials(self.record.id)), "")
            summary["nothing"] = nothing_ranked(searcher.counts, self.plan.spec.goal[1], last)
        self._save(searcher, state="done", ended_at=datetime.now(UTC), summary=summary)

    def _judged(self, best: TriedSet, kept: KeptReturns) -> dict[str, Any]:
        """Return what the trials of the search, and all of the family, leave of its best one."""
        # Without the best ones that were not drawn: statistics of a sample with its best members would be too good.
        drawn = set(sample_of(kept.numbers))
        matrix = kept.returns[:, [at for at, number in enumerate(kept.numbers) if number in drawn]]
        found: dict[str, Any] = {}
        if len(kept.days) > 1:
            evidence = SearchEvidence.of(self.record.name, int(self.record.counts["tried"]), matrix)
            found[EVIDENCE] = asdict(evidence)
            self._stores.searches.update(replace(self.record, summary=found))
        returns = kept.returns[:, kept.numbers.index(best.number)]
        worth = worth_of_trial(self.record.family, best.fingerprint, returns, best.metrics, self._stores)
        return {**found, "worth": worth.to_dict()}

    def _keep(self, kept: KeptSample) -> KeptReturns | None:
        numbers, matrix = kept.matrix()
        if not numbers:
            return None
        returns = KeptReturns(numbers, self.sessions, matrix)
        self._stores.searches.keep_returns(self.record.id, returns)
        return returns

    def _progress(self, searcher: Searcher, pool: SetPool) -> SearchProgress:
        return SearchProgress(
            stage="search",
            done=searcher.counts.tried,
            planned=self.record.planned,
            counts=replace(searcher.counts),
            best=shown_trial(searcher.top[0]) if searcher.top else None,
            seconds=searcher.seconds,
            seconds_left=searcher.seconds_left,
            words=pool.words,
        )


def _notes(searcher: Searcher) -> list[str]:
    if searcher.ended == "minutes":
        return ["The minutes were over before all sets were tried: a slower machine tries fewer."]
    return []
