"""How an error ends a step: one sentence, and another try only where that may help."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError

from g4qc_core import errors
from g4qc_pipelines.failures import Interrupted, told_to_dagster

OURS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, (errors.PermanentError, errors.TransientError))
]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_an_error_is_tried_again_exactly_when_it_is_transient(kind: type[errors.G4qcError]) -> None:
    with pytest.raises(dg.Failure) as failed, told_to_dagster():
        raise kind("One sentence.")
    assert failed.value.description == "One sentence."
    assert failed.value.allow_retries is not issubclass(kind, errors.PermanentError)
    assert failed.value.metadata["error"].value == kind.__name__


def test_a_defect_is_named_and_not_tried_again() -> None:
    with pytest.raises(dg.Failure) as failed, told_to_dagster():
        raise KeyError("volume")
    assert failed.value.description == "A defect in G4QC: KeyError: 'volume'"
    assert failed.value.allow_retries is False


def test_a_failure_of_dagsters_own_passes_as_it_is() -> None:
    failure = dg.Failure("As it was.")
    with pytest.raises(dg.Failure) as failed, told_to_dagster():
        raise failure
    assert failed.value is failure


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, DagsterExecutionInterruptedError])
def test_an_interrupt_is_no_failure_and_ends_the_run_under_a_retry_policy(interrupt: type[BaseException]) -> None:
    attempts = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2))
    def interrupted() -> None:
        attempts.append(1)
        with told_to_dagster():
            raise interrupt

    with pytest.raises(Interrupted):
        dg.materialize([interrupted])
    assert len(attempts) == 1
