"""A study: one run of research that ends in a record, frames and a report; and what each kind of study provides.

Walk-forward analyses, Monte Carlo simulations and portfolios are studies. The command line, the API and the graph know
only this port; `study_kinds` names the kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from pydantic import BaseModel

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import duration
from g4qc_core.services.report_file import ReportFile, report_named
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class StudyProgress:
    """How far a study is.

    Attributes:
        stage: a few words, such as `window 3` or `paths`.
        done: steps of all stages so far.
        planned: of how many; None: not known.
        words: the best or newest finding so far, in a few words; empty if there is none.
        seconds: time so far.
        seconds_left: time that it will take still; None: not known.
    """

    stage: str
    done: int
    planned: int | None
    words: str = ""
    seconds: float = 0.0
    seconds_left: float | None = None

    @property
    def unit(self) -> str:
        """What `done` counts."""
        return "steps"

    @property
    def sentence(self) -> str:
        """How far the study is, in one line, as commands and logs show it."""
        of = "" if self.planned is None else f" of {self.planned:,}"
        left = "" if self.seconds_left is None else f"{duration(self.seconds_left)} left"
        return ", ".join(filter(None, (f"{self.stage}: {self.done:,}{of}", self.words, left)))


@dataclass(frozen=True)
class StudyCheck:
    """What an asset check says of a study.

    Attributes:
        name: of the check, one of the kind's `checks`.
        passed: whether it is as it should be.
        words: one sentence with the figure and the bound.
        figures: the numbers, JSON-safe.
    """

    name: str
    passed: bool
    words: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class StudyCost:
    """What a study will do and cost, known before it runs.

    Attributes:
        words: what will be done, one sentence; empty: its spec says it.
        trials: that it adds to its strategies at most; None: as many as the minutes of its search allow.
        families: the strategies that it adds trials to.
    """

    words: str = ""
    trials: int | None = 0
    families: tuple[str, ...] = ()


def _free(*_: Any) -> StudyCost:
    return StudyCost()


class StudySpec(Protocol):
    """What a spec of every kind can do; each is a pydantic model with a description at each field."""

    name: str

    @classmethod
    def asked(cls, values: Mapping[str, Any]) -> Self:
        """Build the spec from values that a user or a program passes, named by its content if it has no name.

        Raises:
            UsageError: a field is missing, unknown or malformed; the text names the field.
        """

    def to_dict(self) -> dict[str, Any]:
        """Return the spec JSON-safe, with the field names of the file."""


class StudyRun(Protocol):
    """One run of a study.

    Attributes:
        record: the study; complete after `events` has ended. `notes` of its summary is a list of sentences that every
            surface shows.
        words: what will be done, one sentence.
    """

    record: StudyRecord
    words: str

    def events(self) -> Iterator[StudyProgress]:
        """Run the study, store record and frames, and yield how far it is.

        A study that is done already yields nothing and has the stored record. Ctrl-C, a kill or an error leave the
        record `stopped` or `failed`, and the same study can run again.

        Raises:
            G4qcError: it cannot run, one sentence.
        """


@dataclass(frozen=True)
class StudyKind:
    """One kind of study.

    Attributes:
        name: `walk_forward`, `monte_carlo` or `portfolio`.
        title: in words, as in `the walk-forward analysis NAME`.
        model: the spec's model; satisfies `StudySpec`.
        tables: names of the frames that every done study of the kind has, with a sentence on each.
        checks: names of its asset checks, with a sentence on each.
        entries: names of the specs of the kind's file; empty for a kind without one. Raises SettingsError for a
            malformed file.
        known: names of all specs: of the file, if the kind has one, and of studies that ran.
        find: the spec of a name; raises UsageError for an unknown one, SettingsError for a malformed file.
        from_words: the spec that one word of the command line and further fields name: a known spec, or a backtest,
            search or result for the kinds that take one; raises UsageError.
        prepare: reads the bars and returns the run; raises G4qcError.
        data_version: fingerprint of what the spec would read now; raises G4qcError.
        reads: the backtest specs whose series the spec reads, directly or through a result; raises G4qcError. A study
            is not run again before the bars of all of them are made.
        checked: evaluates the checks on a study that is done.
        key_figures: the few figures that lists and the end of a command show, by label, JSON-safe.
        pictures: PNG files by title.
        percents: labels of those key figures that are shares, which people are shown in percent.
        publish: writes the HTML report to `report_of_study` and returns that file.
        cost: what a spec will do and cost; raises G4qcError. Nothing is run for it.
    """

    name: str
    title: str
    model: type[BaseModel]
    tables: Mapping[str, str]
    checks: Mapping[str, str]
    entries: Callable[[Settings, Registry], list[str]]
    known: Callable[[Settings, Registry, Stores], list[str]]
    find: Callable[[str, Settings, Registry, Stores], Any]
    from_words: Callable[[str, Mapping[str, Any], Settings, Registry, Stores], Any]
    prepare: Callable[[Any, Settings, Registry, Stores, str | None], StudyRun]
    data_version: Callable[[Any, Settings, Registry, Stores], str]
    reads: Callable[[Any, Settings, Registry, Stores], Sequence[BacktestSpec]]
    checked: Callable[[StudyRecord], Sequence[StudyCheck]]
    key_figures: Callable[[StudyRecord], Mapping[str, Any]]
    pictures: Callable[[StudyRecord, Stores], Mapping[str, bytes]]
    publish: Callable[[StudyRecord, Settings, Registry, Stores], ReportFile]
    percents: frozenset[str] = frozenset()
    cost: Callable[[Any, Settings, Registry, Stores], StudyCost] = _free


def report_of_study(record: StudyRecord, settings: Settings) -> ReportFile:
    """Return the report of a study: it has the study's id, so that a link to it never shows another one."""
    return report_named(f"{record.kind.replace('_', '-')}-{record.name}-{record.id[:8]}", settings)
