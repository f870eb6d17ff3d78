"""The scope that a GraphQL document needs, by the names of Dagster's mutations: read, run or admin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
)

from g4qc_core.api.api_keys import Scope

# Mutations that a reader's browser sends.
_HARMLESS = frozenset({"logTelemetry", "setNuxSeen"})
_RUNNING = frozenset(
    {
        *("launchPipelineExecution", "launchRun", "launchMultipleRuns"),
        *("launchPipelineReexecution", "launchRunReexecution"),
        *("terminatePipelineExecution", "terminateRun", "terminateRuns"),
        *("launchPartitionBackfill", "resumePartitionBackfill", "reexecutePartitionBackfill"),
        *("cancelPartitionBackfill", "addDynamicPartition"),
        *("sensorDryRun", "scheduleDryRun", "reloadRepositoryLocation", "reloadWorkspace"),
    }
)


@dataclass(frozen=True)
class DocumentEffect:
    """The effect of a document, over all of its operations.

    Attributes:
        scope: scope that a key needs.
        kinds: kinds of its operations.
    """

    scope: Scope
    kinds: frozenset[OperationType]

    @property
    def changes(self) -> bool:
        """True where an operation is a mutation."""
        return OperationType.MUTATION in self.kinds


def effect_of(query: object) -> DocumentEffect | None:
    """Return the document's effect; None for a text that is no document, which Dagster refuses itself."""
    try:
        document = parse(str(query))
    except (GraphQLError, RecursionError):
        return None
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    seen: set[str] = set()
    fields = {
        field
        for operation in operations
        if operation.operation is OperationType.MUTATION
        for field in _fields(operation.selection_set, document, seen)
    }
    scope = Scope.READ if fields <= _HARMLESS else Scope.RUN if fields <= _HARMLESS | _RUNNING else Scope.ADMIN
    return DocumentEffect(scope, frozenset(operation.operation for operation in operations))


def _fields(selected: SelectionSetNode, document: DocumentNode, seen: set[str]) -> Iterator[str]:
    """Return the names of the root fields of an operation, including fields of fragments that are not in `seen`."""
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.selection_set, document, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            for fragment in document.definitions:
                if isinstance(fragment, FragmentDefinitionNode) and fragment.name.value == node.name.value:
                    yield from _fields(fragment.selection_set, document, seen)
