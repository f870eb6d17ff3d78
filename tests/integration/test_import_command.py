"""`g4qc import --dry-run`: what it prints of a right file, a doubtful one and one that cannot be imported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.core.sources.made_bars import joined, sessions_of, walk
from tests.core.sources.test_review import write_continuous
from tests.core.sources.vendor_files import PROFILES, REGISTRY, write_as
from tests.fixtures.home import Home, bare_home

pytestmark = pytest.mark.integration

ES = REGISTRY["ES"]
WEEK = sessions_of(ES, date(2025, 9, 2), date(2025, 9, 8))
ROWS = sum(session.length for session in WEEK)


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """A home without a database: none is needed."""
    with bare_home() as bare:
        yield bare


def test_a_right_file_is_shown_without_a_doubt_and_no_database_is_started(home: Home, tmp_path: Path) -> None:
    write_as(PROFILES["kibot"], walk(ES, WEEK, "202512"), ES, tmp_path)
    shown = home.run("import", str(tmp_path), "--dry-run")
    assert (shown.code, shown.errors) == (0, "")
    said = (
        f"Read as kibot: times in America/New_York mark the start of the bar. {ROWS:,} rows in 1 file, 0 unreadable.\n"
    )
    assert shown.text.startswith(said)
    assert shown.text.endswith("No doubts.\n")
    assert not (home.folder / "postgres").exists()


def test_the_plan_as_json_has_windows_hashes_and_doubts(home: Home, tmp_path: Path) -> None:
    write_as(PROFILES["kibot"], walk(ES, WEEK, "202512"), ES, tmp_path)
    plan = json.loads(home.run("import", str(tmp_path), "--zone", "UTC", "--dry-run", "--json").text)
    [contract] = plan["contracts"]
    assert (contract["contract"], contract["last_trade_date"], plan["rows"]) == ("202512", "2025-12-19", ROWS)
    assert plan["doubts"][0].startswith("The zone may be America/New_York, not UTC: ")
    assert len(plan["files"][0]["sha256"]) == 64


def test_an_adjusted_file_ends_the_command_with_the_reason(home: Home, tmp_path: Path) -> None:
    bars, _ = joined(ES, date(2024, 1, 3), date(2025, 6, 30), spread=0.0, distance=6)
    write_continuous(bars, tmp_path / "ES.txt")
    refused = home.run("import", str(tmp_path / "ES.txt"), "--dry-run")
    assert refused.code == 1
    assert "cannot be imported: No jumps of the price show where ES changes contracts" in refused.errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.csv", "--dry-run"), "does not exist: name a file, an archive or a folder."),
        (("x.csv", "--profile", "kibott", "--dry-run"), "Unknown profile 'kibott': did you mean 'kibot'?"),
        (("x.csv", "--dry-run"), "No profile fits x.csv: "),
        (("x.csv", "--instrument", "XX", "--dry-run"), "Unknown instrument 'XX'"),
        (("x.csv",), "No profile fits x.csv: "),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: tuple[str, ...], said: str, home: Home) -> None:
    (home.folder / "x.csv").write_text("a,b\n1,2\n")
    answer = home.run("import", *arguments)
    assert (answer.code, answer.errors.count("\n")) == (2, 1)
    assert said in answer.errors


@pytest.mark.slow
def test_an_import_goes_to_every_timeframe_and_the_same_files_change_nothing(tmp_path: Path) -> None:
    write_as(PROFILES["kibot"], walk(ES, WEEK, "202512"), ES, tmp_path / "files")
    files = str(tmp_path / "files")
    with bare_home() as home:
        refused = home.run("import", files)
        assert refused.code == 1
        assert "set G4QC_IB_HOST (the gateway need not run)" in refused.errors
        done = home.run("import", files, "--synthetic")
        assert done.code == 0
        assert f"Import 1, kibot: 1 contract from 1 file; bars: {ROWS:,} new, 0 unchanged, 0 revised" in done.text
        stored = {row["timeframe"]: row["bars"] for row in json.loads(home.run("status", "--json").text)["bars"]}
        assert (stored["1min"], stored["1d"]) == (ROWS, len(WEEK))
        again = home.run("import", files, "--synthetic")
        assert again.code == 0
        assert again.text.startswith("Nothing to do: 1 file of kibot with the same content: see import 1.")
