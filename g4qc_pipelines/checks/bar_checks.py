"""Asset checks of chains and bars, with the rows that explain their state.

A blocking check stops the whole run; it is for faults of G4QC itself. Bad bars of one contract or month stop nothing
else: the steps after them leave them out, and fail at their end. A warning only reports. An evaluation covers all
partitions of its asset (see `findings`), and names those that fail. A failure in a partition outside the run stops
nothing in the run, and is a warning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.bars.calendar_comparison import Agreement, ComparedDay
from g4qc_core.bars.minute_classes import missing
from g4qc_core.bars.quarantine.decisions import MAX_QUARANTINED
from g4qc_core.bars.quarantine.reasons import Reason, in_words
from g4qc_core.bars.quarantine.selection import Selection, in_quarantine
from g4qc_core.calendars.session_calendar import month_window, parse_date
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted, listing
from g4qc_core.services.quality.calendar_check import LISTED, listed
from g4qc_core.services.quality.month_derivation import DerivedMonth
from g4qc_core.services.quality.month_reconciliation import ReconciledMonth
from g4qc_core.services.quality.month_validation import ValidatedMonth
from g4qc_pipelines.checks.last_findings import LastFindings
from g4qc_pipelines.metadata import table_of

# Most rows of a table in a check's metadata; the database has all rows.
_ROWS = 100

_CORRECT = "correct the calendar in the file that G4QC_CALENDARS names"

CheckSpec = Callable[[str], dg.AssetCheckSpec]


@dataclass(frozen=True)
class Check:
    """One check of an asset.

    Attributes:
        blocking: a failure in a partition of the run stops the steps after the asset in that run.
        severe: a failure in a partition of the run is an error although it blocks nothing.
        telling: the description of a failure repeats the problems in the partitions of the run.
        then: a sentence about what to do after a failure; a blocking check has one.
    """

    name: str
    description: str
    blocking: bool
    severe: bool = False
    telling: bool = False
    then: str = ""

    def __call__(self, asset: str) -> dg.AssetCheckSpec:
        """Return the specification of the check for an asset."""
        return dg.AssetCheckSpec(self.name, asset=asset, description=self.description, blocking=self.blocking)

    def result(self, found: Mapping[str, str], findings: LastFindings | None, **metadata: Any) -> dg.AssetCheckResult:
        """Return the evaluation of the whole asset after a run.

        Args:
            found: the problem in each partition of the run; empty if there is none.
            findings: last findings in the other partitions; None: unknown.
            **metadata: further entries of the evaluation.
        """
        own = {partition: why for partition, why in found.items() if why}
        failing = own if findings is None else findings.after(self.name, found)
        stops = (self.blocking or self.severe) and (bool(own) or not failing)
        if failing:
            listed_by = pd.DataFrame(list(failing.items()), columns=["partition", "why"])
            how = {"how": self.then} if self.then else {}
            metadata = {"failing": table_of(listed_by.head(_ROWS)), **how, **metadata}
        return dg.AssetCheckResult(
            check_name=self.name,
            passed=not failing,
            severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
            description=self._described(failing, own),
            metadata=metadata,
        )

    def _described(self, failing: Mapping[str, str], own: Mapping[str, str]) -> str | None:
        if not failing:
            return None
        reasons = f": {' '.join(own.values())}" if self.telling and own else ""
        return f"Not so in {listing(list(failing))}{reasons}"


_SCHEMA = Check(
    "schema",
    "Columns, types, order and finite prices are as promised (pandera).",
    blocking=True,
    telling=True,
    then="Nothing of the month was written, and the bars of before stay. This is a fault of G4QC: please report it "
    "with this sentence.",
)
_SOUND = Check(
    "few_in_quarantine",
    "At most 1 % of a month's bars are in quarantine undecided; flat runs, which take nothing with them, aside. Of "
    "contracts that break it no timeframe is derived; other contracts and months are.",
    blocking=False,
    severe=True,
    telling=True,
)
_REVIEWED = Check("quarantine_reviewed", "No bar in quarantine waits for a decision.", blocking=False)
_NOT_EMPTY = Check("has_bars", "Every month has at least one valid bar.", blocking=False)
_COVERED = Check("coverage", "Nothing is missing: every expected minute was asked for and answered.", blocking=False)
_CONSERVED = Check(
    "volume_conserved",
    "Volume equals that of the minutes, contract by contract.",
    blocking=True,
    telling=True,
    then="Nothing of the month was written, and the bars of before stay. Run it again; if it stays so, it is a fault "
    "of G4QC: please report it with this sentence.",
)
_CALENDAR = Check(
    "calendar_agrees",
    "Our session calendar has the sessions that the gateway tells of: days, opens and closes.",
    blocking=False,
)

_RECONCILED = Check(
    "agrees_with_gateway",
    "Our hours and sessions are the gateway's own, within the instrument's tolerances; a settlement price aside.",
    blocking=False,
)

CONTRACT_CHECKS: tuple[CheckSpec, ...] = (_CALENDAR,)
RECONCILIATION_CHECKS: tuple[CheckSpec, ...] = (_RECONCILED,)
MINUTE_CHECKS: tuple[CheckSpec, ...] = (_SCHEMA, _SOUND, _REVIEWED, _NOT_EMPTY, _COVERED)
DERIVED_CHECKS: tuple[CheckSpec, ...] = (_SCHEMA, _CONSERVED)


class ContractChecks:
    """Evaluations of the checks of `contracts` over the instruments of one run."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._compared: list[pd.DataFrame] = []
        self._unread: dict[str, str] = {}

    def add(self, instrument: Instrument, days: Sequence[ComparedDay]) -> None:
        """Count the gateway's sessions of an instrument."""
        rows = listed(instrument, days)
        apart = int((rows["finding"] != Agreement.AGREES).sum())
        self._found[instrument.symbol] = counted(apart, "day disagrees", "days disagree") if apart else ""
        self._compared.append(rows)

    def unread(self, instrument: Instrument, error: G4qcError) -> None:
        """Count an instrument for which the gateway's answer was missing or unreadable."""
        self._found[instrument.symbol] = self._unread[instrument.symbol] = str(error)

    def results(self, findings: LastFindings | None = None) -> list[dg.AssetCheckResult]:
        """Return the evaluations."""
        rows = pd.concat(self._compared, ignore_index=True) if self._compared else pd.DataFrame(columns=LISTED)
        apart = rows[rows["finding"] != Agreement.AGREES]
        return [
            _CALENDAR.result(
                self._found,
                findings,
                days=len(rows),
                disagreements=table_of(apart.head(_ROWS)),
                unread="; ".join(self._unread.values()) or "none",
                how="correct the calendar in the file that G4QC_CALENDARS names"
                if any(self._found.values())
                else "nothing to do",
            )
        ]


class MinuteChecks:
    """Evaluations of the checks of `bars_1min` over the months of one run; it keeps the problems, not the bars."""

    def __init__(self) -> None:
        self._broken: dict[str, str] = {}
        self._unsound: dict[str, str] = {}
        self._waiting: dict[str, int] = {}
        self._reasons: Counter[Reason] = Counter()
        self._empty: dict[str, str] = {}
        self._missing: dict[str, int] = {}
        self._quarantined: list[pd.DataFrame] = []
        self._gaps: list[pd.DataFrame] = []

    def add(self, month: ValidatedMonth) -> None:
        """Count a month."""
        stopping = Counter(reason for reason in map(Reason, month.undecided["reason"]) if reason.stops)
        bad = stopping.total()
        sound = bad <= MAX_QUARANTINED * (bad + month.bars)
        self._broken[month.key] = "; ".join(map(str, month.failures))
        self._unsound[month.key] = (
            "" if sound else f"{bad:,} of {counted(bad + month.bars, 'bar')}: {in_words(stopping)}"
        )
        self._waiting[month.key] = len(month.undecided)
        self._reasons += Counter(map(Reason, month.undecided["reason"]))
        self._empty[month.key] = "" if month.bars else "no bars"
        self._missing[month.key] = month.gaps
        self._quarantined.append(month.quarantined[["contract", "reason"]].assign(month=month.key))
        gaps = month.quality[missing(month.quality) > 0]
        self._gaps.append(gaps.assign(month=month.key))

    def results(self, findings: LastFindings | None = None) -> list[dg.AssetCheckResult]:
        """Return the evaluations of at least one month."""
        counted = pd.concat(self._quarantined).groupby(["month", "contract", "reason"], as_index=False, observed=True)
        table = table_of(gravest_rows(counted.size()).head(_ROWS))
        gaps = pd.concat(self._gaps, ignore_index=True)
        waiting, absent = sum(self._waiting.values()), sum(self._missing.values())
        reviewed = {key: in_quarantine(count, bars_of(key)) if count else "" for key, count in self._waiting.items()}
        unsound = {"how": _commands(self._unsound)} if any(self._unsound.values()) else {}
        return [
            _SCHEMA.result(self._broken, findings, failures=_joined(self._broken)),
            _SOUND.result(self._unsound, findings, quarantined=table, **unsound),
            _REVIEWED.result(
                reviewed, findings, bars=waiting, reasons=in_words(self._reasons) or "none", how=_commands(reviewed)
            ),
            _NOT_EMPTY.result(self._empty, findings),
            _COVERED.result(
                _counted(self._missing, "minutes missing"),
                findings,
                minutes=absent,
                sessions=table_of(gaps.head(_ROWS)),
            ),
        ]


class DerivedChecks:
    """Evaluations of the checks of a derived timeframe over the months of one run."""

    def __init__(self) -> None:
        self._broken: dict[str, str] = {}
        self._lost: dict[str, str] = {}

    def add(self, month: DerivedMonth) -> None:
        """Count a month."""
        self._broken[month.key] = "; ".join(map(str, month.failures))
        self._lost[month.key] = "" if month.conserved else "another volume"

    def results(self, findings: LastFindings | None = None) -> list[dg.AssetCheckResult]:
        """Return the evaluations."""
        return [
            _SCHEMA.result(self._broken, findings, failures=_joined(self._broken)),
            _CONSERVED.result(self._lost, findings),
        ]


class ReconciliationChecks:
    """Evaluations of the check of `reconciliation` over the months of one run."""

    def __init__(self) -> None:
        self._compared = 0
        self._differing: dict[str, int] = {}
        self._unmade: dict[str, str] = {}
        self._faults: list[pd.DataFrame] = []

    def add(self, month: ReconciledMonth) -> None:
        """Count a month."""
        self._compared += len(month.compared)
        self._differing[month.key] = len(month.faults)
        if month.unmade:
            self._unmade[month.key] = " ".join(month.unmade)
        self._faults.append(month.faults.assign(month=month.key))

    def results(self, findings: LastFindings | None = None) -> list[dg.AssetCheckResult]:
        """Return the evaluations of at least one month."""
        apart = pd.concat(self._faults, ignore_index=True)
        found = _counted(self._differing, "bars differ") | self._unmade
        return [_RECONCILED.result(found, findings, bars=self._compared, differing=table_of(apart.head(_ROWS)))]


def _counted(numbers: Mapping[str, int], of: str) -> dict[str, str]:
    """Return the problems by partition; the text is empty where the number is 0."""
    return {partition: f"{number} {of}" if number else "" for partition, number in numbers.items()}


def bars_of(partition: str) -> Selection:
    """Return the selection of the bars in quarantine of a partition, an instrument's month."""
    symbol, _, month = partition.partition("|")
    first, last = month_window(parse_date(month))
    return Selection((symbol,), first=first, last=last)


def gravest_rows(counted: pd.DataFrame) -> pd.DataFrame:
    """Return rows of counts with the gravest reason first, then by month and contract."""
    ranks = counted["reason"].map({str(reason): reason.rank for reason in Reason})
    return counted.iloc[ranks.argsort(kind="stable")]


def _commands(found: Mapping[str, str]) -> str:
    """Return the commands that list the bars in the failed partitions of the run."""
    commands = [bars_of(partition).command() for partition, why in found.items() if why]
    return listing(commands) or Selection().command()


def _joined(found: Mapping[str, str]) -> str:
    return "; ".join(why for why in found.values() if why) or "none"
