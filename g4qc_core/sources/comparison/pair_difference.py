"""A compared session, with the contract and the two sources that it is about."""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.sources.comparison.difference_words import difference_words
from g4qc_core.sources.comparison.session_difference import SessionDifference


@dataclass(frozen=True)
class PairDifference:
    """How two sources differ in a session of a contract.

    Attributes:
        contract: month of the contract.
        first: name of the source that comes first by precedence.
        second: name of the other one.
        session: the differences.
    """

    contract: str
    first: str
    second: str
    session: SessionDifference

    @property
    def words(self) -> str:
        """The differences in sentences."""
        return difference_words(self.session, self.first, self.second)
