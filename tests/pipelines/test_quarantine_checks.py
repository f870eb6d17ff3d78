"""The effect of quarantined bars on the checks of a month: failures that stop the run, and warnings."""

from __future__ import annotations

import pandas as pd
import pytest

from g4qc_core.bars.columns import QUALITY_COLUMNS
from g4qc_core.bars.quarantine.decisions import undecided
from g4qc_core.bars.quarantine.reasons import Decision, Reason
from g4qc_core.services.quality.month_validation import ValidatedMonth
from g4qc_core.storage.bar_stores.quarantine_store import LISTED_COLUMNS
from g4qc_pipelines.checks.bar_checks import MinuteChecks


def listed(bars: int, reason: str, decision: str | None = None) -> pd.DataFrame:
    """Return bars as the store lists them, with the columns that decisions need."""
    row = {"contract": "202612", "reason": reason, "decision": decision}
    return pd.DataFrame([row] * bars, columns=list(LISTED_COLUMNS))


def passed(*bars: pd.DataFrame) -> dict[str, bool]:
    """The checks of a month of 1000 good bars and these, by name."""
    found = pd.concat(bars, ignore_index=True)
    checks = MinuteChecks()
    quality = pd.DataFrame(columns=list(QUALITY_COLUMNS))
    checks.add(ValidatedMonth("ES|2026-10-01", 1000, 20, found, undecided(found), quality, [], "v"))
    return {str(result.check_name): result.passed for result in checks.results()}


def test_one_open_bar_is_a_warning_and_more_than_one_in_a_hundred_stop_the_rest() -> None:
    few, many = passed(listed(1, "spike")), passed(listed(11, "spike"))
    assert (few["quarantine_reviewed"], few["few_in_quarantine"]) == (False, True)
    assert (many["quarantine_reviewed"], many["few_in_quarantine"]) == (False, False)


def test_flat_runs_stop_nothing_however_long() -> None:
    checks = passed(listed(5000, "flat_run"))
    assert (checks["quarantine_reviewed"], checks["few_in_quarantine"]) == (False, True)


def test_what_a_person_dropped_stops_nothing() -> None:
    checks = passed(listed(500, "off_tick", Decision.DROP))
    assert (checks["quarantine_reviewed"], checks["few_in_quarantine"]) == (True, True)


def test_a_bar_that_is_asked_for_again_still_waits() -> None:
    assert not passed(listed(1, "spike", Decision.REFETCH))["quarantine_reviewed"]


@pytest.mark.parametrize("reason", list(Reason))
def test_an_acceptance_settles_suspicions_only(reason: Reason) -> None:
    assert passed(listed(1, reason, Decision.ACCEPT))["quarantine_reviewed"] == reason.acceptable


def test_the_gravest_reason_comes_first_in_the_checks_and_the_command_shows_the_month() -> None:
    found = pd.concat([listed(30, "spike"), listed(2, "ohlc_order"), listed(1, "off_tick")], ignore_index=True)
    checks = MinuteChecks()
    quality = pd.DataFrame(columns=list(QUALITY_COLUMNS))
    checks.add(ValidatedMonth("ES|2026-10-01", 1000, 20, found, undecided(found), quality, [], "v"))
    told = {str(result.check_name): result for result in checks.results()}
    command = "g4qc quarantine list --instrument ES --from 2026-10-01 --to 2026-10-31"
    for name in ("quarantine_reviewed", "few_in_quarantine"):
        assert told[name].metadata["how"].value == command
    table = told["few_in_quarantine"].metadata["quarantined"].value
    assert [record.data["reason"] for record in table.records] == ["ohlc_order", "off_tick", "spike"]
    assert str(told["quarantine_reviewed"].metadata["reasons"].value).startswith("2 ohlc_order (refetch them); 1 off")
    assert "33 of 1,033 bars: 2 ohlc_order" in str(told["few_in_quarantine"].description)
