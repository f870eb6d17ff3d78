"""What a backup, a restore or a move tells while it goes on."""

from __future__ import annotations

from typing import Protocol


class TransferProgress(Protocol):
    """Listens to a transfer of rows."""

    def expect(self, rows: int) -> None:
        """Take the number of rows of all tables, once it is known."""
        ...

    def step(self, words: str) -> None:
        """Take what begins, like `counting raw_bars`."""
        ...

    def add(self, rows: int) -> None:
        """Take the number of rows that have arrived since the last call."""
        ...


class SilentProgress:
    """Listens to nothing."""

    def expect(self, rows: int) -> None:
        """See `TransferProgress`."""

    def step(self, words: str) -> None:
        """See `TransferProgress`."""

    def add(self, rows: int) -> None:
        """See `TransferProgress`."""
