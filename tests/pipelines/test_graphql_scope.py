"""How much a GraphQL document wants, however it is written."""

from __future__ import annotations

import pytest
from dagster_graphql.schema import create_schema

from g4qc_core.api.api_keys import Scope
from g4qc_pipelines.launching.graphql_scope import effect_of


@pytest.mark.parametrize(
    ("query", "scope", "changes"),
    [
        ("{ version }", Scope.READ, False),
        ("query A { version } query B { version }", Scope.READ, False),
        ("subscription { locationStateChangeEvents { event { message } } }", Scope.READ, False),
        ("mutation { setNuxSeen }", Scope.READ, True),
        ('mutation { terminateRun(runId: "x") { __typename } }', Scope.RUN, True),
        ("mutation { wipeAssets(assetPartitionRanges: []) { __typename } }", Scope.ADMIN, True),
        ('mutation { launchRun: deleteRun(runId: "x") { __typename } }', Scope.ADMIN, True),
        ("query A { version } mutation B { reloadWorkspace { __typename } }", Scope.RUN, True),
        ("mutation { ...F } fragment F on Mutation { deleteRun { __typename } }", Scope.ADMIN, True),
        ("mutation { ... on Mutation { ...F } } fragment F on Mutation { ...G } fragment G on Mutation { launchRun }",
         Scope.RUN, True),
        ("mutation { ...F } fragment F on Mutation { ...F reloadWorkspace }", Scope.RUN, True),
        ("mutation { ...F } fragment F on Mutation { setNuxSeen } fragment F on Mutation { deleteRun }",
         Scope.ADMIN, True),
        ("mutation { __typename }", Scope.ADMIN, True),
        ("mutation { whatComesNext }", Scope.ADMIN, True),
    ],
)  # fmt: skip
def test_a_document_wants_what_its_strongest_field_wants(query: str, scope: Scope, changes: bool) -> None:
    found = effect_of(query)
    assert found is not None
    assert (found.scope, found.changes) == (scope, changes)


@pytest.mark.parametrize("query", ["", "{", "mutation", "mutation }{", 7, None, "{a" * 5000])
def test_what_is_no_document_is_left_to_dagster_which_runs_nothing_of_it(query: object) -> None:
    assert effect_of(query) is None


def test_every_mutation_of_this_dagster_has_a_scope_and_those_that_destroy_want_admin() -> None:
    mutation = create_schema().graphql_schema.mutation_type
    assert mutation is not None
    scopes = {}
    for name in mutation.fields:
        found = effect_of(f"mutation {{ {name} }}")
        assert found is not None
        scopes[name] = found.scope
    assert {name for name, scope in scopes.items() if scope is Scope.READ} == {"logTelemetry", "setNuxSeen"}
    assert {name for name, scope in scopes.items() if scope is Scope.RUN} == {
        *("launchPipelineExecution", "launchRun", "launchMultipleRuns", "launchPipelineReexecution"),
        *("launchRunReexecution", "terminatePipelineExecution", "terminateRun", "terminateRuns"),
        *("launchPartitionBackfill", "resumePartitionBackfill", "reexecutePartitionBackfill"),
        *("cancelPartitionBackfill", "addDynamicPartition", "sensorDryRun", "scheduleDryRun"),
        *("reloadRepositoryLocation", "reloadWorkspace"),
    }
