"""One `g4qc up` per home: a lock that the kernel frees however the command ends, and a description of its holder.

Other processes read here whether Dagster is starting, running or has ended, and why.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO

from g4qc_core.errors import G4qcError, GraphStarting, GraphUnavailable, HomeTaken
from g4qc_core.files import private_file
from g4qc_core.home import private_home

_NAME = "up.lock"
_TRIES, _PAUSE = 3, 0.1
_ROOM = 1024


class Phase(StrEnum):
    """State of the `g4qc up` of a home."""

    STARTING = "starting"
    RUNNING = "running"
    KILLED = "killed"
    ENDED = "ended"


@dataclass(frozen=True)
class UpState:
    """State of the `g4qc up` that runs over a home, or of the last one if it did not end by Ctrl-C.

    Attributes:
        process: process id.
        address: address of Dagster's web UI.
        phase: what the command does.
        at: start of the phase, UTC, as ISO 8601; after a kill, start of the phase before.
        why: the error with which the command ended, else empty.
        gateway: address of the simulated gateway that the command started; empty if it started none.
    """

    process: int
    address: str
    phase: Phase
    at: str
    why: str = ""
    gateway: str = ""

    @property
    def runs(self) -> bool:
        """True while the command runs."""
        return self.phase in (Phase.STARTING, Phase.RUNNING)

    @property
    def gateway_address(self) -> tuple[str, int] | None:
        """Host and port of its simulated gateway, while it runs; None if it has none."""
        host, _, port = self.gateway.rpartition(":")
        return (host, int(port)) if self.runs and host else None

    def words(self) -> str:
        """Return one sentence: the state, and what to do."""
        moment = f"{self.at[:16].replace('T', ' ')} UTC"
        if self.phase is Phase.STARTING:
            return f"Dagster is starting (`g4qc up`, process {self.process}): try again in a few seconds."
        if self.phase is Phase.RUNNING:
            return f"`g4qc up` runs, process {self.process}, since {moment}; Dagster's web UI is at {self.address}."
        if self.phase is Phase.KILLED:
            return "Dagster does not run, because the last `g4qc up` was killed: start `g4qc up` again."
        return f"Dagster has not run since {moment}. {self.why}"


@contextmanager
def hold_up_lock(home: Path, address: str) -> Iterator[Callable[[str], None]]:
    """Hold the lock of the home: within the block no other `g4qc up` runs over it.

    Args:
        home: the home.
        address: address of Dagster's web UI, named in the error of a second `g4qc up`.

    Yields:
        A function that marks everything as running, given the address of the simulated gateway. Until it is called,
        others read that Dagster is starting.

    Raises:
        HomeTaken: another `g4qc up` runs; the text names its process and its address.
        SettingsError: the home cannot be written.
    """
    private_home(home)
    with private_file(home / _NAME) as held:
        _take(held, home)

        def write(phase: Phase, why: str = "", gateway: str = "") -> None:
            _write(held, asdict(UpState(os.getpid(), address, phase, datetime.now(UTC).isoformat(), why, gateway)))

        write(Phase.STARTING)
        try:
            yield lambda gateway: write(Phase.RUNNING, gateway=gateway)
        except G4qcError as error:
            write(Phase.ENDED, str(error))
            raise
        except BaseException:
            _write(held, {})
            raise
        _write(held, {})


def check_up_lock(home: Path) -> None:
    """Raise HomeTaken when another `g4qc up` runs over the home; leave the lock alone."""
    if (home / _NAME).is_file():
        with (home / _NAME).open("rb") as held:
            _take(held, home)


def up_state(home: Path) -> UpState | None:
    """Return the state of the home's `g4qc up`; None if none runs and the last one ended by Ctrl-C."""
    try:
        with (home / _NAME).open("rb") as file:
            held = not _locked(file, fcntl.LOCK_SH)
            found = _read(file)
    except OSError:
        return None
    if found is None or held == found.runs:
        return found
    # A holder that has written nothing yet has just begun; one that wrote no end was killed.
    phase = Phase.STARTING if held else Phase.KILLED
    return UpState(found.process, found.address, phase, found.at)


def dagster_absent(home: Path, otherwise: str) -> GraphUnavailable:
    """Return the error for a Dagster that does not answer, by the state of the home's `g4qc up`.

    Args:
        home: the home.
        otherwise: the sentence if no `g4qc up` of the home is known.
    """
    state = up_state(home)
    if state is None:
        return GraphUnavailable(otherwise)
    if state.phase is Phase.STARTING:
        return GraphStarting(state.words())
    if state.phase is Phase.RUNNING:
        return GraphUnavailable(
            f"Dagster does not answer at {state.address} although `g4qc up` runs, process {state.process}: try again "
            f"in a few seconds; if it stays so, look into {home / 'dagster.log'} and start `g4qc up` again."
        )
    return GraphUnavailable(state.words())


def _take(held: IO[bytes], home: Path) -> None:
    for _ in range(_TRIES):
        if _locked(held, fcntl.LOCK_EX):
            return
        time.sleep(_PAUSE)  # a reader of the state holds it for a moment
    state = _read(held)
    about = f", process {state.process}, with Dagster's web UI at {state.address}" if state is not None else ""
    raise HomeTaken(
        f"Another `g4qc up` runs over {home}{about}: use that one, stop it, or set G4QC_HOME to another folder."
    )


def _locked(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(held: IO[bytes], about: dict[str, object]) -> None:
    held.seek(0)
    held.write(json.dumps(about).ljust(_ROOM).encode())  # in one piece, so that no reader sees half of it
    held.truncate()
    held.flush()


def _read(file: IO[bytes]) -> UpState | None:
    """Return the description that the holder wrote; None in the moment before it writes, and after Ctrl-C."""
    file.seek(0)
    try:
        about = json.loads(file.read() or b"{}")
        return UpState(**{**about, "phase": Phase(about["phase"]), "process": int(about["process"])})
    except (ValueError, KeyError, TypeError):
        return None
