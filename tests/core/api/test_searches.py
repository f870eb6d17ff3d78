"""The routes of searches over a real server and a search that ran on its home."""

from __future__ import annotations

import pytest

from g4qc_core.client import G4QC
from g4qc_core.errors import NotFound, UsageError
from g4qc_core.parquet_frames import parquet_frame
from g4qc_core.research.overfitting.sharpe_significance import expected_maximum
from g4qc_core.research.search.goal import Objective
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.search_plan import plan_search
from g4qc_core.services.research.searches import SearchRun
from g4qc_core.storage.result_stores.search_store import SearchRecord
from tests.fixtures.api import Api

pytestmark = pytest.mark.integration

ASKED = {
    "name": "routes",
    "backtest": {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"},
    "parameters": {"fast": [3, 5, 7], "slow": [20, 30]},
    "objective": "total_return",
    "constraints": [],
    "workers": 1,
}


@pytest.fixture(scope="module")
def done(api: Api) -> SearchRecord:
    """A search that is done."""
    stores, registry, settings = api.services.stores(), api.services.registry, api.services.settings
    run = SearchRun(plan_search(SearchSpec.asked(ASKED), settings, registry, stores), settings, registry, stores)
    for _ in run.events():
        pass
    return run.record


def test_lists_and_details_are_those_of_the_store(api: Api, done: SearchRecord) -> None:
    with G4QC(api.url) as client:
        listed = client.searches("sma_cross")
        detail = client.get(f"/searches/{done.id}")
        worth = client.get(f"/searches/{done.id}/worth")
        surface = client.get(f"/searches/{done.id}/surface")
    assert done.id in set(listed["id"])
    assert detail["counts"]["tried"] == 6
    assert detail["spec"] == done.spec
    assert worth["words"] == (done.summary or {})["worth"]["words"]
    assert {axis["name"] for axis in surface["axes"]} == {"fast", "slow"}


def test_trials_in_pages_as_frame_and_as_csv_are_the_same(api: Api, done: SearchRecord) -> None:
    with G4QC(api.url) as client:
        frame = client.trials(done.id)
        pages, offset = [], 0
        while offset is not None:
            page = client.get(f"/searches/{done.id}/trials", limit=4, offset=offset)
            pages += page["trials"]
            offset = page["next_offset"]
        proposed, after = [], 0
        while after is not None:
            page = client.get(f"/searches/{done.id}/trials", ranked=False, limit=4, offset=after)
            proposed += [one["number"] for one in page["trials"]]
            after = page["next_offset"]
    with api.client() as plain:
        text = plain.get(f"/searches/{done.id}/trials", params={"format": "csv"}).text
    assert frame["id"].tolist() == [one["id"] for one in pages]
    assert frame["objective"].is_monotonic_decreasing
    assert frame["objective"].iloc[0] == (done.best or {})["objective"]
    assert len(text.splitlines()) == len(frame) + 1
    assert text.splitlines()[0].split(",") == list(frame.columns)
    assert proposed == list(range(6))


def test_files_of_a_search_have_names(api: Api, done: SearchRecord) -> None:
    with api.client() as client:
        for path in ("trials", "tables/slices"):
            address = f"/searches/{done.id}/{path}"
            plain = client.get(address, params={"format": "parquet"})
            saved = client.get(address, params={"format": "parquet", "download": True})
            assert "content-disposition" not in plain.headers
            name = f"sma_cross-ES-1h-{done.id[:8]}-{path.rpartition('/')[2]}.parquet"
            assert saved.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_a_search_has_tables_in_each_form_as_studies_have(api: Api, done: SearchRecord) -> None:
    with G4QC(api.url) as client:
        detail = client.get(f"/searches/{done.id}")
        surface = client.get(f"/searches/{done.id}/surface")
    frames = {}
    with api.client() as plain:
        for one in detail["tables"]:
            path = f"/searches/{done.id}/tables/{one['name']}"
            frames[one["name"]] = parquet_frame(plain.get(path, params={"format": "parquet"}).content)
            page = plain.get(path, params={"limit": 2, "offset": 1}).json()
            assert page["columns"] == {name: values[1:3] for name, values in plain.get(path).json()["columns"].items()}
        missing = plain.get(f"/searches/{done.id}/tables/windows")
    assert set(frames) == {"trials", "proposed", "heat_maps", "slices", "optima"}
    assert frames["proposed"]["number"].tolist() == list(range(6))
    assert frames["trials"]["id"].tolist()[0] == (done.best or {})["fingerprint"]
    (pair,) = surface["pairs"]
    wide = frames["heat_maps"].pivot(index="y_value", columns="x_value", values="value")
    assert wide.to_numpy().tolist() == pair["values"]
    assert detail["figures"]["tried"] == 6
    assert detail["figures"]["total_return"] == (done.best or {})["objective"]
    assert missing.status_code == 404
    assert "trials, proposed" in missing.json()["detail"]


def test_the_report_of_a_search_opens_from_the_api(api: Api, done: SearchRecord) -> None:
    with api.client() as plain:
        found = plain.get(plain.get(f"/searches/{done.id}").json()["report"])
        again = plain.get(f"/searches/{done.id}/report")
        nothing = plain.get(f"/searches/{'0' * 32}/report")
    assert done.id in found.text
    assert again.text == found.text
    assert nothing.status_code == 404


def test_a_search_is_started_with_its_spec(api: Api) -> None:
    with G4QC(api.url) as client:
        job = client.search(ASKED["backtest"], ASKED["parameters"], wait=False, trials=5, objective="sharpe")  # type: ignore[arg-type]
        assert client.get(f"/jobs/{job.job}")["kind"] == "search"
    spec = api.launcher.started[-1]
    assert isinstance(spec, SearchSpec)
    assert spec.trials == 5
    assert spec.name.startswith("sma_cross-ES-1h")


def test_columns_are_the_trials_in_pages(api: Api, done: SearchRecord) -> None:
    asked = {"figure": ["sharpe", "net_profit"], "limit": 4}
    pages, after = [], -1
    with api.client() as client:
        while after is not None:
            page = client.get(f"/searches/{done.id}/columns", params={**asked, "after": after}).json()
            pages.append(page)
            after = page["next_after"]
        proposed = client.get(f"/searches/{done.id}/trials", params={"ranked": False}).json()["trials"]
        unknown = client.get(f"/searches/{done.id}/columns", params={"figure": "luck"})
    joined: dict[str, list[object]] = {
        name: [one for page in pages for one in page[name]] for name in ("number", "objective", "state")
    }
    assert joined["number"] == [one["number"] for one in proposed]
    assert joined["objective"] == [one["objective"] for one in proposed]
    assert [pages[0]["states"][one] for one in joined["state"]] == [one["state"] for one in proposed]
    for kind, own in (("parameters", "parameters"), ("figures", "metrics")):
        for name in pages[0][kind]:
            assert [one for page in pages for one in page[kind][name]] == [one[own].get(name) for one in proposed]
    assert set(pages[0]["figures"]) == {"sharpe", "net_profit"}
    assert set(pages[0]["parameters"]) == {"fast", "slow", "long_only", "contracts"}
    assert unknown.status_code == 422
    assert "luck" in unknown.json()["detail"]


def test_a_plan_says_the_sets_and_what_the_best_must_beat(api: Api, done: SearchRecord) -> None:
    before = len(api.launcher.started)
    asked = {**ASKED, "parameters": {"fast": [3, 5, 40], "slow": [20, 30]}}
    with api.client() as client:
        trials = len(api.services.stores().backtests.trials("sma_cross"))
        plan = client.post("/searches/plan", json=asked).json()
        more = client.post("/searches/plan", json={**asked, "parameters": {"fast": "2:60:1", "slow": "5:300:1"}}).json()
        timed = client.post("/searches/plan", json={**asked, "method": "random", "minutes": 1}).json()
        wrong = client.post("/searches/plan", json={**asked, "parameters": {"speed": [1, 2]}})
    assert (plan["sets"], plan["fitting"], plan["planned"]) == (6, 4, 4)
    assert plan["family_trials"] == trials >= 6
    tries, sessions = plan["planned"] + trials, plan["sessions"]
    year = 1.0 if not plan["annual"] else plan["sharpe_by_luck"] / expected_maximum(tries, 1 / sessions)
    assert plan["sharpe_by_luck"] == pytest.approx(expected_maximum(tries, 1 / sessions) * year)
    assert more["sharpe_by_luck"] > plan["sharpe_by_luck"] > 0
    assert "2 do not fit together" in plan["words"]
    assert (timed["planned"], timed["sharpe_by_luck"]) == (None, None)
    assert (wrong.status_code, "speed" in wrong.text) == (422, True)
    assert len(api.launcher.started) == before
    assert len(api.services.stores().backtests.trials("sma_cross")) == trials


def test_figures_tell_which_value_is_better(api: Api) -> None:
    with api.client() as client:
        found = {one["key"]: one for one in client.get("/backtests/metrics").json()["metrics"]}
    assert found["sharpe"]["better"] == found["max_drawdown"]["better"] == "larger"
    assert found["volatility"]["better"] == "smaller"
    assert found["exposure"]["better"] is None
    for name, one in found.items():
        signed = name if one["better"] else f"+{name}"
        assert Objective.parse(signed).larger == (one["better"] != "smaller")


def test_strategies_tell_what_a_search_tries_by_itself(api: Api) -> None:
    with api.client() as client:
        (cross,) = (one for one in client.get("/strategies").json() if one["name"] == "sma_cross")
    tried = {one["name"]: one["search"] for one in cross["parameters"]}
    assert tried["fast"] == {"low": 5, "high": 100, "step": 5, "choices": []}
    assert tried["long_only"]["choices"] == [False, True]
    assert tried["contracts"] is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"trials": 0}, "budget"),
        ({"method": "guess"}, "method"),
        ({"objective": "luck"}, "luck"),
        ({"parameters": {"fast": []}}, "fast"),
        ({"speed": 1}, "speed"),
        ({"backtest": {"strategy": "json:JSONDecoder", "instrument": "ES", "timeframe": "1h"}}, "g4qc search"),
    ],
)
def test_what_is_no_search_is_one_sentence(api: Api, wrong: dict[str, object], said: str) -> None:
    with api.client() as client:
        answer = client.post("/searches", json={**ASKED, **wrong})
    assert answer.status_code == 422, answer.text
    assert said in answer.text
    assert "\n" not in answer.json()["detail"]


def test_what_does_not_exist_is_not_found(api: Api) -> None:
    with G4QC(api.url) as client:
        for part in ("", "/trials", "/surface", "/worth"):
            with pytest.raises(NotFound):
                client.get(f"/searches/{'0' * 32}{part}")
        with pytest.raises(UsageError):
            client.trials("not-an-id")
