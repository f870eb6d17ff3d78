"""The OpenAPI document, attacked: no answer is a defect, and every answer is one that the document describes."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from g4qc_core.api.api_keys import ApiKeys, Scope
from g4qc_core.api.app import build_app
from g4qc_core.api.dependencies import ApiContext
from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings
from g4qc_core.storage.lazy_stores import LazyStores
from tests.fixtures.api import KINDS, Api, MemoryLauncher

pytestmark = pytest.mark.integration

_CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
# Waiting for a job takes as long as the job: it has separate tests.
_SLOW = ("wait", "timeout")
# A stream without an end has separate tests, too.
ENDLESS = "GET /api/v1/events"


def _operations() -> dict[str, schemathesis.APIOperation]:
    """Every operation of the document by its name; nothing is opened for it."""
    bare = Settings(_env_file=None, home=Path())  # type: ignore[call-arg]
    app = build_app(ApiContext(bare, load_registry(), LazyStores(bare), MemoryLauncher(), ApiKeys([]), kinds=KINDS))
    found = schemathesis.openapi.from_dict(app.openapi()).get_all_operations()
    return {operation.ok().label: operation.ok() for operation in found}


OPERATIONS = _operations()


def _key(name: str) -> Scope:
    """The scope of a key that an operation accepts."""
    return Scope.TRADE if name.startswith("POST /api/v1/trading/") else Scope.ADMIN


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != ENDLESS])
def test_every_answer_is_as_documented_and_none_is_a_defect(keyed_api: Api, name: str) -> None:
    headers = {"Authorization": f"Bearer {keyed_api.secrets[_key(name)]}"}

    @settings(
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[name].as_strategy())
    def attack(case: schemathesis.Case) -> None:
        case.query = {key: value for key, value in (case.query or {}).items() if key not in _SLOW}
        case.call_and_validate(base_url=keyed_api.url, headers=headers, checks=_CHECKS)

    attack()


@pytest.mark.parametrize("name", [name for name in OPERATIONS if "{symbol}" in name or "extract" in name])
def test_a_known_symbol_with_any_other_values(keyed_api: Api, name: str) -> None:
    """Random symbols are unknown ones: behind a known one the rest of the request is looked at too."""
    headers = {"Authorization": f"Bearer {keyed_api.secrets[_key(name)]}"}

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[name].as_strategy(), symbol=st.sampled_from(["ES", "NQ"]))
    def attack(case: schemathesis.Case, symbol: str) -> None:
        case.query = {key: value for key, value in (case.query or {}).items() if key not in _SLOW}
        if case.path_parameters:
            case.path_parameters["symbol"] = symbol
        if isinstance(case.body, dict) and "symbol" in case.body:
            case.body["symbol"] = symbol
        case.call_and_validate(base_url=keyed_api.url, headers=headers, checks=_CHECKS)

    attack()
