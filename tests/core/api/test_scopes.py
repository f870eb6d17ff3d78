"""Every address of the document asks for a key of the scope that it needs: a route that is added without is found."""

from __future__ import annotations

import re

import pytest

from g4qc_core.api.api_keys import Scope
from g4qc_core.study_paths import study_path
from tests.core.api.test_fuzz import OPERATIONS
from tests.fixtures.api import KINDS, Api

pytestmark = pytest.mark.integration

OPEN = {"GET /session", "POST /session", "DELETE /session"}
"""How a browser gives its key: it has none before."""

NEEDED = {
    "POST /data/extract": Scope.RUN,
    "POST /backtests": Scope.RUN,
    "POST /explore": Scope.RUN,
    "POST /explore/keep": Scope.RUN,
    "POST /jobs": Scope.RUN,
    "POST /imports": Scope.RUN,
    "POST /indicators": Scope.READ,
    "POST /searches": Scope.RUN,
    # A question with a body.
    "POST /searches/plan": Scope.READ,
    "DELETE /jobs/{job_id}": Scope.RUN,
    "PATCH /backtests/{backtest_id}": Scope.RUN,
    "DELETE /backtests": Scope.ADMIN,
    "DELETE /backtests/{backtest_id}": Scope.ADMIN,
    "DELETE /partitions/{kind}": Scope.ADMIN,
    "POST /quarantine/decisions": Scope.ADMIN,
    **{f"POST /trading/{way}": Scope.TRADE for way in ("halt", "release", "flatten", "resolve")},
    **{f"POST {study_path(kind)}{way}": Scope.RUN for kind in KINDS for way in ("", "/named", "/plan")},
}
"""What changes something or has a body; everything else is read."""

NAMES = [name.replace("/api/v1", "") for name in OPERATIONS]


def test_whatever_changes_something_needs_more_than_reading() -> None:
    assert set(NEEDED) | OPEN == {name for name in NAMES if not name.startswith("GET ")} | {"GET /session"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OPEN])
@pytest.mark.parametrize("scope", [None, *Scope])
def test_an_address_is_open_to_its_scope_and_to_no_less(keyed_api: Api, name: str, scope: Scope | None) -> None:
    method, path = name.split(" ")
    # Nothing has this name, so that an accepted request has no effect.
    path = re.sub(r"\{\w+\}", "0" * 32, path)
    with (
        keyed_api.client(scope) as client,
        client.stream(method, path, json={} if method == "POST" else None) as answer,
    ):
        # An accepted stream may have no end.
        if answer.is_error:
            answer.read()
    if scope is None:
        assert answer.status_code == 401
    elif scope.covers(NEEDED.get(name, Scope.READ)):
        assert answer.status_code not in (401, 403)
    else:
        assert answer.status_code == 403
    if answer.is_error:
        assert answer.headers["content-type"] in ("application/problem+json", "application/json")
        assert "Traceback" not in answer.text
