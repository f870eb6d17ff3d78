"""An import through the API's port: recorded once, launched once, and refused before there is a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import OriginMismatch, SettingsError, UsageError
from g4qc_core.services.imports.import_order import ImportOrder
from g4qc_core.services.imports.import_plan import ImportRequest
from g4qc_core.services.imports.import_start import ImportWish
from g4qc_core.services.imports.import_storing import recorded_import, store_import
from g4qc_core.storage.server.bar_origin import claim_origin
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_pipelines.launching import import_launch
from g4qc_pipelines.launching.dagster_launcher import DagsterLauncher
from tests.core.sources.made_bars import sessions_of, walk
from tests.core.sources.vendor_files import PROFILES, REGISTRY, write_as
from tests.fixtures.graph import MemoryGraph, launchers_over
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

ES = REGISTRY["ES"]
SESSIONS = sessions_of(ES, date(2025, 8, 28), date(2025, 9, 3))
Make = Callable[[], DagsterLauncher]


@pytest.fixture
def order(tmp_path: Path) -> ImportOrder:
    folder = tmp_path / "files"
    folder.mkdir()
    write_as(PROFILES["kibot"], walk(ES, SESSIONS, "202509", edges=30), ES, folder)
    return ImportOrder(ImportRequest(folder), ImportWish(folder, synthetic=True, by="desk"))


@pytest.fixture
def graph() -> MemoryGraph:
    return MemoryGraph()


@pytest.fixture
def home(make_home: Callable[..., Home]) -> Home:
    return make_home()


@pytest.fixture
def stores(home: Home) -> Iterator[Stores]:
    with open_stores(home.settings) as opened:
        yield opened


@pytest.fixture
def make(graph: MemoryGraph, home: Home, stores: Stores) -> Iterator[Make]:
    """Launchers over one graph and one home, like those of separate processes."""
    with launchers_over(graph, home.settings, stores) as made:
        yield made


def test_the_same_files_asked_for_at_once_are_one_import_and_one_job(
    make: Make, stores: Stores, graph: MemoryGraph, order: ImportOrder
) -> None:
    launchers = [make() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: one.bring(order), launchers))
    assert len({(one.number, one.job) for one in found}) == 1
    assert sorted(one.known for one in found) == [False, True, True, True]
    [stored] = stores.imports.page(5)
    assert (stored.id, stored.asked_by, stored.complete) == (found[0].number, "desk", False)
    job = make().job(str(found[0].job))
    assert (job.kind, job.about) == ("import", str(order.wish.path))
    assert len(graph.kept) == 1


def test_an_import_that_is_stored_and_validated_starts_no_job(
    make: Make, stores: Stores, order: ImportOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = make().bring(order)
    months = {one.month for one in stores.imports.months(found.number)}
    store_import(recorded_import(found.number, stores), ES, months, REGISTRY, stores, lambda _: None)
    monkeypatch.setattr(import_launch, "nothing_left", lambda begun, *_: begun.complete)
    again = make().bring(order)
    assert (again.number, again.known, again.job) == (found.number, True, None)


def test_what_cannot_be_imported_is_refused_before_it_is_recorded(
    make: Make, stores: Stores, graph: MemoryGraph, order: ImportOrder, tmp_path: Path
) -> None:
    lean = tmp_path / "lean.csv"
    lean.write_text("timestamp,open,high,low,close\n2025-09-02 14:30:00,1,1,1,1\n2025-09-02 14:31:00,1,1,1,1\n")
    claim_origin(stores.database, Origin.SIMULATED, datetime(2026, 1, 5, tzinfo=UTC))
    wanting = ImportRequest(lean, profile="g4qc-csv", symbol="ES", month="202509")
    for request, wish, error in (
        (order.request, replace(order.wish, synthetic=False), OriginMismatch),
        (order.request, replace(order.wish, source="ib"), UsageError),
        (replace(order.request, zone="UTC"), order.wish, SettingsError),
        (replace(order.request, profile="nobody"), order.wish, UsageError),
        (wanting, order.wish, SettingsError),
    ):
        with pytest.raises(error):
            make().bring(ImportOrder(request, wish))
    assert (stores.imports.page(5), list(graph.kept)) == ([], [])
