"""Problems in the language of the request, by code: English for programs, Spanish for those who ask for it."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from g4qc_core.api.api_keys import Scope
from g4qc_core.api.http_guard import GuardRules
from tests.fixtures.api import Api, served
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

NOBODY = "0" * 32
SPEC = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"}
SEARCH = {"name": "languages", "backtest": SPEC, "parameters": {"fast": [3, 5]}, "objective": "sharpe", "trials": 2}
WALK = {"backtest": SPEC}
# Words of English sentences that no Spanish sentence has; what a user wrote and commands are taken out before.
ENGLISH = re.compile(
    r"\b(the|is|are|and|of|with|has|have|must|should|be|not|there|write|give|choose|which|this|that|to|between)\b",
    re.IGNORECASE,
)
MISTAKES: dict[str, tuple[str, str, Any]] = {
    "no route": ("GET", "/nowhere", None),
    "a method": ("PUT", "/jobs", None),
    "a query": ("GET", "/instruments?bogus=1", None),
    "a query near a known one": ("GET", "/data/ES?timefram=1h", None),
    "a query twice": ("GET", "/data/ES?timeframe=1h&timeframe=1d", None),
    "a symbol": ("GET", "/data/XX", None),
    "a timeframe": ("GET", "/data/ES?timeframe=7min", None),
    "a date": ("GET", "/data/ES?start_date=yesterday", None),
    "a window": ("GET", "/data/ES?start_date=2026-10-06&end_date=2026-10-05", None),
    "a limit": ("GET", "/data/ES?limit=0", None),
    "a cursor": ("GET", "/data/ES?limit=5&cursor=nonsense", None),
    "a contract": ("GET", "/data/ES?contract=209912", None),
    "a contract month": ("GET", "/data/ES?contract=december", None),
    "a contract adjusted": ("GET", "/data/ES?contract=202612&adjustment=ratio", None),
    "a roll rule": ("GET", "/rolls/ES?rule=weather", None),
    "a roll rule not made": ("GET", "/rolls/ES?rule=days_before_expiry(3)", None),
    "a coverage window": ("GET", "/coverage/ES?first=2026-10-06&last=2026-10-05", None),
    "gaps of a year": ("GET", "/gaps/ES?first=2026-01-01&last=2026-10-31", None),
    "a result": ("GET", f"/backtests/{NOBODY}", None),
    "a short id": ("GET", "/backtests/abc", None),
    "compared with nothing": ("GET", "/backtests/compare", None),
    "compared with itself": ("GET", f"/backtests/compare?a={NOBODY}&b={NOBODY}", None),
    "a strategy": ("POST", "/backtests", {**SPEC, "strategy": "smacross"}),
    "an own strategy": ("POST", "/backtests", {**SPEC, "strategy": "json:JSONDecoder"}),
    "a field": ("POST", "/backtests", {**SPEC, "speed": 1}),
    "a missing field": ("POST", "/backtests", {"strategy": "sma_cross"}),
    "a parameter": ("POST", "/backtests", {**SPEC, "parameters": {"fast": 0}}),
    "a parameter unknown": ("POST", "/backtests", {**SPEC, "parameters": {"quick": 3}}),
    "parameters that do not fit": ("POST", "/backtests", {**SPEC, "parameters": {"fast": 30, "slow": 20}}),
    "a sizing": ("POST", "/backtests", {**SPEC, "sizing": "much"}),
    "a sizing out of range": ("POST", "/backtests", {**SPEC, "sizing": "equity(99999)"}),
    "a margin": ("POST", "/backtests", {**SPEC, "margin": "much"}),
    "a cash": ("POST", "/backtests", {**SPEC, "cash": -1}),
    "a reversed spec": ("POST", "/backtests", {**SPEC, "from": "2026-10-09", "to": "2026-10-01"}),
    "an empty window": ("POST", "/explore", {**SPEC, "from": "2020-01-01", "to": "2020-02-01"}),
    "no JSON": ("POST", "/backtests", b"{"),
    "a search without a budget": ("POST", "/searches", {**SEARCH, "trials": 0}),
    "a search's metric": ("POST", "/searches", {**SEARCH, "objective": "luck"}),
    "a search's constraint": ("POST", "/searches", {**SEARCH, "constraints": ["many trades"]}),
    "a search's empty list": ("POST", "/searches", {**SEARCH, "parameters": {"fast": []}}),
    "a search's range": ("POST", "/searches", {**SEARCH, "parameters": {"fast": {"from": 9, "to": 5, "step": 1}}}),
    "a search unknown": ("GET", f"/searches/{NOBODY}", None),
    "a walk-forward's windows": ("POST", "/walk-forwards", {**WALK, "windows": 0}),
    "a simulation's paths": ("POST", "/monte-carlos", {"result": "x", "paths": 0}),
    "a portfolio's parts": ("POST", "/portfolios", {"parts": []}),
    "a portfolio's weights": ("POST", "/portfolios", {"parts": ["a"], "weights": {"ES": 0.4}}),
    "a walk-forward unknown": ("GET", f"/walk-forwards/{NOBODY}", None),
    "an extraction's window": ("POST", "/data/extract", {"symbol": "ES", "start": "2199-01-01"}),
    "an extraction's duration": ("POST", "/data/extract", {"symbol": "ES", "duration": "long"}),
    "an extraction without a window": ("POST", "/data/extract", {"symbol": "ES"}),
    "no bars to decide about": ("POST", "/quarantine/decisions", {"decision": "drop"}),
    "a tag": ("PATCH", f"/backtests/{NOBODY}", {"tags": ["two words"]}),
    "a report": ("GET", "/../../reports/none.html", None),
    "keys to remove": ("DELETE", "/partitions/backtest", None),
}


def ask(api: Api, what: str, **headers: str) -> httpx.Response:
    """Send the request of a mistake."""
    method, path, body = MISTAKES[what]
    url = f"{api.url}/reports/none.html" if "reports" in path else f"{api.url}/api/v1{path}"
    given: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
    if isinstance(body, bytes):
        headers["Content-Type"] = "application/json"
    return httpx.request(method, url, headers=headers, timeout=60, **given)


def plain(said: str) -> str:
    """Return a sentence without names, commands and values."""
    return re.sub(
        r"`[^`]*`|«[^»]*»|\([^)]*\)|\{[^}]*\}|\[[^]]*\]|/api/v1\S*|Conocid[oa]s: .*|/reports|[\w.]*_\w*", "", said
    )


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_in_spanish_to_those_who_read_spanish(api: Api, what: str) -> None:
    english, spanish = ask(api, what), ask(api, what, **{"Accept-Language": "es-ES,es;q=0.9,en;q=0.8"})
    told, said = english.json(), spanish.json()
    assert 400 <= english.status_code < 500, english.text
    assert (spanish.status_code, said["error"], said["code"], said["values"]) == (
        english.status_code,
        told["error"],
        told["code"],
        told["values"],
    )
    assert (english.headers["Content-Language"], spanish.headers["Content-Language"]) == ("en", "es")
    assert "." in told["code"], told
    assert said["detail"] != told["detail"]
    assert said["title"] != told["title"]
    assert not ENGLISH.search(plain(said["detail"])), said["detail"]


def test_the_language_asked_for_comes_before_the_cookie_and_that_before_the_browsers(api: Api) -> None:
    def language(query: str = "", **headers: str) -> str:
        found = httpx.get(f"{api.url}/api/v1/data/XX{query}", headers=headers)
        assert "Accept-Language" in found.headers["Vary"]
        return found.headers["Content-Language"]

    assert language() == "en"
    assert language("?lang=es") == "es"
    assert language("?lang=en", Cookie="g4qc_lang=es") == "en"
    assert language(Cookie="g4qc_lang=es", **{"Accept-Language": "en"}) == "es"
    assert language(**{"Accept-Language": "de"}) == "en"
    unknown = httpx.get(f"{api.url}/api/v1/data/ES?lang=xx")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown.name")


def test_keys_and_limits_are_told_in_the_language_too(keyed_api: Api, home: Home) -> None:
    spanish = {"Accept-Language": "es"}
    with keyed_api.client(Scope.READ) as client:
        small = client.post("/jobs", json={"assets": ["roll_calendar"]}, headers=spanish).json()
    none = httpx.get(f"{keyed_api.url}/api/v1/jobs", headers=spanish).json()
    wrong = httpx.get(f"{keyed_api.url}/api/v1/jobs", headers={**spanish, "Authorization": "Bearer x"}).json()
    assert [one["code"] for one in (small, none, wrong)] == [
        "access.scope_too_small",
        "access.key_required",
        "access.key_required",
    ]
    with served(home.settings, GuardRules(per_minute=1, largest_body=10)) as narrow:
        large = httpx.post(f"{narrow.url}/api/v1/jobs", content=b"x" * 20, headers=spanish).json()
        httpx.get(f"{narrow.url}/api/v1/session", headers=spanish)
        often = httpx.get(f"{narrow.url}/api/v1/session", headers=spanish).json()
    away_url = SecretStr("postgresql://nobody@127.0.0.1:9/x")
    with served(home.settings.model_copy(update={"database_url": away_url})) as down:
        away = httpx.get(f"{down.url}/api/v1/jobs/{NOBODY}", headers=spanish)
        lost = httpx.get(f"{down.url}/api/v1/coverage", headers=spanish, timeout=60).json()
        down.launcher.down = True
        graph = httpx.get(f"{down.url}/api/v1/jobs", headers=spanish).json()
    told = [small, none, wrong, large, often, away.json(), lost, graph]
    assert [one["code"] for one in told[3:]] == [
        "http.body_too_large",
        "limits.requests_a_minute",
        "job.not_found",
        "database.no_answer",
        "graph_unavailable",
    ]
    assert [one["detail"] for one in told if ENGLISH.search(plain(one["detail"]).partition("127.0.0.1")[0])] == []


def test_fields_that_are_sentences_are_in_the_language_too(api: Api) -> None:
    with api.client() as client:
        for path, field in (("/strategies", "summary"), ("/backtests/fields", "description")):
            english = {one["name"]: one[field] for one in client.get(path).json()}
            spanish = {one["name"]: one[field] for one in client.get(path, params={"lang": "es"}).json()}
            assert set(english) == set(spanish)
            assert {name for name in english if english[name] == spanish[name]} == set()
        about = client.get("/coverage/ES", params={"lang": "es"}).json()["not_asked"]["about"]
    assert about == "sin pedir: 15 sesiones desde 2026-11-02"


def test_a_report_opens_in_the_language_that_was_chosen(api: Api) -> None:
    path = api.services.settings.home / "reports" / "languages-of-a-report.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('<!doctype html><html lang="en" data-wanted="">', "utf-8")
    try:
        url = f"{api.url}/reports/{path.name}"
        assert 'data-wanted=""' in httpx.get(url, headers={"Accept-Language": "es"}).text
        assert 'data-wanted="es"' in httpx.get(url, params={"lang": "es"}).text
        assert 'data-wanted="es"' in httpx.get(url, headers={"Cookie": "g4qc_lang=es"}).text
        assert 'data-wanted="en"' in httpx.get(url, params={"lang": "en"}, headers={"Cookie": "g4qc_lang=es"}).text
    finally:
        path.unlink()
