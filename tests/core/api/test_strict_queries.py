"""Each route takes only the query names that it declares, each once, and lists them in its refusal."""

from __future__ import annotations

import pytest

from tests.fixtures.api import Api

pytestmark = pytest.mark.integration

ADDRESSES = {
    "symbol": "ES",
    "job_id": "0" * 32,
    "backtest_id": "0" * 32,
    "kind": "backtest",
    "search_id": "0" * 32,
    "study_id": "0" * 32,
    "name": "parts",
    "ref": "g4-0",
    "number": "1",
}


def operations(api: Api) -> list[tuple[str, str, list[str]]]:
    """Return method, path and query parameters of each route, from the OpenAPI document."""
    with api.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
    return [
        (method, path.format(**ADDRESSES).removeprefix("/api/v1"), _names(operation))
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]


def test_no_route_takes_a_name_that_it_does_not_declare(api: Api) -> None:
    with api.client() as client:
        for method, path, known in operations(api):
            answer = client.request(method, path, params={"bogus": "1"})
            told = answer.json()["detail"]
            assert answer.status_code == 422, path
            assert "Unknown query parameter 'bogus'" in told
            assert all(name in told for name in known[:3] + known[-3:]), (path, told)


def test_no_route_takes_two_values_where_it_reads_one(api: Api) -> None:
    several = []
    with api.client() as client:
        for method, path, known in operations(api):
            for name in known:
                answer = client.request(method, path, params=[(name, "1"), (name, "2")])
                if "give it once" in answer.json().get("detail", ""):
                    assert answer.status_code == 422
                else:
                    several.append((method, path, name))
    assert sorted(several) == [
        ("delete", "/backtests", "id"),
        ("delete", "/backtests", "made_at"),
        ("delete", "/backtests", "tag"),
        ("delete", "/partitions/backtest", "key"),
        ("get", "/backtests", "tag"),
        ("get", "/backtests/compare", "ids"),
        ("get", "/quarantine", "contract"),
        ("get", "/quarantine", "reason"),
        ("get", "/quarantine", "session"),
        ("get", f"/searches/{ADDRESSES['search_id']}/columns", "figure"),
    ]


@pytest.mark.parametrize(
    ("path", "asked", "status", "words"),
    [
        ("/rolls/ES", {"rule": "bogus"}, 422, "Known: volume, open_interest, days_before_expiry(n)"),
        ("/rolls/ES", {"rule": "volumes"}, 422, "did you mean 'volume'"),
        ("/rolls/ES", {"rule": "days_before_expiry(77)"}, 422, "There are those by"),
        ("/rolls/XX", {}, 404, "Unknown instrument 'XX'"),
        ("/data/ES", {"rule": "bogus"}, 422, "Known: volume"),
        ("/data/ES", {"timeframe": "2h"}, 422, "timeframe"),
        ("/data/ES", {"adjustment": "ratios"}, 422, "adjustment"),
        ("/data/ES", {"contract": "209912"}, 404, "has no contract 209912"),
        ("/coverage/ES", {"contract": "209912"}, 404, "has no contract 209912"),
        ("/requests", {"symbol": "ES", "contract": "209912"}, 404, "has no contract 209912"),
        ("/requests", {"symbol": "ESS"}, 422, "did you mean 'ES'"),
        ("/quarantine", {"symbol": "ESS"}, 422, "did you mean 'ES'"),
        ("/backtests", {"instrument": "ESS"}, 422, "did you mean 'ES'"),
        ("/backtests", {"strategy": "sma_cros"}, 422, "did you mean 'sma_cross'"),
    ],
)
def test_a_value_that_there_is_not_is_refused_with_those_that_there_are(
    api: Api, path: str, asked: dict[str, str], status: int, words: str
) -> None:
    with api.client() as client:
        answer = client.get(path, params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_a_rule_is_the_same_however_it_is_written(api: Api) -> None:
    with api.client() as client:
        own = client.get("/rolls/ES").json()
        named = client.get("/rolls/ES", params={"rule": " days_before_expiry( 8 )"}).json()
    assert named["rule"] == "days_before_expiry(8)"
    assert named["rolls"] == own["rolls"] or own["rule"] != named["rule"]


def _names(operation: dict) -> list[str]:
    return [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
