"""Failed partitions of a step: the others are still asked for, and the step fails at its end and names each one.

Must not know the requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg

from g4qc_core.errors import ContractChanged, G4qcError, GatewayError, InvalidBars, SettingsError, TransientError
from g4qc_core.services.extraction.patience import Patience


class Rest:
    """The partitions of one step that failed so far.

    Args:
        keys: the partitions of the step; the error of a single one is raised as it is.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._alone = len(keys) == 1
        self._patience = Patience()
        self._sentences: list[str] = []
        self._unasked: list[str] = []
        self._passes = False

    @contextmanager
    def of(self, key: str) -> Iterator[bool]:
        """True where the partition should be asked for; keeps the error of the block for `check`.

        False after so many failures in a row that no answer is expected.
        """
        if self._patience.over:
            self._unasked.append(key)
            yield False
            return
        try:
            yield True
        except (GatewayError, InvalidBars, SettingsError, ContractChanged) as error:
            if self._alone:
                raise
            self.failed(key, error)
        else:
            self._patience.answered(key)

    def failed(self, key: str, error: G4qcError) -> None:
        """Count a failed partition."""
        self._patience.failed(key, error)
        self._sentences.append(f"{key}: {error}")
        self._passes |= isinstance(error, TransientError)

    def check(self) -> None:
        """Fail the step if a partition failed; the step is retried if one of the errors may pass."""
        if not self._sentences:
            return
        if self._unasked:
            named = ", ".join(self._unasked)
            self._sentences.append(f"{named}: not asked for, because too many requests before had failed in a row.")
        raise dg.Failure(" ".join(self._sentences), allow_retries=self._passes)
