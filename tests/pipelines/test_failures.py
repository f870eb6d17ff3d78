"""How an error ends a step: one sentence, and another try only where that may help."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest

from g4qc_core import errors
from g4qc_pipelines.failures import Interrupted, blocked, dagster_failures, failure_sentence, grouped_failures, sentence

OURS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, (errors.PermanentError, errors.TransientError))
]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_an_error_is_tried_again_exactly_when_it_is_transient(kind: type[errors.G4qcError]) -> None:
    with pytest.raises(dg.Failure) as failed, dagster_failures():
        raise kind("One sentence.")
    assert failed.value.description == "One sentence."
    assert failed.value.allow_retries is not issubclass(kind, errors.PermanentError)
    assert failed.value.metadata["error"].value == kind.__name__


def test_a_defect_is_named_and_not_tried_again() -> None:
    with pytest.raises(dg.Failure) as failed, dagster_failures():
        raise KeyError("volume")
    assert failed.value.description == "A defect in G4QC: KeyError: 'volume'"
    assert failed.value.allow_retries is False


def test_a_failure_of_dagsters_own_passes_as_it_is() -> None:
    failure = dg.Failure("As it was.")
    with pytest.raises(dg.Failure) as failed, dagster_failures():
        raise failure
    assert failed.value is failure


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, dg.DagsterExecutionInterruptedError])
def test_an_interrupt_is_no_failure_and_ends_the_run_under_a_retry_policy(interrupt: type[BaseException]) -> None:
    attempts = []

    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2))
    def interrupted() -> None:
        attempts.append(1)
        with dagster_failures():
            raise interrupt

    with pytest.raises(Interrupted):
        dg.materialize([interrupted])
    assert len(attempts) == 1


@pytest.mark.parametrize(
    ("description", "errors", "said"),
    [
        ("One sentence.", ["dagster._core.definitions.events.Failure: x"], "One sentence."),
        (None, ["g4qc_core.errors.DatabaseUnavailable: No server answers.\n"], "No server answers."),
        (
            None,
            ["dagster._core.errors.DagsterExecutionStepExecutionError: Error occurred:\n", "KeyError: 'volume'\n"],
            "KeyError: 'volume'",
        ),
        (
            None,
            ["psycopg2.OperationalError: server closed\n\tThis probably means a crash.\n"],
            "OperationalError: server closed This probably means a crash.",
        ),
        (None, [], "It failed without an error; the run's log in Dagster says more."),
    ],
)
def test_a_failure_is_one_line_without_dagsters_words(description: str | None, errors: list[str], said: str) -> None:
    assert failure_sentence(description, errors) == said


def test_steps_with_the_same_sentence_share_it_in_the_order_of_timeframes() -> None:
    failed = dict.fromkeys(("bars_15min", "bars_1d", "bars_1h", "bars_5min"), "Blocked.") | {"raw_bars": "No answer."}
    assert grouped_failures(failed) == "raw_bars: No answer. bars_5min, bars_15min, bars_1h and 1 more: Blocked."
    assert grouped_failures({}) == ""


SPECS = [dg.AssetCheckSpec("sound", asset="bars", blocking=True), dg.AssetCheckSpec("told", asset="bars")]


def evaluated(name: str, passed: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=passed,
        description="Not so in ES|2026-10-01: a hole.",
        metadata={"how": "Run it again."},
    )


def test_a_blocking_check_fails_the_step_by_its_own_sentence_at_the_first_try() -> None:
    @dg.asset(retry_policy=dg.RetryPolicy(max_retries=2), check_specs=SPECS)
    def bars() -> Iterator[object]:
        found = [evaluated("sound", False), evaluated("told", False)]
        yield dg.MaterializeResult(check_results=found)
        blocked(SPECS, found)

    result = dg.materialize([bars], raise_on_error=False)
    (failed,) = (event for event in result.all_events if event.is_step_failure)
    assert sentence(failed) == "The check sound failed in ES|2026-10-01: a hole. Run it again."
    assert {one.check_name: one.passed for one in result.get_asset_check_evaluations()} == {
        "sound": False,
        "told": False,
    }
    assert not [event for event in result.all_events if event.is_step_up_for_retry]


def test_a_check_that_blocks_nothing_or_passes_fails_no_step() -> None:
    blocked(SPECS, [evaluated("sound", True), evaluated("told", False)])
