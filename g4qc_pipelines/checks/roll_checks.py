"""Asset checks of roll calendars and of the results that depend on them."""

from __future__ import annotations

import dagster as dg

from g4qc_core.backtest.roll_sensitivity import Spread
from g4qc_core.sentences import listing
from g4qc_core.services.rolls.roll_review import RollReview
from g4qc_pipelines.checks.bar_checks import Check, CheckSpec
from g4qc_pipelines.checks.last_findings import LastFindings

_SOUND = Check(
    "every_session_once",
    "By every rule, the rolls ascend, each leaves the contract that the one before it entered, and no session has a "
    "contract in front that no longer trades.",
    blocking=True,
    telling=True,
    then="Correct the rolls in the file that G4QC_ROLLS names; where none of them is there, materialize `contracts`, "
    "then `roll_calendar` again.",
)
_KNOWN = Check("gaps_known", "Every roll has a measured price gap.", blocking=False, telling=True)
_PLAUSIBLE = Check("gaps_plausible", "No gap stands out from those of the other rolls.", blocking=False, telling=True)
_NARROW = Check(
    "spread_small",
    "The net profits by all roll rules and adjustments differ by less than half of their median, or by less than 1 % "
    "of the cash.",
    blocking=False,
    telling=True,
)

ROLL_CHECKS: tuple[CheckSpec, ...] = (_SOUND, _KNOWN, _PLAUSIBLE)
SENSITIVITY_CHECKS: tuple[CheckSpec, ...] = (_NARROW,)


class RollChecks:
    """Evaluations of the checks of `roll_calendar` over the instruments of one run."""

    def __init__(self) -> None:
        self._broken: dict[str, str] = {}
        self._unknown: dict[str, str] = {}
        self._wide: dict[str, str] = {}

    def add(self, symbol: str, found: RollReview) -> None:
        """Count an instrument."""
        self._broken[symbol] = " ".join(found.broken)
        self._unknown[symbol] = f"unknown at {listing(found.unmeasured)}" if found.unmeasured else ""
        self._wide[symbol] = " ".join(found.implausible)

    def results(self, findings: LastFindings | None = None) -> list[dg.AssetCheckResult]:
        """Return the evaluations."""
        return [
            _SOUND.result(self._broken, findings),
            _KNOWN.result(self._unknown, findings),
            _PLAUSIBLE.result(self._wide, findings),
        ]


def spread_result(spec: str, spread: Spread, words: str, findings: LastFindings | None = None) -> dg.AssetCheckResult:
    """Return the evaluation of `roll_sensitivity` for one spec; `words` says how far its results lie apart."""
    return _NARROW.result({spec: words if spread.large else ""}, findings)
