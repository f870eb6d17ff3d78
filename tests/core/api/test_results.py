"""Results that are named, tagged and deleted through the API, and the keys of a graph that go with them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import httpx
import pytest

from g4qc_core.api.api_keys import Scope
from g4qc_core.client import G4QC
from g4qc_core.errors import Gone, InUse
from g4qc_core.graph_keys import KeyKind
from g4qc_core.services.backtests.spec_run import spec_report
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord, StoredSpec
from g4qc_core.storage.stores import Stores
from tests.core.storage.test_stores import NOW, _equity, _record, _trades
from tests.fixtures.api import Api
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

IDS = {name: f"{number:032x}" for number, name in enumerate(("old", "new", "other"), start=1)}


def made(name: str, spec: str, days: int) -> BacktestRecord:
    """A result of a spec, so many days after the first."""
    metrics = {"starting_cash": 100_000, "sharpe": 0.7}
    at = NOW + timedelta(days=days)
    return replace(_record(IDS[name], metrics), spec_name=spec, created_at=at)


@pytest.fixture
def api(make_home: Callable[..., Home], make_api: Callable[..., Api]) -> Api:
    return filled(make_api(make_home().settings))


def filled(api: Api) -> Api:
    """The API over two results of `mine`, the newer one with a report, and one of `other`."""
    stores = api.services.stores()
    for record in (made("old", "mine", 0), made("new", "mine", 1), made("other", "other", 2)):
        stores.backtests.save(record, _trades(), _equity())
        stores.backtests.save_spec(StoredSpec(record.spec_name, record.spec, "API", NOW))
    spec_report(api.services.settings, "mine").write("<title>mine</title>")
    api.launcher.graph.kept[KeyKind.BACKTEST] = ["mine", "other", "cancelled", "sma_cross-ES-1h"]
    api.launcher.graph.kept[KeyKind.INSTRUMENT] = ["ES", "CL"]
    return api


def told(answer: httpx.Response, status: int) -> str:
    """The sentence of a refusal."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    return str(answer.json()["detail"])


def stores_of(api: Api) -> Stores:
    return api.services.stores()


def ids(answer: httpx.Response) -> list[str]:
    """Which of the results an answer lists."""
    names = {number: name for name, number in IDS.items()}
    return [names[one["id"]] for one in answer.json()["backtests"]]


def test_a_result_is_named_and_tagged_and_found_by_its_tags(api: Api) -> None:
    with api.client() as client:
        changed = client.patch(f"/backtests/{IDS['new']}", json={"title": "The good one", "add_tags": ["Keep", "es"]})
        assert (changed.json()["title"], changed.json()["tags"]) == ("The good one", ["es", "keep"])
        client.patch(f"/backtests/{IDS['old']}", json={"tags": ["es"]})
        assert ids(client.get("/backtests", params={"tag": "es"})) == ["new", "old"]
        assert ids(client.get("/backtests", params={"tag": ["es", "keep"]})) == ["new"]
        assert ids(client.get("/backtests", params={"made_before": "2024-02-02T12:00:00"})) == ["old"]
        left = client.patch(f"/backtests/{IDS['new']}", json={"remove_tags": ["es", "keep"]}).json()
        assert (left["title"], left["tags"]) == ("The good one", [])
        assert client.patch(f"/backtests/{IDS['new']}", json={"title": None}).json()["title"] is None
        asked = told(client.patch(f"/backtests/{IDS['new']}", json={"add_tags": ["two words"]}), 422)
        assert asked == "add_tags.0: write one word of at most 30 letters, digits and . _ -, like keep."
        assert "whole id of a result" in told(client.patch("/backtests/3f2a91c0", json={"title": "x"}), 422)
        told(client.patch(f"/backtests/{'f' * 32}", json={"title": "x"}), 404)


def test_many_results_are_compared_in_pairs(api: Api) -> None:
    several = [IDS["old"], IDS["new"], IDS["other"]]
    with api.client() as client:
        found = client.get("/backtests/compare", params={"ids": several}).json()
        alone = client.get("/backtests/compare", params={"a": several[0], "b": several[1]}).json()
        assert client.get("/backtests/compare", params={"ids": several[:1]}).json()["pairs"] == []
    assert [(pair["first"], pair["second"]) for pair in found["pairs"]] == list(combinations(several, 2))
    assert (found["returns"], alone["pairs"]) == (None, None)
    pair = found["pairs"][0]
    assert pair["sessions"] == alone["returns"]["sessions"]
    for name in ("mean", "sharpe"):
        assert {key: pair[name][key] for key in ("first", "second", "difference", "low", "high")} == alone["returns"][
            name
        ]
        assert pair[name]["different"] is False


def test_a_note_is_kept_beside_a_result_and_changes_neither_its_id_nor_its_numbers(api: Api) -> None:
    path = f"/backtests/{IDS['new']}"
    with api.client() as client:
        before = client.get(path).json()
        noted = client.patch(path, json={"note": "Look again\nafter the roll."}).json()
        listed = next(one for one in client.get("/backtests").json()["backtests"] if one["id"] == IDS["new"])
        assert noted == {**before, "note": "Look again\nafter the roll."}
        assert listed["note"] == noted["note"]
        assert client.patch(path, json={"title": None}).json()["note"] == noted["note"]
        assert client.patch(path, json={"note": None}).json() == before
        assert "note" in told(client.patch(path, json={"note": "x" * 2001}), 422)
        assert "U+0007" in told(client.patch(path, json={"note": "\x07"}), 422)


def test_a_deleted_result_says_so_everywhere_and_takes_its_report_with_it(api: Api) -> None:
    api.launcher.graph.busy = {"other"}
    path = f"/backtests/{IDS['new']}"
    with api.client() as client:
        deleted = client.delete(path, params={"made_at": (NOW + timedelta(days=1)).isoformat()}).json()
        assert (deleted["names"], deleted["trades"], deleted["bars"], deleted["deleted_by"]) == (["mine"], 2, 3, "API")
        for way in ("", "/trades", "/equity", "/months", "/worth", "/report"):
            assert "was deleted on" in told(client.get(path + way), 410)
        assert "was deleted on" in told(client.get("/backtests/compare", params={"ids": [IDS["old"], IDS["new"]]}), 410)
        assert "was deleted on" in told(client.delete(path), 410)
        assert "was deleted on" in told(client.patch(path, json={"title": "x"}), 410)
        assert client.get("/backtests/deleted").json() == {"deleted": [deleted], "total": 1}
        assert [one["has_report"] for one in client.get("/backtests", params={"name": "mine"}).json()["backtests"]] == [
            False
        ]
        assert "`g4qc backtests list`" in told(client.delete(f"/backtests/{'f' * 32}"), 404)
    page = httpx.get(f"{api.url}/reports/mine.html")
    assert page.status_code == 410
    assert "was deleted on" in page.text
    assert httpx.get(f"{api.url}/reports/never.html").status_code == 404
    assert "mine" in api.launcher.graph.kept[KeyKind.BACKTEST]


def test_a_rerun_brings_it_back_and_a_result_that_was_made_again_is_not_deleted_unseen(api: Api) -> None:
    path = f"/backtests/{IDS['new']}"
    with api.client() as client:
        seen = client.get(path).json()["created_at"]
        stores_of(api).backtests.save(made("new", "mine", 3), _trades(), _equity())
        assert "made again at 2024-02-04" in told(client.delete(path, params={"made_at": seen}), 409)
        assert client.delete(path).status_code == 200
        stores_of(api).backtests.save(made("new", "mine", 4), _trades(), _equity())
        assert client.get(path).status_code == 200


def test_a_report_of_an_older_result_stays(api: Api) -> None:
    report = api.services.settings.home / "reports" / "mine.html"
    os.utime(report, times=(NOW.timestamp() + 60, NOW.timestamp() + 60))
    with api.client() as client:
        client.delete(f"/backtests/{IDS['new']}")
        assert client.get(f"/backtests/{IDS['old']}/report").status_code == 200
        client.delete(f"/backtests/{IDS['old']}")
    assert not report.exists()


def test_the_report_of_a_newer_result_is_not_shown_as_that_of_an_older_one(api: Api) -> None:
    with api.client() as client:
        assert client.get(f"/backtests/{IDS['new']}/report").status_code == 200
        refused = told(client.get(f"/backtests/{IDS['old']}/report"), 404)
        assert refused == "The report of mine shows a newer result, or was never made: run it again."
        known = {one["id"]: one["has_report"] for one in client.get("/backtests").json()["backtests"]}
        assert known == {IDS["old"]: False, IDS["new"]: True, IDS["other"]: False}
        assert not client.get(f"/backtests/{IDS['old']}").json()["has_report"]


def test_reports_in_a_bucket_are_listed_served_and_deleted(
    make_home: Callable[..., Home], make_api: Callable[..., Api], bucket: str
) -> None:
    api = filled(make_api(make_home(report_target=bucket).settings))
    assert not (api.services.settings.home / "reports").exists()
    with api.client() as client:
        known = {one["id"]: one["has_report"] for one in client.get("/backtests").json()["backtests"]}
        assert known == {IDS["old"]: False, IDS["new"]: True, IDS["other"]: False}
        assert client.get(f"/backtests/{IDS['new']}/report").text == "<title>mine</title>"
        assert client.get(f"/backtests/{IDS['other']}/report").status_code == 404
    listed = httpx.get(f"{api.url}/reports").text
    assert "/reports/mine.html" in listed
    served = httpx.get(f"{api.url}/reports/mine.html")
    assert served.text == "<title>mine</title>"
    assert served.headers["Content-Security-Policy"].startswith("sandbox")
    with api.client() as client:
        client.delete(f"/backtests/{IDS['new']}")
    assert "/reports/mine.html" not in httpx.get(f"{api.url}/reports").text


def test_nothing_is_deleted_while_a_run_of_one_of_them_is_under_way(api: Api) -> None:
    api.launcher.graph.busy = {"other"}
    with api.client() as client:
        answer = client.delete("/backtests", params={"strategy": "sma_cross"})
        assert "A run of other is under way" in told(answer, 409)
        assert len(ids(client.get("/backtests"))) == 3
        assert (api.services.settings.home / "reports" / "mine.html").exists()
        api.launcher.down = True
        assert client.delete(f"/backtests/{IDS['old']}").status_code == 503


def test_many_are_deleted_at_once_and_the_key_goes_with_the_last_result(api: Api) -> None:
    with api.client() as client:
        old = client.delete("/backtests", params={"name": "mine", "made_before": "2024-02-02T00:00:00Z"}).json()
        assert [one["id"] for one in old["deleted"]] == [IDS["old"]]
        assert "mine" in api.launcher.graph.kept[KeyKind.BACKTEST]
        client.patch(f"/backtests/{IDS['other']}", json={"add_tags": ["bad"]})
        assert client.delete("/backtests", params={"tag": "bad", "name": "mine"}).json()["total"] == 0
        assert client.delete("/backtests", params={"tag": "bad"}).json()["total"] == 1
        told(client.delete("/backtests", params={"id": [IDS["new"], "f" * 32]}), 404)
        other = {"id": [IDS["new"]], "made_at": [NOW.isoformat()]}
        assert "made again" in told(client.delete("/backtests", params=other), 409)
        several = {"id": [IDS["new"], IDS["old"]], "made_at": [NOW.isoformat()]}
        assert "one for each id" in told(client.delete("/backtests", params=several), 422)
        assert client.delete("/backtests", params={"id": [IDS["new"]]}).json()["total"] == 1
        assert "Say which results" in told(client.delete("/backtests"), 422)
        assert "Say which results" in told(client.delete("/backtests", params={"made_before": "2030-01-01"}), 422)
        assert "not both" in told(client.delete("/backtests", params={"id": [IDS["new"]], "tag": "x"}), 422)
    assert api.launcher.graph.kept[KeyKind.BACKTEST] == ["cancelled", "sma_cross-ES-1h"]
    assert stores_of(api).backtests.specs() == []
    assert len(stores_of(api).backtests.trials("sma_cross")) == 3


def test_a_key_is_removed_where_nothing_needs_it(api: Api) -> None:
    api.launcher.graph.busy = {"CL"}
    with api.client() as client:

        def listed(**asked: Any) -> dict[str, tuple[str, bool]]:
            return {
                one["key"]: (one["holds"], one["unused"])
                for one in client.get("/partitions", params=asked).json()["partitions"]
            }

        assert listed() == {
            "cancelled": ("", True),
            "mine": ("2 results", False),
            "other": ("1 result", False),
            "sma_cross-ES-1h": ("", False),
            "CL": ("", False),
            "ES": ("", False),
        }
        assert set(listed(unused=True)) == {"cancelled"}
        path = "/partitions/backtest"
        assert "`g4qc backtests delete --spec mine`" in told(
            client.delete(path, params={"key": ["cancelled", "mine"]}), 422
        )
        assert "entry of the backtests file" in told(client.delete(path, params={"key": "sma_cross-ES-1h"}), 422)
        assert "did you mean 'cancelled'" in told(client.delete(path, params={"key": "canceled"}), 422)
        assert "G4QC_SYMBOLS" in told(client.delete("/partitions/instrument", params={"key": "ES"}), 422)
        assert "A run of CL is under way" in told(client.delete("/partitions/instrument", params={"key": "CL"}), 409)
        told(client.delete(path), 422)
        assert set(listed(unused=True)) == {"cancelled"}
        assert client.delete(path, params={"unused": True}).json()["partitions"][0]["key"] == "cancelled"
        api.launcher.graph.busy = set()
        assert client.delete("/partitions/instrument", params={"key": "CL"}).status_code == 200
        assert set(listed()) == {"mine", "other", "sma_cross-ES-1h", "ES"}


def test_a_notebook_names_and_deletes_results_and_hears_the_same(api: Api) -> None:
    with G4QC(api.url) as g4qc:
        assert g4qc.label(IDS["new"], title="Mine", add_tags=["keep"])["title"] == "Mine"
        assert list(g4qc.backtests(tag="keep")["id"]) == [IDS["new"]]
        assert g4qc.label(IDS["new"], title=None)["title"] is None
        assert g4qc.delete(IDS["new"])["id"] == IDS["new"]
        with pytest.raises(Gone, match="was deleted on"):
            g4qc.delete(IDS["new"])
        api.launcher.graph.busy = {"other"}
        with pytest.raises(InUse, match="under way"):
            g4qc.delete(IDS["other"])


def test_who_deleted_it_is_the_name_of_the_key(make_home: Callable[..., Home], make_api: Callable[..., Api]) -> None:
    api = make_api(make_home().settings, with_keys=True)
    stores_of(api).backtests.save(made("old", "mine", 0), _trades(), _equity())
    with api.client(Scope.RUN) as client:
        assert client.patch(f"/backtests/{IDS['old']}", json={"title": "x"}).status_code == 200
        assert client.delete(f"/backtests/{IDS['old']}").status_code == 403
    with api.client(Scope.ADMIN) as client:
        assert client.delete(f"/backtests/{IDS['old']}").json()["deleted_by"] == "admin"


def test_what_a_result_is_worth_is_shown_after_all_trials(api: Api) -> None:
    answer = api.client().get(f"/backtests/{IDS['new']}/worth").json()
    assert answer["id"] == IDS["new"]
    assert answer["figures"]["family_trials"] == 1
    assert "sma_cross" in answer["words"]
    assert answer["rows"][0]["name"] == "family_trials"
