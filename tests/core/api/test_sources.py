"""Sources of bars and imports of files through the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from g4qc_core.bars.source_choice import SourceRule
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
