"""What the API says of studies before they run, with the small kind of `sample_study`."""

from __future__ import annotations

import pytest

from tests.core.api.test_studies import ran
from tests.fixtures.api import Api

pytestmark = pytest.mark.integration

ASKED = {"name": "planned", "instrument": "ES", "timeframe": "1h", "factor": 6.75}


def test_the_specs_of_a_kind_are_listed_by_name_and_start_by_it(api: Api) -> None:
    done = ran(api, **ASKED)
    with api.client() as client:
        listed = {one["name"]: one["spec"] for one in client.get("/samples/named").json()["specs"]}
        started = client.post("/samples/named", json={"of": "planned"}).json()
    assert listed["planned"] == done.spec == started["spec"]


def test_a_plan_starts_nothing_and_says_what_a_study_costs(api: Api) -> None:
    before = len(api.launcher.started)
    with api.client() as client:
        plan = client.post("/samples/plan", json={**ASKED, "name": "unnamed"})
        wrong = client.post("/samples/plan", json={**ASKED, "factor": 0})
        own = client.post("/samples/plan", json={**ASKED, "strategy": "json:JSONDecoder"})
        portfolio = client.post("/portfolios/plan", json={"cash": "1000000", "parts": [{"backtest": "no-such-one"}]})
    assert (plan.json()["trials"], plan.json()["tried"]) == (0, {})
    assert plan.json()["name"].startswith("ES-sample-")
    assert (wrong.status_code, own.status_code, portfolio.status_code) == (422, 422, 422)
    assert "no-such-one" in portfolio.json()["detail"]
    assert len(api.launcher.started) == before


def test_a_monte_carlo_counts_its_sets_of_other_parameters(api: Api) -> None:
    fields = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h", "parameters": {"fast": 7, "slow": 71}}
    with api.client() as client:
        changed = client.post("/monte-carlos/plan", json={"result": fields, "runs": 30}).json()
        paths = client.post("/monte-carlos/plan", json={"result": fields, "simulations": ["bootstrap"]}).json()
    assert (changed["trials"], list(changed["tried"])) == (30, ["sma_cross"])
    assert (paths["trials"], paths["tried"]) == (0, {})


def test_a_study_is_fresh_while_its_bars_are_the_same(api: Api) -> None:
    done = ran(api, **ASKED)
    with api.client() as client:
        assert client.get(f"/samples/{done.id}/freshness").json() == {"stale": False}
        assert client.get(f"/samples/{'0' * 32}/freshness").status_code == 404
