"""Exports: read again they are equal, gaps are refused or listed, and a folder is whole or absent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from g4qc_core.bars.bar_ends import bar_ends
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.errors import BarsIncomplete, TransientError, UsageError
from g4qc_core.services.exports.export_writing import MANIFEST, ExportSummary, export_bars_to
from g4qc_core.services.exports.exported_contracts import ExportRequest
from g4qc_core.services.quality.month_derivation import derive_month
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.sources.layouts.known_layouts import LAYOUTS
from g4qc_core.sources.layouts.parquet_layout import DATA_SET_SCHEMA
from g4qc_core.sources.profiles.profile_file import load_profiles
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import source_files
from g4qc_core.sources.review.file_review import ReviewRequest, pieces_of
from g4qc_core.sources.review.recognition import recognise
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE, TIMEFRAMES, timeframe
from tests.core.bars.builders import EQUITY, ES, REGISTRY, es_contract, raw_bars

OLD, NEW = es_contract("202509"), es_contract("202512")
SESSIONS = EQUITY.sessions(date(2025, 8, 27), date(2025, 9, 4))
LACKING = date(2025, 9, 3)
"""A session of the newer contract that was never asked for."""
MONTHS = (date(2025, 8, 1), date(2025, 9, 1))
NOW = SESSIONS[-1].close + timedelta(days=2)
PROFILES = load_profiles()
READ_BY = {"parquet": "g4qc", "csv": "g4qc-csv", "lean": "lean", "nautilus": "nautilus"}


@pytest.fixture(scope="module")
def stores(embedded_migrated) -> Iterator[Stores]:  # type: ignore[no-untyped-def]
    """Whole sessions of the older contract, and the newer one with a gap."""
    from tests.fixtures.database import _cleaned

    for database in _cleaned(embedded_migrated):
        made = Stores(database)
        made.contracts.merge([OLD, NEW], datetime(2025, 1, 1, tzinfo=UTC))
        for seed, contract in enumerate((OLD, NEW)):
            for session in SESSIONS:
                if contract is OLD or session.trade_date != LACKING:
                    _receive(made, contract, session, seed)
        for month in MONTHS:
            validate_month(ES, *month_window(month), made)
            for kind in TIMEFRAMES[1:]:
                derive_month(ES, *month_window(month), kind, made)
        yield made


def _receive(stores: Stores, contract, session, seed: int) -> None:  # type: ignore[no-untyped-def]
    bars = raw_bars(contract.month, [session], seed)[list(RAW_COLUMNS)]
    at = session.close + timedelta(hours=13)
    key = ("ES", contract.month, "1min", session.open, session.close)
    stores.raw.write(contract, bars, LedgerEntry(*key, Outcome.DATA, at, len(bars), whole=True))


def export(stores: Stores, folder: Path, layout: str = "parquet", name: str = "1min", **more) -> ExportSummary:  # type: ignore[no-untyped-def]
    request = ExportRequest([ES], timeframe(name), layout, **more)
    return export_bars_to(stores, request, folder, NOW)


def stored(stores: Stores, name: str = "1min") -> pd.DataFrame:
    found = stores.bars.bars("ES", name, SESSIONS[0].open, SESSIONS[-1].close)
    return found.sort_values(["contract", "timestamp"], ignore_index=True)


def read_again(folder: Path, profile: str) -> pd.DataFrame:
    pieces = pieces_of(ReviewRequest(source_files(folder), PROFILES[profile], REGISTRY), ReadNotes())
    found = pa.concat_tables([piece for _, piece in pieces]).to_pandas().astype({"contract": "str"})
    return found.sort_values(["contract", "timestamp"], ignore_index=True)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_export_read_again_is_equal(layout: str, stores: Stores, tmp_path: Path) -> None:
    done = export(stores, tmp_path / "out", layout, with_gaps=True)
    expected = stored(stores)
    found = read_again(tmp_path / "out", READ_BY[layout])
    assert (done.bars, done.contracts) == (len(expected), 2)
    columns = ["contract", "timestamp", "open", "high", "low", "close", "volume"]
    columns += ["count"] if layout in ("parquet", "csv") else []
    pd.testing.assert_frame_equal(found[columns], expected[columns], check_dtype=False)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_export_is_recognised(layout: str, stores: Stores, tmp_path: Path) -> None:
    export(stores, tmp_path / "out", layout, with_gaps=True)
    found = recognise(source_files(tmp_path / "out"), PROFILES, REGISTRY)
    assert (found.profile.name, found.doubts) == (READ_BY[layout], ())


def test_the_data_set_is_read_by_its_folders_and_says_its_units(stores: Stores, tmp_path: Path) -> None:
    export(stores, tmp_path / "out", contracts=["202509"])
    found = pd.read_parquet(tmp_path / "out", filters=[("contract", "=", 202509), ("month", "=", "2025-09")])
    expected = stored(stores)
    september = expected["trade_date"].between("2025-09-01", "2025-09-30") & (expected["contract"] == "202509")
    assert found["close"].tolist() == expected.loc[september, "close"].tolist()
    assert set(found["symbol"]) == {"ES"}
    path = next((tmp_path / "out").rglob("*.parquet"))
    schema = pq.read_schema(path)
    assert schema.field("close").metadata == DATA_SET_SCHEMA.field("close").metadata
    assert schema.field("close").metadata[b"unit"].startswith(b"points")
    assert (schema.metadata[b"price_step"], schema.metadata[b"point_value"]) == (b"0.25", b"50")


@pytest.mark.parametrize("name", ["1h", "4h", "1d"])
def test_longer_bars_of_a_catalog_end_with_their_trading(name: str, stores: Stores, tmp_path: Path) -> None:
    export(stores, tmp_path / "out", "nautilus", name, contracts=["202509"])
    [path] = (tmp_path / "out").rglob("*.parquet")
    expected = stored(stores, name).query("contract == '202509'").reset_index(drop=True)
    ends = pq.read_table(path)["ts_event"].to_numpy() // 1000
    assert ends.tolist() == bar_ends(expected, timeframe(name), EQUITY).tolist()


def test_hours_in_leans_layout_stand_in_one_archive(stores: Stores, tmp_path: Path) -> None:
    export(stores, tmp_path / "out", "lean", "1h", with_gaps=True)
    [path] = (tmp_path / "out").rglob("*.zip")
    assert path.relative_to(tmp_path).as_posix() == "out/future/cme/hour/es_trade.zip"
    members = source_files(path)
    assert [one.member for one in members] == ["es_trade_202509.csv", "es_trade_202512.csv"]
    with members[0].opened() as file:
        frame = pd.read_csv(file, names=["time", "open", "high", "low", "close", "volume"])
    expected = stored(stores, "1h").query("contract == '202509'")
    assert frame["time"].tolist() == expected["timestamp"].dt.strftime("%Y%m%d %H:%M").tolist()
    assert frame["volume"].tolist() == expected["volume"].tolist()


def test_a_layout_refuses_what_it_has_no_place_for(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Lean's layout has futures of 1min and 1h, not 1d"):
        export(stores, tmp_path / "out", "lean", "1d", with_gaps=True)
    assert list(tmp_path.iterdir()) == []


def test_known_gaps_are_refused_and_listed_where_they_are_allowed(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(BarsIncomplete, match=r"ES 202512: 1 of 6 sessions .* 2025-09-03 of 202512 never extracted"):
        export(stores, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    done = export(stores, tmp_path / "out", with_gaps=True)
    listed = {one["contract"]: one for one in json.loads((tmp_path / "out" / MANIFEST).read_text())["contracts"]}
    assert len(done.gaps) == 1
    assert listed["202512"]["missing_sessions"] == [{"trade_date": "2025-09-03", "reason": "never_asked"}]
    assert (listed["202509"]["missing_sessions"], listed["202509"]["unknown_minutes"]) == ([], 0)


def test_the_manifest_names_versions_and_the_hash_of_every_file(stores: Stores, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export(stores, folder, contracts=["202509"])
    manifest = json.loads((folder / MANIFEST).read_text())
    versions = {f"{one.month:%Y-%m}": one.version for one in stores.versions.versions("ES", ("1min",))}
    assert manifest["versions"] == {"ES": versions}
    paths = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    assert {one["path"] for one in manifest["files"]} == paths
    for one in manifest["files"]:
        assert one["sha256"] == hashlib.sha256((folder / one["path"]).read_bytes()).hexdigest()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_export_twice_has_the_same_files(layout: str, stores: Stores, tmp_path: Path) -> None:
    listed = []
    for name in ("one", "two"):
        export(stores, tmp_path / name, layout, contracts=["202509"])
        listed.append(json.loads((tmp_path / name / MANIFEST).read_text())["files"])
    assert listed[0] == listed[1]


def test_a_window_cuts_by_trade_dates(stores: Stores, tmp_path: Path) -> None:
    export(stores, tmp_path / "out", "csv", first=date(2025, 8, 29), last=date(2025, 9, 2))
    found = read_again(tmp_path / "out", "g4qc-csv")
    expected = stored(stores)
    inside = expected["trade_date"].between("2025-08-29", "2025-09-02")
    assert len(found) == int(inside.sum())


def test_a_failed_export_leaves_nothing_and_a_full_folder_is_refused(stores: Stores, tmp_path: Path) -> None:
    request = ExportRequest([ES], ONE_MINUTE, "parquet", with_gaps=True)

    def fail_at_the_second(name: str) -> None:
        if "202512" in name:
            raise TransientError("the second contract")

    with pytest.raises(TransientError, match="the second contract"):
        export_bars_to(stores, request, tmp_path / "out", NOW, fail_at_the_second)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("kept")
    with pytest.raises(UsageError, match="exists and is not empty"):
        export_bars_to(stores, request, tmp_path / "out", NOW)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "mine.txt"]


def test_bars_that_change_meanwhile_end_the_export(stores: Stores, tmp_path: Path) -> None:
    request = ExportRequest([ES], ONE_MINUTE, "parquet", contracts=["202509"])
    before = next(one for one in stores.versions.versions("ES", ("1min",)) if one.month == MONTHS[0])

    def change(_: str) -> None:
        stores.versions.record("ES", "1min", MONTHS[0], "another", before.made_of)

    try:
        with pytest.raises(TransientError, match="changed while they were exported"):
            export_bars_to(stores, request, tmp_path / "out", NOW, change)
    finally:
        stores.versions.record("ES", "1min", MONTHS[0], before.version, before.made_of)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_stored_is_named(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"No bars of ES 202603 are stored for this window. Stored: 202509, 202512."):
        export(stores, tmp_path / "out", contracts=["202603"])
