"""Searches and studies of the client without a server: they run in this process, and are read from the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol

import pandas as pd

from g4qc_core.client_study import SEARCH, StudyWork
from g4qc_core.errors import NotFound
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.goal import Objective
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.sentences import duration
from g4qc_core.services.research.search_plan import plan_search
from g4qc_core.services.research.search_tables import (
    search_detail,
    search_report,
    search_summary,
    search_table,
    trial_table,
)
from g4qc_core.services.research.searches import SearchRun
from g4qc_core.services.research.study_documents import (
    check_table,
    find_study,
    study_document,
    study_report,
    study_summary,
)
from g4qc_core.services.research.study_kinds import study_kind
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.stores import Stores


class _Run(Protocol):
    record: Any

    def events(self) -> Iterator[Any]: ...


class LocalStudies:
    """The port `client_study.StudySource` of one database.

    Args:
        settings: the settings.
        registry: the instruments.
        stores: of the database.
    """

    def __init__(self, settings: Settings, registry: Registry, stores: Stores) -> None:
        self._settings, self._registry, self._stores = settings, registry, stores

    def start(self, kind: str, of: str | Mapping[str, Any], fields: Mapping[str, Any]) -> StudyWork:
        """See the port; it runs when it is waited for."""
        where = (self._settings, self._registry, self._stores)
        if kind == SEARCH:
            given = {**of, **fields} if isinstance(of, Mapping) else {"backtest": of, **fields}
            search = SearchSpec.asked(given)
            plan = plan_search(search, *where)
            return StudyWork(kind, search.name, search.to_dict(), run=lambda: SearchRun(plan, *where))
        found = study_kind(kind)
        model: Any = found.model
        spec = found.from_words(of, fields, *where) if isinstance(of, str) else model.asked({**of, **fields})
        return StudyWork(kind, spec.name, spec.to_dict(), run=lambda: found.prepare(spec, *where, None))

    def finish(self, work: StudyWork, tell: Callable[[str], object], seconds: float | None) -> str:
        """See the port."""
        run: _Run = work.run()
        before = None if work.kind == SEARCH else self._stores.studies.find(run.record.id)
        begun, events = time.monotonic(), run.events()
        for event in events:
            tell(_words(event))
            if seconds is not None and time.monotonic() - begun > seconds:
                # The study is then stored as stopped.
                events.close()  # type: ignore[attr-defined]
                what = work.kind.replace("_", " ")
                raise TimeoutError(f"The {what} {work.name} has not ended within {seconds:.0f} seconds and is stopped.")
        if before is not None and before.state == "done":
            # Its report tells of the bounds that are given now.
            study_report(run.record, study_kind(work.kind), self._settings, self._registry, self._stores, before)
        return str(run.record.id)

    def find(self, kind: str, words: str) -> str:
        """See the port."""
        store = self._stores.searches if kind == SEARCH else self._stores.studies
        found = store.find(words)
        if found is not None and kind in (SEARCH, getattr(found, "kind", SEARCH)):
            return found.id
        newest = [one["id"] for one in self.listed(kind, words, 1)]
        if not newest:
            raise NotFound(f"There is no {kind.replace('_', ' ')} {words[:100]}: `studies('{kind}')` lists them.")
        return str(newest[0])

    def listed(self, kind: str, name: str | None, limit: int) -> list[dict[str, Any]]:
        """See the port."""
        if kind == SEARCH:
            found = [one for one in self._stores.searches.all() if name in (None, one.name)]
            return [_timed(search_summary(one)) for one in found[:limit]]
        of = study_kind(kind)
        return [_timed(study_summary(one, of)) for one in self._stores.studies.page(kind, name, limit, 0)[0]]

    def document(self, kind: str, study_id: str) -> dict[str, Any]:
        """See the port."""
        if kind == SEARCH:
            return _timed(search_detail(self._search(study_id)))
        of = study_kind(kind)
        return _timed(study_document(find_study(study_id, of, self._stores), of, self._stores))

    def table(self, kind: str, study_id: str, name: str) -> pd.DataFrame:
        """See the port."""
        if kind == SEARCH:
            frame: pd.DataFrame = search_table(self._search(study_id), name, self._stores, None).to_pandas()
            return frame
        of = study_kind(kind)
        check_table(find_study(study_id, of, self._stores), name, of, self._stores)
        return self._stores.studies.frame(study_id, name)

    def trials(self, search: str, ranked: bool, limit: int, offset: int) -> pd.DataFrame:
        """See the port."""
        record, store = self._search(search), self._stores.searches
        if ranked:
            larger = Objective.parse(str(record.spec["objective"])).larger
            found = store.ranking(record.id, larger, limit, offset)
        else:
            found = list(islice(store.trials(record.id, offset - 1), limit))
        frame: pd.DataFrame = trial_table(found).to_pandas()
        return frame

    def report(self, kind: str, study_id: str) -> bytes:
        """See the port."""
        where = (self._settings, self._registry, self._stores)
        if kind == SEARCH:
            return search_report(self._search(study_id), *where).page()
        of = study_kind(kind)
        return study_report(find_study(study_id, of, self._stores), of, *where).page()

    def _search(self, search_id: str) -> SearchRecord:
        found = self._stores.searches.find(search_id)
        if found is None:
            raise NotFound(f"There is no search {search_id[:100]}: `studies('search')` lists them.")
        return found


def _words(event: Any) -> str:
    """Return how far a study or a search is, in one line."""
    said = getattr(event, "sentence", None)
    if said is not None:
        return str(said)
    of = "" if event.planned is None else f" of {event.planned:,}"
    left = "" if event.seconds_left is None else f", {duration(event.seconds_left)} left"
    return f"{event.stage}: {event.done:,}{of}{left}"


def _timed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with its times as the API sends them."""
    return {
        name: value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for name, value in document.items()
    }
