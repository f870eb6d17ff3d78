"""Failures: an error becomes a failed step, retried only if it is transient, and a failed step becomes one sentence.

All surfaces (commands, jobs of the API, the webhook) describe failures with `failure_sentence` and `grouped_failures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import dagster as dg

from g4qc_core.errors import G4qcError, InvalidBars, PermanentError
from g4qc_core.settings import Settings
from g4qc_core.timeframes import TIMEFRAMES
from g4qc_pipelines.dagster_private.core import SerializableErrorInfo

MAX_RETRIES = 2
"""How often a run retries a step after a passing failure."""


def retries(settings: Settings) -> dg.RetryPolicy:
    """Return a policy of two more tries, the second pause three times the first.

    That is enough for a dropped connection or an old session that is ending. After a longer outage the next scheduled
    run resumes from the ledger.
    """
    return dg.RetryPolicy(max_retries=MAX_RETRIES, delay=settings.retry_delay, backoff=dg.Backoff.EXPONENTIAL)


class Interrupted(dg.DagsterError, KeyboardInterrupt):
    """The user stopped the step.

    With a retry policy, Dagster retries an interrupted step like a failed one, unless its error is a `DagsterError`.
    """


@contextmanager
def dagster_failures() -> Iterator[None]:
    """Turn an error into a Dagster Failure that is tried again only when the error is transient.

    Any error that is not a `G4qcError` is a defect, which no retry repairs. An interrupt is neither.
    """
    try:
        yield
    except G4qcError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"error": type(error).__name__},
            allow_retries=not isinstance(error, PermanentError),
        ) from error
    except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
        raise Interrupted("Stopped.") from None
    except dg.Failure:
        raise
    except Exception as error:
        raise dg.Failure(
            description=f"A defect in G4QC: {type(error).__name__}: {error}",
            metadata={"error": type(error).__name__},
            allow_retries=False,
        ) from error


def blocked(specs: Iterable[dg.AssetCheckSpec], results: Iterable[dg.AssetCheckResult]) -> None:
    """Raise a Failure with the reason if a blocking check failed, before Dagster fails without one.

    Args:
        specs: the checks of the asset.
        results: their results; a failed one has a description `Not so in ...` and metadata `how` with the remedy.
    """
    blocking = {spec.name for spec in specs if spec.blocking}
    sentences = []
    for one in results:
        if one.check_name in blocking and not one.passed and one.severity is dg.AssetCheckSeverity.ERROR:
            where = str(one.description).removeprefix("Not so in ").rstrip(".")
            how = one.metadata.get("how")
            sentences.append(f"The check {one.check_name} failed in {where}. {how.value if how else ''}".strip())
    if sentences:
        raise dg.Failure(" ".join(sentences), metadata={"error": InvalidBars.__name__}, allow_retries=False)


# Dagster writes the class before an error's text; only classes of other libraries are useful to a reader.
_OWN = re.compile(r"^(?:g4qc_core|g4qc_pipelines|dagster)\b[\w.]*: ")
_MODULE = re.compile(r"^(?:[a-z_]\w*\.)+(?=[A-Z]\w*: )")
_STEPS = [f"bars_{timeframe}" for timeframe in TIMEFRAMES]
_NAMED = 3


def failure_sentence(description: str | None, errors: Sequence[str]) -> str:
    """Return the sentence of a failure, on one line.

    Args:
        description: the text of a `dagster.Failure`, if it was one.
        errors: messages as Dagster keeps them, `module.Class: text`, from the outermost error to its innermost cause.
    """
    text = " ".join((description or (errors[-1] if errors else "")).split())
    return _MODULE.sub("", _OWN.sub("", text)) or "It failed without an error; the run's log in Dagster says more."


def messages_of(error: SerializableErrorInfo | None) -> list[str]:
    """Return the messages of an error and of its causes, the innermost last."""
    found = []
    while error is not None:
        found.append(error.message)
        error = error.cause
    return found


def sentence(event: dg.DagsterEvent) -> str:
    """Return the sentence of a step that failed, or waits to be tried again."""
    data = event.step_failure_data if event.is_step_failure else event.step_retry_data
    failure = getattr(data, "user_failure_data", None)
    return failure_sentence(failure.description if failure is not None else None, messages_of(data.error))


def retried(why: str) -> str:
    """Return the sentence about a step that is tried again."""
    return f"tries again, because it failed: {why}"


def grouped_failures(failed: Mapping[str, str]) -> str:
    """Return one text about failed steps: each different sentence once, after the steps that it is about.

    Args:
        failed: sentences by step, in the order in which they failed.
    """
    alike: dict[str, list[str]] = {}
    for step in sorted(failed, key=lambda step: _STEPS.index(step) if step in _STEPS else -1):
        alike.setdefault(failed[step], []).append(step)
    return " ".join(f"{_listed(steps)}: {why}" for why, steps in alike.items())


def _listed(steps: Sequence[str]) -> str:
    more = len(steps) - _NAMED
    return ", ".join(steps) if more <= 0 else f"{', '.join(steps[:_NAMED])} and {more} more"
