"""A step over several partitions: a failed one does not stop the others; the step fails at its end and names each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import dagster as dg

from g4qc_core.errors import ContractChanged, G4qcError, GatewayError, InvalidBars, SettingsError, TransientError
from g4qc_core.services.extraction.patience import Patience

Result = TypeVar("Result")


class FailedPartitions:
    """The failed partitions of one step."""

    def __init__(self) -> None:
        self._patience = Patience()
        self._sentences: list[str] = []
        self._skipped: list[str] = []
        self._may_pass = False

    def collect(self, keys: Sequence[str], work: Callable[[str], Result]) -> dict[str, Result]:
        """Return the result of the work for each partition that did not fail.

        After several failures in a row the other partitions are skipped. The error of a single partition is raised as
        it is.

        Args:
            keys: partitions of the step.
            work: is called with each key.
        """
        found: dict[str, Result] = {}
        for key in keys:
            if self._patience.over:
                self._skipped.append(key)
                continue
            try:
                found[key] = work(key)
            except (GatewayError, InvalidBars, SettingsError, ContractChanged) as error:
                if len(keys) == 1:
                    raise
                self._add(key, error)
            else:
                self._patience.answered(key)
        return found

    def check(self) -> None:
        """Raise a Failure if a partition failed; the step is retried if one of the errors may pass."""
        if not self._sentences:
            return
        if self._skipped:
            named = ", ".join(self._skipped)
            self._sentences.append(f"{named}: not asked for, because too many requests before had failed in a row.")
        raise dg.Failure(" ".join(self._sentences), allow_retries=self._may_pass)

    def _add(self, key: str, error: G4qcError) -> None:
        self._patience.failed(key, error)
        self._sentences.append(f"{key}: {error}")
        self._may_pass |= isinstance(error, TransientError)
