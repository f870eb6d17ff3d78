"""The kill switch: on for an account, or for all, while a row of the database or a line of a file says so.

The file is `trading.halt` in the home. It works while the database is away, and outlives every restart. Any file of
that name that nobody here wrote halts all accounts, so that `touch` is enough. What a halt keeps from the broker is
decided by `g4qc_core.trading.limits`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from g4qc_core.errors import UsageError
from g4qc_core.files import alone_with, write_whole
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.safety_store import EVERY_ACCOUNT, Halt

HALT_FILE = "trading.halt"

_LINE = re.compile(r"^(\S+) (\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)) ([^:]*): (.*)$")
_ACCOUNT = re.compile(r"^(\*|[A-Za-z0-9_-]{1,40})$")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class KillSwitch:
    """The kill switch of one home and one database."""

    def __init__(self, home: Path, stores: Stores) -> None:
        self._file = home / HALT_FILE
        self._stores = stores

    def halts(self, account: str | None = None) -> list[Halt]:
        """Return the halts that hold for an account, oldest first; None: all halts.

        A halt that stands in the database and in the file is returned once.
        """
        found = {halt.account: halt for halt in [*file_halts(self._file), *self._stores.safety.halts()]}
        held = [halt for halt in found.values() if account is None or halt.account in (account, EVERY_ACCOUNT)]
        return sorted(held, key=lambda halt: (halt.at, halt.account))

    def reason(self, account: str) -> str:
        """Return who turned the switch on for an account, and why; empty if it is off."""
        return "; ".join(f"{halt.by}: {halt.why}" for halt in self.halts(account))

    def turn_on(self, by: str, why: str, at: datetime, account: str = EVERY_ACCOUNT) -> Halt:
        """Halt an account, or all; a second time changes nothing.

        The file is written first: if the database is away, the halt holds nevertheless.

        Args:
            by: who does so.
            why: the reason, in words.
            at: now, UTC.
            account: that is halted.

        Raises:
            UsageError: no account is called so.
            OSError: the file cannot be written.
            DatabaseUnavailable: the file is written, the row is not.
        """
        halt = write_halt(self._file, Halt(account, at, by, why))
        self._stores.safety.halt(account, halt.by, halt.why, halt.at)
        return halt

    def turn_off(self, account: str | None = None) -> list[Halt]:
        """Release an account, or everything with None; return the halts that ended.

        A halt of all accounts is not released for one of them alone.
        """
        ended = [halt for halt in self.halts() if account in (None, halt.account)]
        for halt in ended:
            self._stores.safety.release(halt.account)
        _keep_in_file(self._file, [] if account is None else [account])
        return ended


def file_halts(file: Path) -> list[Halt]:
    """Return the halts of the file; one for all accounts if the file has another form or cannot be read."""
    try:
        text = file.read_text("utf-8", errors="replace")
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return []
    except OSError as error:
        return [Halt(EVERY_ACCOUNT, datetime.fromtimestamp(0, UTC), "the file", f"{file}: {error.strerror}")]
    lines = [line for line in text.splitlines() if line.strip()]
    halts = [_halt(line, written) for line in lines]
    return halts or [Halt(EVERY_ACCOUNT, written, "the file", f"{file} is there")]


def write_halt(file: Path, halt: Halt) -> Halt:
    """Add a halt to the file, unless it has one of that account; return the one that is in force.

    Raises:
        UsageError: no account is called so.
        OSError: the file cannot be written.
    """
    if not _ACCOUNT.match(halt.account):
        raise UsageError(f"'{halt.account}' is no account: write one like DU1234567, or {EVERY_ACCOUNT} for all.")
    clean = Halt(halt.account, halt.at.astimezone(UTC), _one_line(halt.by).replace(":", " "), _one_line(halt.why))
    with alone_with(file):
        known = file_halts(file)
        for one in known:
            if one.account == halt.account:
                return one
        _write(file, [*known, clean])
    return clean


def _keep_in_file(file: Path, without: Sequence[str]) -> None:
    """Remove the halts of these accounts from the file; none given: all of them."""
    if not file.parent.is_dir():
        return
    with alone_with(file):
        kept = [halt for halt in file_halts(file) if without and halt.account not in without]
        if kept:
            _write(file, kept)
        else:
            file.unlink(missing_ok=True)


def _write(file: Path, halts: Sequence[Halt]) -> None:
    lines = (f"{one.account} {one.at.astimezone(UTC).isoformat()} {one.by}: {one.why}\n" for one in halts)
    write_whole(file, "".join(lines).encode())


def _halt(line: str, written: datetime) -> Halt:
    match = _LINE.match(line)
    if match is None:
        return Halt(EVERY_ACCOUNT, written, "the file", line.strip())
    account, at, by, why = match.groups()
    try:
        return Halt(account, datetime.fromisoformat(at), by, why)
    except ValueError:
        return Halt(EVERY_ACCOUNT, written, "the file", line.strip())


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text.encode("utf-8", "replace").decode()).strip()
