"""Fault scripts: TOML files that define which fault happens, when and how often, and their state while they play.

    seed = 7                  # for entries with a probability

    [[fault]]
    do = "pacing"             # the fault: a name in `KINDS`
    on = "history"            # the event
    nth = 3

The director runs the faults.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from g4qc_core.errors import SettingsError, unknown
from g4qc_core.gateway.faults.fault import Fault
from g4qc_core.gateway.faults.order_faults import ORDER_FAULTS
from g4qc_core.gateway.faults.outages import OUTAGES, Act
from g4qc_core.gateway.faults.request_faults import REQUEST_FAULTS
from g4qc_core.gateway.faults.stream_faults import STREAM_FAULTS
from g4qc_core.gateway.faults.switches import FaultStage

KINDS = REQUEST_FAULTS | STREAM_FAULTS | ORDER_FAULTS | OUTAGES
"""The kinds of fault by the names that a script gives them."""

_HEADLINE = re.compile(r"^\s*\[\[\s*fault\s*\]\]")
_TOP = ("seed", "fault")
_SEED = 7


@dataclass(frozen=True)
class FaultScript:
    """A script: entries in the order of the file, and a random seed."""

    faults: tuple[Fault, ...] = ()
    seed: int = _SEED

    @classmethod
    def load(cls, file: Path) -> FaultScript:
        """Read a script from a file.

        Raises:
            SettingsError: the file is missing or malformed; the text names file, line, entry and field.
        """
        try:
            return cls.parse(file.read_text("utf-8"), str(file))
        except FileNotFoundError:
            raise SettingsError(f"The fault script {file} does not exist: check --faults.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The fault script {file} cannot be read: {error}.") from None

    @classmethod
    def parse(cls, text: str, where: str = "fault script") -> FaultScript:
        """Parse the text of a script; `where` begins the text of an error, which is as of `load`."""
        try:
            entries = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"The fault script {where} is not TOML: {error}.") from None
        try:
            _check_names("", entries, _TOP)
            seed = entries.get("seed", _SEED)
            if not isinstance(seed, int) or isinstance(seed, bool):
                raise _Malformed("seed", f"must be a whole number, given {seed!r}.")
            faults = entries.get("fault", [])
            if not isinstance(faults, list):
                raise _Malformed("fault", "begin each entry with a line [[fault]], with two brackets.")
        except _Malformed as problem:
            raise SettingsError(f"{where}, line {_line(text, 0, problem.field)}: {problem}") from None
        return cls(tuple(_entry(where, text, number, entry) for number, entry in enumerate(faults, 1)), seed)


class Playing:
    """A script in play: counts the events so far.

    Args:
        script: the script; entries with `at` are in `timed`, for a caller with a timer.
    """

    def __init__(self, script: FaultScript) -> None:
        self.timed = [fault for fault in script.faults if isinstance(fault, Act) and fault.at is not None]
        self._cues = [
            _Cue(fault, random.Random(f"{script.seed}:{number}"))
            for number, fault in enumerate(script.faults)
            if not (isinstance(fault, Act) and fault.at is not None)
        ]

    def fired(self, stage: FaultStage, now: datetime) -> list[Fault]:
        """Count the event and return the faults that happen on it."""
        return [cue.fault for cue in self._cues if cue.fires(stage, now)]


class _Cue:
    def __init__(self, fault: Fault, chance: random.Random) -> None:
        self.fault = fault
        self._chance = chance
        self._seen = 0
        self._done = 0

    def fires(self, stage: FaultStage, now: datetime) -> bool:
        fault = self.fault
        if stage not in fault.events:
            return False
        if (fault.since is not None and now < fault.since) or (fault.until is not None and now >= fault.until):
            return False
        self._seen += 1
        if fault.times is not None and self._done >= fault.times:
            return False
        if fault.nth is not None and self._seen != fault.nth:
            return False
        behind = self._seen - fault.after
        if behind <= 0 or (fault.every is not None and behind % fault.every):
            return False
        if fault.probability < 1 and self._chance.random() >= fault.probability:
            return False
        self._done += 1
        return True


class _Malformed(Exception):
    """A problem in one field."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}" if field else text)
        self.field = field


def _entry(where: str, text: str, number: int, entry: Any) -> Fault:
    try:
        return _parse(entry)
    except _Malformed as problem:
        line = _line(text, number, problem.field)
        raise SettingsError(f"{where}, line {line}: fault {number}, {problem}") from None


def _parse(entry: Any) -> Fault:
    if not isinstance(entry, dict):
        raise _Malformed("", "begin each entry with a line [[fault]].")
    name = entry.get("do")
    if not isinstance(name, str):
        raise _Malformed("do", f"is missing or no text: say what happens, one of {', '.join(KINDS)}.")
    if name not in KINDS:
        raise _Malformed("do", str(unknown("fault", name, KINDS)))
    kind = KINDS[name]
    _check_names("", entry, [info.alias or field for field, info in kind.model_fields.items()])
    on = entry.get("on")
    if isinstance(on, str) and on not in kind.places():
        raise _Malformed("on", str(unknown(f"place of '{name}'", on, kind.places())))
    try:
        return kind.model_validate(entry)
    except ValidationError as error:
        problem = error.errors()[0]
        field = str(problem["loc"][0]) if problem["loc"] else ""
        if problem["type"] == "missing":
            raise _Malformed(field, f"is missing: '{name}' needs it.") from None
        message = problem["msg"].removeprefix("Value error, ")
        given = f", given {problem['input']!r}" if field else ""
        raise _Malformed(field, f"{message}{given}.") from None


def _check_names(entry: str, given: Iterable[str], known: Iterable[str]) -> None:
    names = list(known)
    for name in given:
        if name not in names:
            raise _Malformed(name, str(unknown("field", name, names, entry)))


def _line(text: str, entry: int, field: str) -> int:
    """Return the line (from 1) of a field of the nth entry (0: outside any), or the entry's first line."""
    number, inside, found = 0, 0, 1
    for number, line in enumerate(text.splitlines(), 1):
        if _HEADLINE.match(line):
            inside += 1
            if inside == entry:
                found = number
        elif inside == entry and field and re.match(rf"""^\s*\[?\s*["']?{re.escape(field)}["']?\s*[=.\]]""", line):
            return number
    return found
