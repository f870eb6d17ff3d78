"""What an import would take: contracts with windows and hashes, and the same bars that a review has seen."""

from __future__ import annotations

import hashlib
import tracemalloc
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from g4qc_core.errors import UsageError
from g4qc_core.services.imports.import_plan import ImportRequest, plan_import
from g4qc_core.services.imports.imported_contract import SessionRun, contracts_of
from g4qc_core.sources.reading.file_reader import FILE_BARS
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import SourceFile
from g4qc_core.sources.review.contract_facts import ContractFacts
from g4qc_core.sources.review.file_review import FileReview, ReviewRequest
from tests.core.sources.made_bars import joined, sessions_of, walk
from tests.core.sources.test_review import write_continuous
from tests.core.sources.vendor_files import PROFILES, REGISTRY, write_as

ES = REGISTRY["ES"]
WEEK = sessions_of(ES, date(2025, 9, 2), date(2025, 9, 12))


def test_a_plan_names_files_contracts_and_windows(tmp_path: Path) -> None:
    held = [*WEEK[:3], *WEEK[5:]]
    write_as(PROFILES["kibot"], walk(ES, held, "202512"), ES, tmp_path)
    plan = plan_import(ImportRequest(tmp_path), PROFILES, REGISTRY)
    [one] = plan.contracts
    assert (plan.review.request.profile.name, plan.doubts, plan.refusal) == ("kibot", (), "")
    assert [file.sha256 for file in plan.files] == [hashlib.sha256((tmp_path / "ESZ25.txt").read_bytes()).hexdigest()]
    assert (str(one.contract), one.contract.last_trade_date) == ("ES 202512", date(2025, 12, 19))
    assert one.runs == (
        SessionRun(WEEK[0].trade_date, WEEK[2].trade_date, 3),
        SessionRun(WEEK[5].trade_date, WEEK[-1].trade_date, len(WEEK) - 5),
    )
    assert one.minutes == sum(session.length for session in held)


def test_bars_after_the_end_of_trading_are_doubted(tmp_path: Path) -> None:
    sessions = sessions_of(ES, date(2025, 9, 17), date(2025, 9, 23))
    write_as(PROFILES["kibot"], walk(ES, sessions, "202509"), ES, tmp_path)
    plan = plan_import(ImportRequest(tmp_path), PROFILES, REGISTRY)
    [doubt] = [one for one in plan.doubts if "after its last trade" in one]
    assert doubt.endswith(
        "bars of ES 202509 begin after its last trade on 2025-09-19 13:30 UTC, by the exchange's rule."
    )


def test_the_bars_of_a_cut_file_are_those_of_its_contracts(tmp_path: Path) -> None:
    bars, rolls = joined(ES, date(2023, 1, 3), date(2025, 6, 30), spread=14.0, distance=5)
    write_continuous(bars, tmp_path / "ES.txt")
    plan = plan_import(ImportRequest(tmp_path / "ES.txt", profile="kibot"), PROFILES, REGISTRY)
    read = pa.concat_tables([piece for _, piece in plan.bars(ReadNotes())]).to_pandas()
    opens = {session.trade_date: pd.Timestamp(session.open) for session in sessions_of(ES, rolls[0][0], rolls[-1][0])}
    expected = pd.Series(rolls[0][1], index=read.index)
    for day, _, new in rolls:
        expected[read["timestamp"] >= opens[day]] = new
    assert read["contract"].astype(str).tolist() == expected.tolist()
    assert sum(one.minutes for one in plan.contracts) == len(bars)
    assert [one.contract.month for one in plan.contracts] == sorted({old for _, old, _ in rolls} | {rolls[-1][2]})


def test_a_refused_plan_yields_no_bar(tmp_path: Path) -> None:
    bars, _ = joined(ES, date(2023, 1, 3), date(2025, 6, 30), spread=0.0, distance=5)
    write_continuous(bars, tmp_path / "ES.txt")
    plan = plan_import(ImportRequest(tmp_path / "ES.txt", profile="kibot"), PROFILES, REGISTRY)
    assert plan.contracts == ()
    with pytest.raises(UsageError, match="its prices are adjusted"):
        next(plan.bars(ReadNotes()))


def test_zone_and_label_replace_those_of_the_profile(tmp_path: Path) -> None:
    profile = PROFILES["kibot"].model_copy(update={"zone": "America/Chicago", "label": "end"})
    write_as(profile, walk(ES, WEEK, "202512"), ES, tmp_path)
    said = ImportRequest(tmp_path, profile="kibot", zone="America/Chicago", label="end")
    assert plan_import(said, PROFILES, REGISTRY).doubts == ()
    with pytest.raises(UsageError, match="'Chicago' is no time zone"):
        plan_import(ImportRequest(tmp_path, profile="kibot", zone="Chicago"), PROFILES, REGISTRY)


def reviewed(years: int) -> FileReview:
    """A review of every minute of some years of one contract, ten sessions in memory at a time."""
    facts = ContractFacts("ES", "202512", 0.25)
    sessions = sessions_of(ES, date(2025 - years, 1, 1), date(2024, 12, 31))
    for at in range(0, len(sessions), 10):
        facts.presence.add(
            np.concatenate([one.minutes() for one in sessions[at : at + 10]]).astype("datetime64[m]").astype(np.int64)
        )
    request = ReviewRequest([SourceFile(Path("ES.csv"))], PROFILES["kibot"], REGISTRY)
    return FileReview(request, ReadNotes(), (facts,), FILE_BARS.empty_table(), {}, (), "")


def planning_peak(years: int) -> int:
    """The bytes that planning these years needs at most."""
    sessions_of(ES, date(2015, 1, 1), date(2025, 12, 31))  # calendars are kept by the process, whatever is imported
    tracemalloc.start()
    [one] = contracts_of(reviewed(years))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(one.months) == 12 * years
    return peak


def test_memory_does_not_grow_with_the_years() -> None:
    assert planning_peak(10) < 1.15 * planning_peak(4)


def test_a_minute_of_a_continuous_file_and_of_a_contract_counts_once(tmp_path: Path) -> None:
    bars, rolls = joined(ES, date(2023, 1, 3), date(2025, 6, 30), spread=14.0, distance=5)
    write_continuous(bars, tmp_path / "ES.txt")
    alone = plan_import(ImportRequest(tmp_path, profile="kibot"), PROFILES, REGISTRY)
    _, month, _ = rolls[3]
    [before] = [one for one in alone.contracts if one.contract.month == month]
    sessions = sessions_of(ES, rolls[2][0], rolls[3][0])
    write_as(PROFILES["kibot"], walk(ES, sessions, month, edges=3), ES, tmp_path)
    [one] = [
        one for one in plan_import(ImportRequest(tmp_path, profile="kibot"), PROFILES, REGISTRY).contracts
        if one.contract.month == month
    ]  # fmt: skip
    # The file has two bars at each edge of a session, the contract three; the last session is that of the next one.
    assert one.minutes == 6 * len(sessions)
    assert before.minutes == 4 * (len(sessions) - 1)
