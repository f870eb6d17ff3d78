"""The port for evaluating parameter sets somewhere: on this machine, or on many.

Outcomes, their order and their bytes do not depend on where and by how many they are evaluated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from g4qc_core.research.search.outcome import SetOutcome

NumberedSet = tuple[int, Mapping[str, Any]]
"""A set with its place in the order in which a search proposes sets."""

Wanted = Callable[[int], bool]
"""Whether the session returns of a set are wanted, by its number; asked when the set is handed out."""


class SetPool(ABC):
    """Evaluates sets on the same bars; use it in a `with` statement."""

    @abstractmethod
    def __enter__(self) -> Self:
        """Prepare the pool.

        Raises:
            G4qcError: it cannot evaluate anything, one sentence.
        """

    @abstractmethod
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End everything that was started."""

    @abstractmethod
    def use(self, arguments: Mapping[str, Any]) -> None:
        """Evaluate all further sets on other bars or by another spec; call it between two calls of `outcomes`.

        Args:
            arguments: those of `Evaluator`, by name.
        """

    @abstractmethod
    def outcomes(
        self, sets: Iterable[NumberedSet], confirm: bool = False, wanted: Wanted | None = None
    ) -> Generator[SetOutcome | None, None, None]:
        """Yield the outcomes of the sets in the order of the sets, which are taken as workers need them.

        Args:
            sets: numbers, each once, and parameters; may be endless.
            confirm: run them again by the reference engine, without the limit of time; `words` of an outcome say where
                it differs.
            wanted: whether to keep the session returns of a set; None: of every set.

        Yields:
            An outcome; or None when nothing came for a while, so that the consumer can tell how far it is.

        Raises:
            WorkersLost: workers cannot start, or end at every start.
            G4qcError: the bars or the strategy cannot be prepared.
        """

    @property
    def words(self) -> str:
        """Where sets are evaluated or what is waited for, without a dot; empty: on this machine."""
        return ""


def evaluated(outcomes: Iterator[SetOutcome | None]) -> Iterator[SetOutcome]:
    """Yield the outcomes alone, without the pauses between them."""
    return (one for one in outcomes if one is not None)
