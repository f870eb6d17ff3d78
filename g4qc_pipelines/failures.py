"""How an error becomes a failed step: only a transient one is tried again, and all show one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError

from g4qc_core.errors import G4qcError, PermanentError
from g4qc_core.settings import Settings

MAX_RETRIES = 2
"""How often a run retries a step after a passing failure."""


def retries(settings: Settings) -> dg.RetryPolicy:
    """Two more tries, the second pause three times the first: enough for a dropped connection or an old session that is
    still dying, short against a person's patience. An outage is for the next scheduled run, which resumes from the
    ledger.
    """
    return dg.RetryPolicy(max_retries=MAX_RETRIES, delay=settings.retry_delay, backoff=dg.Backoff.EXPONENTIAL)


class Interrupted(dg.DagsterError, KeyboardInterrupt):
    """A person stopped the step.

    Under a retry policy Dagster tries an interrupted step again like a failed one, unless the error is also of its own.
    """


@contextmanager
def told_to_dagster() -> Iterator[None]:
    """Turns an error into a Dagster Failure that is tried again only when the error is transient.

    An error that is not ours is a defect, and a defect does not go away by itself; an interrupt is neither.
    """
    try:
        yield
    except G4qcError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"error": type(error).__name__},
            allow_retries=not isinstance(error, PermanentError),
        ) from error
    except (KeyboardInterrupt, DagsterExecutionInterruptedError):
        raise Interrupted("Stopped.") from None
    except dg.Failure:
        raise
    except Exception as error:
        raise dg.Failure(
            description=f"A defect in G4QC: {type(error).__name__}: {error}",
            metadata={"error": type(error).__name__},
            allow_retries=False,
        ) from error
