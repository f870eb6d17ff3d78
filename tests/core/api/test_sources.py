"""Sources of bars and imports of files through the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from g4qc_core.bars.source_choice import SourceRule
from g4qc_core.services.imports.import_order import ImportOrder
from g4qc_core.services.imports.import_plan import ImportRequest
from g4qc_core.services.imports.import_start import ImportWish
from g4qc_core.storage.import_store import ImportDraft, ImportMonth, StoredFile
from tests.core.services.test_compared_sources import NOW, written
from tests.core.sources.faulty_bars import good_bars
from tests.fixtures.api import Api
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

DRAFT = ImportDraft(
    source="archive",
    profile="kibot",
    zone="America/New_York",
    label="start",
    path="/data/es",
    recipe={"profile": "kibot"},
    rows=12,
    unreadable=1,
    doubts=["Nothing tells the zone."],
    accepted=False,
    asked_at=NOW,
)
FILE = StoredFile("/data/es/ESU25.txt", 100, "ab" * 32)
MONTH = ImportMonth("ES", "202406", date(2024, 3, 1), 12)


@pytest.fixture
def api(make_home: Callable[..., Home], make_api: Callable[..., Api]) -> Api:
    return make_api(make_home().settings)


def test_sources_of_an_instrument_and_their_order_are_listed(api: Api) -> None:
    bars = good_bars()
    stores = api.services.stores()
    for source in ("ib", "archive"):
        written(stores, bars, source)
    stores.precedence.add("ES", SourceRule(("archive", "ib"), date(2024, 3, 5)), NOW)
    with api.client() as client:
        found = client.get("/sources/ES").json()
        nothing = client.get("/sources/NQ").json()
        unknown = client.get("/sources/XX")
    ends = {"first": "2024-03-03T23:00:00Z", "last": "2024-03-06T21:59:00Z"}
    assert found["sources"] == [{"contract": "202406", "source": name, **ends} for name in ("archive", "ib")]
    assert found["rules"] == [{"sources": ["archive", "ib"], "first": "2024-03-05", "last": None}]
    assert (nothing["sources"], nothing["rules"]) == ([], [])
    assert unknown.status_code == 404


def test_imports_are_listed_newest_first_with_their_files_and_months(api: Api) -> None:
    stores = api.services.stores()
    numbers = [stores.imports.begin(DRAFT, [FILE], [MONTH]) for _ in range(3)]
    with api.client() as client:
        listed = client.get("/imports", params={"limit": 2}).json()["imports"]
        rest = client.get("/imports", params={"before": numbers[1]}).json()["imports"]
        other = client.get("/imports", params={"source": "ib"}).json()["imports"]
        one = client.get(f"/imports/{numbers[0]}").json()
        missing = client.get("/imports/999")
    assert [entry["id"] for entry in listed] == [numbers[2], numbers[1]]
    assert [entry["id"] for entry in rest] == [numbers[0]]
    assert other == []
    assert listed[0]["files"] == [{"path": FILE.path, "bytes": 100, "sha256": FILE.sha256}]
    assert (one["rows"], one["unreadable"], one["doubts"], one["complete"]) == (12, 1, DRAFT.doubts, False)
    assert datetime.fromisoformat(one["asked_at"]) == NOW.astimezone(UTC)
    (month,) = one["months"]
    assert (month["contract"], month["month"], month["minutes"], month["stored_at"]) == (
        "202406",
        "2024-03-01",
        12,
        None,
    )
    assert missing.status_code == 404
    assert missing.json()["detail"].startswith("There is no import 999: ")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of imports with one file."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "ESU25.txt").write_text("09/02/2025,09:30,1,1,1,1,1\n")
    return folder


@pytest.fixture
def importing(make_home: Callable[..., Home], make_api: Callable[..., Api], files: Path) -> Api:
    return make_api(make_home().settings.model_copy(update={"import_folder": files}))


def test_an_import_is_a_job_of_the_files_that_are_named(importing: Api, files: Path) -> None:
    asked = {"path": "ESU25.txt", "profile": "kibot", "zone": "UTC", "instrument": "ES", "contract": "202509"}
    with importing.client() as client:
        answer = client.post("/imports", json=asked | {"source": "archive", "accept_doubts": True})
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/jobs/{answer.json()['job']['id']}"
    [order] = importing.launcher.started
    assert order == ImportOrder(
        ImportRequest(files / "ESU25.txt", "kibot", "UTC", "", "ES", "202509", []),
        ImportWish(files / "ESU25.txt", "archive", accept=True, by="API"),
    )


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"path": "NQU25.txt"}, 404),
        ({"path": "../secret"}, 403),
        ({"path": "/etc/passwd"}, 403),
        ({"path": "ESU25.txt", "rolls": "../rolls.toml"}, 403),
        ({"path": "ESU25.txt", "contract": "2025"}, 422),
        ({"path": "ESU25.txt", "zone": 3}, 422),
        ({"path": "ESU25.txt", "folder": "/"}, 422),
        ({"path": ""}, 422),
        ({}, 422),
    ],
)
def test_other_files_and_malformed_orders_are_refused(importing: Api, asked: dict[str, object], status: int) -> None:
    with importing.client() as client:
        answer = client.post("/imports", json=asked)
    assert (answer.status_code, importing.launcher.started) == (status, [])
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_server_without_a_folder_imports_nothing(api: Api) -> None:
    with api.client() as client:
        answer = client.post("/imports", json={"path": "ESU25.txt"})
    assert (answer.status_code, answer.json()["code"]) == (403, "import.no_folder")
