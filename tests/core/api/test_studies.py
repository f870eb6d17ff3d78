"""The routes of studies over a real server, store and database, with the small kind of `sample_study`."""

from __future__ import annotations

from io import StringIO

import pandas as pd
import pyarrow as pa
import pytest

from g4qc_core.api.job_launcher import JobState
from g4qc_core.parquet_frames import parquet_frame
from g4qc_core.services.research.study import report_of_study
from g4qc_core.storage.result_stores.study_store import StudyRecord
from tests.fixtures.api import Api
from tests.fixtures.sample_study import SAMPLE, SampleSpec

pytestmark = pytest.mark.integration

ASKED = {"name": "routes", "instrument": "ES", "timeframe": "1h", "factor": 2.25}


def ran(api: Api, **fields: object) -> StudyRecord:
    """Run a sample study in this process."""
    services = api.services
    run = SAMPLE.prepare(
        SampleSpec.asked({**ASKED, **fields}), services.settings, services.registry, services.stores(), None
    )
    for _ in run.events():
        pass
    return run.record


@pytest.fixture(scope="module")
def done(api: Api) -> StudyRecord:
    """A study that is done."""
    return ran(api)


def test_a_study_is_started_with_its_spec(api: Api) -> None:
    with api.client() as client:
        answer = client.post("/samples", json={**ASKED, "name": "unnamed"})
        job = answer.json()
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
        assert client.get(answer.headers["location"].removeprefix("/api/v1")).json()["kind"] == "study"
    spec = api.launcher.started[-1]
    assert isinstance(spec, SampleSpec)
    assert (spec.factor, spec.name, spec.to_dict()) == (2.25, job["name"], job["spec"])


def test_a_study_is_started_by_the_name_of_what_it_is_about(api: Api, done: StudyRecord) -> None:
    with api.client() as client:
        known = client.post("/samples/named", json={"of": done.name})
        other = client.post("/samples/named", json={"of": "ES", "fields": {"factor": 3}})
        nothing = client.post("/samples/named", json={"of": "route"})
    assert (known.status_code, known.json()["spec"]) == (202, dict(done.spec))
    assert other.json()["spec"]["factor"] == 3
    assert (nothing.status_code, nothing.json()["error"]) == (422, "UsageError")
    assert "did you mean 'routes'" in nothing.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/samples", {**ASKED, "factor": 0}, "factor"),
        ("/samples", {**ASKED, "speed": 1}, "speed: there is no such field."),
        ("/samples", {**ASKED, "name": "a/b"}, "name"),
        ("/samples", {**ASKED, "strategy": "json:JSONDecoder"}, "g4qc sample"),
        ("/samples/named", {"fields": {}}, "of: is missing."),
        ("/samples/named", {"of": "json:JSONDecoder"}, "g4qc sample"),
        ("/samples/named", {"of": "ES", "fields": {"strategies": [{"strategy": "a:B"}]}}, "g4qc sample"),
        ("/samples/named", {"of": "ES", "fields": {"speed": 1}}, "speed"),
        ("/samples/named", {"of": "ES", "fields": {"factor": "many"}}, "factor"),
    ],
)
def test_what_is_no_study_is_one_sentence(api: Api, path: str, body: dict[str, object], said: str) -> None:
    before = len(api.launcher.started)
    with api.client() as client:
        answer = client.post(path, json=body)
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]
    assert len(api.launcher.started) == before


def test_without_the_graph_nothing_is_started(api: Api) -> None:
    api.launcher.down = True
    try:
        with api.client() as client:
            answer = client.post("/samples", json=ASKED)
    finally:
        api.launcher.down = False
    assert (answer.status_code, answer.json()["error"]) == (503, "GraphUnavailable")


def test_lists_and_details_are_those_of_the_store(api: Api, done: StudyRecord) -> None:
    with api.client() as client:
        listed = client.get("/samples", params={"name": "routes"}).json()
        detail = client.get(f"/samples/{done.id}").json()
    assert [(one["id"], one["figures"]) for one in listed["studies"]] == [(done.id, detail["figures"])]
    assert listed["total"] == 1
    assert detail["spec"] == done.spec
    assert detail["summary"] == {**(done.summary or {}), "undefined": None}
    assert detail["figures"] == SAMPLE.key_figures(done)
    assert [(one["name"], one["passed"]) for one in detail["checks"]] == [("enough", True)]
    rows = api.services.stores().studies.frames(done.id)
    assert {one["name"]: one["rows"] for one in detail["tables"]} == rows
    assert all(one["about"] for one in detail["tables"])
    assert detail["report"] == f"/samples/{done.id}/report"


def test_a_list_comes_in_pages_newest_first(api: Api) -> None:
    made = [ran(api, name="pages", factor=factor).id for factor in (3.25, 4.25, 5.25)]
    found: list[str] = []
    with api.client() as client:
        for offset in range(3):
            page = client.get("/samples", params={"name": "pages", "limit": 1, "offset": offset}).json()
            assert page["total"] == 3
            found += [one["id"] for one in page["studies"]]
    assert found == made[::-1]


def test_a_table_is_the_same_in_pages_and_in_each_file(api: Api, done: StudyRecord) -> None:
    wanted = api.services.stores().studies.frame(done.id, "closes")
    path = f"/samples/{done.id}/tables/closes"
    parts, offset = [], 0
    with api.client() as client:
        while offset is not None:
            page = client.get(path, params={"limit": 100, "offset": offset}).json()
            parts.append(pd.DataFrame(page["columns"]))
            offset = page["next_offset"]
        csv = client.get(path, params={"format": "csv"})
        parquet = client.get(path, params={"format": "parquet"})
        arrow = client.get(path, headers={"Accept": "application/vnd.apache.arrow.stream"})
        short = client.get(path, params={"format": "parquet", "limit": 3, "offset": 2})
    pd.testing.assert_frame_equal(parquet_frame(parquet.content), wanted)
    pd.testing.assert_frame_equal(pa.ipc.open_stream(arrow.content).read_pandas(), wanted)
    pd.testing.assert_frame_equal(parquet_frame(short.content), wanted[2:5].reset_index(drop=True))
    assert csv.headers["content-type"].startswith("text/csv")
    for frame in (pd.concat(parts, ignore_index=True), pd.read_csv(StringIO(csv.text), dtype={"contract": str})):
        assert list(frame.columns) == list(wanted.columns)
        assert (pd.to_datetime(frame["timestamp"]) == wanted["timestamp"]).all()
        assert (frame["trade_date"] == wanted["trade_date"].dt.strftime("%Y-%m-%d")).all()
        pd.testing.assert_series_equal(frame["change"], wanted["change"])
        assert frame["contract"].tolist() == wanted["contract"].tolist()


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_a_file_of_a_study_has_a_name(api: Api, done: StudyRecord, form: str) -> None:
    asked = {"format": form, "download": True}
    with api.client() as client:
        saved = client.get(f"/samples/{done.id}/tables/closes", params=asked)
    name = f"{done.kind}-{done.name}-{done.id[:8]}-closes.{form}"
    assert saved.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_rows_after_the_last_are_no_rows(api: Api, done: StudyRecord) -> None:
    with api.client() as client:
        page = client.get(f"/samples/{done.id}/tables/days", params={"offset": 10**9}).json()
    assert (page["next_offset"], set(map(len, page["columns"].values()))) == (None, {0})


def test_the_report_is_written_once_and_is_that_of_the_study(api: Api, done: StudyRecord) -> None:
    other = ran(api, factor=7.25)
    report = report_of_study(done, api.services.settings)
    with api.client() as client:
        first = client.get(f"/samples/{done.id}/report")
        written = report.written()
        second = client.get(f"/samples/{other.id}/report")
        again = client.get(f"/samples/{done.id}/report")
    assert done.id in first.text
    assert other.id in second.text
    assert (again.text, report.written()) == (first.text, written)
    assert "sandbox" in first.headers["content-security-policy"]


def test_a_study_that_failed_says_so_and_has_no_tables(api: Api) -> None:
    with pytest.raises(Exception, match="factor is too large"):
        ran(api, name="too-much", factor=500.0)
    with api.client() as client:
        (listed,) = client.get("/samples", params={"name": "too-much"}).json()["studies"]
        detail = client.get(f"/samples/{listed['id']}").json()
        table = client.get(f"/samples/{listed['id']}/tables/days")
        report = client.get(f"/samples/{listed['id']}/report")
    assert (listed["state"], listed["figures"]) == ("failed", {})
    assert (detail["checks"], detail["tables"], detail["report"], detail["summary"]) == ([], [], None, None)
    assert (table.status_code, report.status_code) == (404, 404)
    assert "failed" in table.json()["detail"]
    assert "failed" in report.json()["detail"]


def test_what_does_not_exist_is_not_found(api: Api, done: StudyRecord) -> None:
    with api.client() as client:
        for part in ("", "/tables/days", "/report"):
            answer = client.get(f"/samples/{'0' * 32}{part}")
            assert (answer.status_code, answer.json()["error"]) == (404, "NotFound")
            assert "/api/v1/samples lists them" in answer.json()["detail"]
        table = client.get(f"/samples/{done.id}/tables/nights")
        assert table.status_code == 404
        assert table.json()["detail"] == "The sample study routes has no table nights: its tables are closes, days."
        assert client.get("/samples/routes").status_code == 422
        assert client.get(f"/samples/{done.id}/tables/days", headers={"Accept": "image/png"}).status_code == 406


def test_a_study_of_one_kind_is_none_of_another(api: Api, done: StudyRecord) -> None:
    for kind in api.services.kinds.values():
        if kind.name != SAMPLE.name:
            with api.client() as client:
                assert client.get(f"/{kind.name.replace('_', '-')}s/{done.id}").status_code == 404


def test_the_document_describes_each_kind(api: Api) -> None:
    with api.client() as client:
        document = client.get("/openapi.json").json()
    start = document["paths"]["/api/v1/samples"]["post"]
    assert start["tags"] == ["samples"]
    assert start["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/SampleSpec")
    assert document["components"]["schemas"]["SampleSpec"]["properties"]["factor"]["description"]
    assert "closes" in document["paths"]["/api/v1/samples/{study_id}"]["get"]["description"]
    assert set(document["paths"]["/api/v1/samples/{study_id}/tables/{name}"]["get"]["responses"]["200"]["content"]) == {
        "application/json",
        "text/csv",
        "application/vnd.apache.parquet",
        "application/vnd.apache.arrow.stream",
    }


def test_a_job_that_failed_says_why(api: Api) -> None:
    api.launcher.state, api.launcher.message = JobState.FAILED, "There are no bars."
    try:
        with api.client() as client:
            job = client.post("/samples", json=ASKED).json()
    finally:
        api.launcher.state, api.launcher.message = JobState.SUCCEEDED, ""
    assert (job["state"], job["message"]) == ("failed", "There are no bars.")
