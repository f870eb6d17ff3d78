"""Imports of files: what is stored equals the file, once, whatever happens meanwhile, and stays apart by its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.bar_source import Origin
from g4qc_core.bars.columns import RAW_COLUMNS
from g4qc_core.calendars.session_calendar import Session, month_window
from g4qc_core.errors import OriginMismatch, SettingsError, UsageError
from g4qc_core.futures.estimated_contract import estimated_contract
from g4qc_core.instruments.registry import Contract
from g4qc_core.services.chosen_bars import chosen_bars
from g4qc_core.services.coverage.stored_gaps import stored_gaps
from g4qc_core.services.exports.export_writing import export_bars_to
from g4qc_core.services.exports.exported_contracts import ExportRequest
from g4qc_core.services.extraction.plan import LeftOut, plan_extraction
from g4qc_core.services.imports import import_storing
from g4qc_core.services.imports.import_plan import ImportRequest, plan_import
from g4qc_core.services.imports.import_start import BegunImport, ImportWish, begin_import
from g4qc_core.services.imports.import_storing import recorded_import, store_import
from g4qc_core.services.quality.month_validation import validate_month
from g4qc_core.settings import Settings
from g4qc_core.sources.layouts.known_layouts import LAYOUTS
from g4qc_core.storage.request_ledger import LedgerEntry, Outcome
from g4qc_core.storage.server.bar_origin import claim_origin
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE
from tests.core.sources.made_bars import sessions_of, walk
from tests.core.sources.vendor_files import PROFILES, REGISTRY, write_as

ES = REGISTRY["ES"]
NOW = datetime(2026, 1, 5, tzinfo=UTC)
WEEKS = sessions_of(ES, date(2025, 8, 27), date(2025, 9, 4))
FIRST, LAST = WEEKS[0].open, WEEKS[-1].close


@pytest.fixture
def stores(embedded_database: Database) -> Stores:
    return Stores(embedded_database)


@pytest.fixture
def real(settings: Settings) -> Settings:
    """Settings with a gateway, so that the database is one of real bars."""
    return settings.model_copy(update={"ib_host": "127.0.0.1"})


@pytest.fixture
def bars(tmp_path: Path) -> pd.DataFrame:
    """The bars of a file of six sessions, written into the folder of the test."""
    made = walk(ES, WEEKS, "202509")
    write_as(PROFILES["kibot"], made, ES, tmp_path)
    return made


@pytest.fixture
def bring(stores: Stores, real: Settings, tmp_path: Path) -> Callable[..., BegunImport]:
    """Import the folder of the test."""

    def run(source: str = "kibot", accept: bool = False, **said: str) -> BegunImport:
        plan = plan_import(ImportRequest(tmp_path, **said), PROFILES, REGISTRY)
        begun = begin_import(plan, ImportWish(tmp_path, source, accept), real, stores, NOW)
        months = {one.month for one in stores.imports.months(begun.number)}
        store_import(recorded_import(begun.number, stores), ES, months, REGISTRY, stores, lambda _: None)
        return begun

    return run


def held(stores: Stores, source: str = "kibot") -> pd.DataFrame:
    return stores.raw.bars("ES", FIRST, LAST, "202509", source)


def ib_bars(stores: Stores, sessions: Sequence[Session], seed: int = 5) -> pd.DataFrame:
    """Store an answer of the gateway for each session."""
    contract = estimated_contract(ES, "202509")
    stores.contracts.merge([contract], NOW)
    for session in sessions:
        made = walk(ES, [session], "202509", seed).assign(wap=np.nan, count=3)[list(RAW_COLUMNS)]
        window = (session.open, session.close)
        entry = LedgerEntry("ES", "202509", "1min", *window, Outcome.DATA, session.close + timedelta(days=1), 5)
        stores.raw.write(contract, made, entry)
    return stores.raw.bars("ES", FIRST, LAST, "202509")


def test_what_is_stored_equals_the_file_and_every_bar_names_its_file_and_row(
    stores: Stores, bars: pd.DataFrame, tmp_path: Path, bring: Callable[..., BegunImport]
) -> None:
    number = bring().number
    names = ["timestamp", "open", "high", "low", "close", "volume"]
    pd.testing.assert_frame_equal(held(stores)[names], bars[names], check_dtype=False)
    [file] = stores.imports.get(number).files
    entries = stores.ledger.entries("ES", "202509", "1min", FIRST, LAST, source=None)
    name = f"{tmp_path.name}/ESU25.txt"
    said = f"{name}, sha256 {file.sha256}, read as kibot: times in America/New_York mark the start of the bar"
    assert {(e.source, e.import_id, e.file, e.message) for e in entries} == {("kibot", number, name, said)}
    assert {entry.outcome for entry in entries} == {Outcome.DATA}
    assert sum(entry.bars for entry in entries) == len(bars)
    lines = (tmp_path / "ESU25.txt").read_text().splitlines()
    with stores.database.transaction() as connection:
        rows = connection.exec_driver_sql("SELECT timestamp, close, received_row, file, import_id FROM raw_bars").all()
    assert len(rows) == len(bars)
    for row in rows[:: len(rows) // 50]:
        assert float(lines[row.received_row - 1].split(",")[5]) == row.close
        assert (row.file, row.import_id) == (name, number)


@pytest.mark.usefixtures("bars")
def test_the_same_file_again_changes_nothing(stores: Stores, bring: Callable[..., BegunImport]) -> None:
    first, again = bring(), bring()
    assert (again.number, again.known, again.complete) == (first.number, True, True)
    assert len(stores.ledger.entries("ES", None, "1min", FIRST, LAST, source=None)) == 2


def test_a_restated_file_leaves_what_it_replaced_and_took_back_as_revisions(
    stores: Stores, bars: pd.DataFrame, tmp_path: Path, bring: Callable[..., BegunImport]
) -> None:
    bring()
    restated = bars.drop(index=40).reset_index(drop=True)
    restated.loc[100, "volume"] = 7_777
    write_as(PROFILES["kibot"], restated, ES, tmp_path)
    again = bring()
    months = stores.imports.months(again.number)
    assert [(one.inserted, one.revised, one.withdrawn) for one in months] == [(0, 1, 1), (0, 0, 0)]
    assert sum(one.unchanged for one in months) == len(bars) - 2
    assert held(stores)["volume"].tolist() == restated["volume"].tolist()
    gone = stores.raw.revisions("ES", FIRST, LAST, source="kibot")
    assert gone["volume"].tolist() == bars.loc[[40, 101], "volume"].tolist()
    # The first file is no longer what is stored: it is an import of its own again.
    write_as(PROFILES["kibot"], bars, ES, tmp_path)
    assert bring().number > again.number
    assert held(stores)["volume"].tolist() == bars["volume"].tolist()


@pytest.mark.usefixtures("bars")
def test_an_import_that_was_killed_goes_on_and_ends_as_an_undisturbed_one(
    stores: Stores, bring: Callable[..., BegunImport], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = import_storing._Writer.write
    done = []

    def dies(self: object, part: object) -> None:
        if done:
            raise KeyboardInterrupt
        written(self, part)  # type: ignore[arg-type]
        done.append(part)

    monkeypatch.setattr(import_storing._Writer, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        bring()
    [half] = stores.imports.page(5)
    assert (half.complete, len(held(stores)) == done[0].bars) == (False, True)
    monkeypatch.undo()
    assert bring() == BegunImport(half.id, known=True, complete=False)
    assert stores.imports.get(half.id).complete
    assert len(stores.ledger.entries("ES", None, "1min", FIRST, LAST, source=None)) == 2
    assert held(stores)["timestamp"].is_unique
    assert len(held(stores)) == sum(session.length for session in WEEKS)


def test_a_restated_file_that_lacks_many_bars_takes_none_back_and_says_so(
    stores: Stores, bars: pd.DataFrame, tmp_path: Path, bring: Callable[..., BegunImport]
) -> None:
    bring()
    lacking = bars.drop(index=range(2_000, 2_300)).reset_index(drop=True)
    write_as(PROFILES["kibot"], lacking, ES, tmp_path)
    again = bring()
    months = stores.imports.months(again.number)
    [place] = [one for one in months if one.month == bars["timestamp"][2_000].date().replace(day=1)]
    assert [one.withdrawn for one in months] == [0, 0]
    assert stores.imports.get(again.number).doubts == (
        f"The files lack 300 bars of ES 202509 in {place.month:%B %Y} that are stored. They are kept: so many are "
        "rather missing in the files than taken back.",
    )
    assert len(held(stores)) == len(bars)
    # The next run of the same import has nothing to add.
    assert bring().complete
    assert len(stores.imports.get(again.number).doubts) == 1


def test_sources_stand_side_by_side_and_no_session_is_a_mixture(
    stores: Stores, bars: pd.DataFrame, bring: Callable[..., BegunImport]
) -> None:
    bring()
    served = ib_bars(stores, WEEKS[2:5])
    chosen = chosen_bars(ES, FIRST, LAST, stores)
    inside = chosen.bars["timestamp"].isin(served["timestamp"])
    assert set(chosen.sources[inside]) == {"ib"}
    assert set(chosen.sources[~inside]) == {"kibot"}
    assert chosen.bars.loc[inside, "close"].tolist() == served["close"].tolist()
    assert len(chosen.bars) == len(bars) == len(held(stores))


def test_a_contract_by_rule_gives_way_to_the_gateways_description(
    stores: Stores, bars: pd.DataFrame, bring: Callable[..., BegunImport]
) -> None:
    bring()
    [guessed] = stores.contracts.chain("ES")
    assert guessed.estimated
    assert stores.contracts.ids("ES") == {}
    described = estimated_contract(ES, "202509")
    told = Contract(**{**vars(described), "con_id": 12, "last_trade_date": date(2025, 9, 18)})
    stores.contracts.merge([told], NOW)
    assert stores.contracts.chain("ES") == [told]
    assert len(held(stores)) == len(bars)


def test_the_gateway_is_not_asked_for_what_it_cannot_serve_and_a_file_has(
    stores: Stores, bring: Callable[..., BegunImport], bars: pd.DataFrame
) -> None:
    bring()
    [contract] = stores.contracts.chain("ES")
    plan = plan_extraction(ES, {contract: WEEKS}, stores, NOW)
    assert (plan.requests, plan.left_out[contract]) == ((), {LeftOut.BY_FILE: len(WEEKS)})
    stores.contracts.merge([Contract(**{**vars(contract), "estimated": False})], NOW)
    [contract] = stores.contracts.chain("ES")
    assert plan_extraction(ES, {contract: WEEKS}, stores, NOW).sessions == len(WEEKS)
    late = datetime(2028, 1, 5, tzinfo=UTC)
    assert plan_extraction(ES, {contract: WEEKS}, stores, late).left_out[contract] == {LeftOut.BY_FILE: len(WEEKS)}


def test_a_silence_that_looks_like_missing_data_stays_a_gap_however_often_the_file_comes(
    stores: Stores, bars: pd.DataFrame, tmp_path: Path, bring: Callable[..., BegunImport]
) -> None:
    session = WEEKS[-2]
    silent = bars["timestamp"].between(session.open + timedelta(hours=8), session.open + timedelta(hours=10), "left")
    for volume in (11, 12):
        write_as(PROFILES["kibot"], bars[~silent].assign(volume=volume), ES, tmp_path)
        bring()
        month = validate_month(ES, date(2025, 9, 1), date(2025, 9, 30), stores)
    row = month.quality[month.quality["trade_date"] == pd.Timestamp(session.trade_date)].iloc[0]
    assert (row["failed"], row["no_trade"], row["traded"]) == (120, 0, session.length - 120)
    [gap] = stored_gaps(ES, session.trade_date, session.trade_date, stores).to_dict("records")
    assert (gap["start"], gap["end"]) == (session.open + timedelta(hours=8), session.open + timedelta(hours=10))


@pytest.mark.usefixtures("bars")
def test_grave_doubts_stop_an_import_until_they_are_accepted(stores: Stores, bring: Callable[..., BegunImport]) -> None:
    with pytest.raises(SettingsError, match=r"The zone may be America/New_York, not UTC: .*--accept-doubts"):
        bring(zone="UTC")
    assert stores.imports.page(5) == []
    bring(zone="UTC", accept=True)
    [stored] = stores.imports.page(5)
    assert (stored.accepted, stored.zone) == (True, "UTC")


@pytest.mark.usefixtures("bars")
@pytest.mark.parametrize("name", ["ib", "simulated", "replay", "Kibot!", "a b"])
def test_a_source_has_a_name_of_its_own(name: str, bring: Callable[..., BegunImport]) -> None:
    with pytest.raises(UsageError, match="is no name for a source"):
        bring(source=name)


@pytest.mark.usefixtures("bars")
def test_synthetic_and_real_bars_stay_apart(
    stores: Stores, settings: Settings, bring: Callable[..., BegunImport], tmp_path: Path
) -> None:
    plan = plan_import(ImportRequest(tmp_path), PROFILES, REGISTRY)
    with pytest.raises(OriginMismatch, match="no gateway is set: set G4QC_IB_HOST"):
        begin_import(plan, ImportWish(tmp_path), settings, stores, NOW)
    claim_origin(stores.database, Origin.SIMULATED, NOW)
    with pytest.raises(OriginMismatch):
        bring()
    assert not begin_import(plan, ImportWish(tmp_path, synthetic=True), settings, stores, NOW).complete


@pytest.mark.usefixtures("bars")
def test_a_file_that_changed_since_it_was_planned_is_refused(stores: Stores, real: Settings, tmp_path: Path) -> None:
    plan = plan_import(ImportRequest(tmp_path), PROFILES, REGISTRY)
    begun = begin_import(plan, ImportWish(tmp_path), real, stores, NOW)
    with (tmp_path / "ESU25.txt").open("a") as file:
        file.write("\n")
    with pytest.raises(SettingsError, match="has changed since its import began: import it again"):
        store_import(recorded_import(begun.number, stores), ES, {date(2025, 9, 1)}, REGISTRY, stores, lambda _: None)
    assert held(stores).empty


def test_a_file_of_several_instruments_is_read_once(stores: Stores, real: Settings, tmp_path: Path) -> None:
    texts = []
    for symbol in ("ES", "NQ"):
        [path] = write_as(PROFILES["databento"], walk(REGISTRY[symbol], WEEKS, "202509"), REGISTRY[symbol], tmp_path)
        texts.append(path.read_text().splitlines(keepends=True))
    path.write_text("".join([texts[0][0], *texts[0][1:], *texts[1][1:]]))
    request = ImportRequest(path, profile="databento")
    begun = begin_import(plan_import(request, PROFILES, REGISTRY), ImportWish(path, "vendor"), real, stores, NOW)
    stored = recorded_import(begun.number, stores)
    months = {one.month for one in stores.imports.months(stored.id)}
    store_import(stored, ES, {min(months)}, REGISTRY, stores, lambda _: None)
    assert stores.imports.get(stored.id).complete
    for symbol in ("ES", "NQ"):
        bars = stores.raw.bars(symbol, FIRST, LAST, "202509", "vendor")
        assert bars["close"].tolist() == walk(REGISTRY[symbol], WEEKS, "202509")["close"].tolist()
    path.unlink()
    store_import(stored, REGISTRY["NQ"], months, REGISTRY, stores, lambda _: None)


def test_an_import_with_a_file_that_is_gone_is_refused(stores: Stores, real: Settings, tmp_path: Path) -> None:
    for month in ("202509", "202512"):
        [path] = write_as(PROFILES["kibot"], walk(ES, WEEKS, month), ES, tmp_path)
    plan = plan_import(ImportRequest(tmp_path), PROFILES, REGISTRY)
    begun = begin_import(plan, ImportWish(tmp_path), real, stores, NOW)
    path.unlink()
    with pytest.raises(SettingsError, match="is gone, or not on this machine"):
        store_import(recorded_import(begun.number, stores), ES, {date(2025, 9, 1)}, REGISTRY, stores, lambda _: None)
    assert held(stores).empty


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.usefixtures("bars")
def test_exported_bars_that_are_imported_again_are_equal(
    layout: str,
    stores: Stores,
    real: Settings,
    bring: Callable[..., BegunImport],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    bring()
    for month in (date(2025, 8, 1), date(2025, 9, 1)):
        validate_month(ES, *month_window(month), stores)
    out = tmp_path_factory.mktemp("exports") / "out"
    export_bars_to(stores, ExportRequest([ES], ONE_MINUTE, layout), out, NOW)
    plan = plan_import(ImportRequest(out), PROFILES, REGISTRY)
    begun = begin_import(plan, ImportWish(out, "again"), real, stores, NOW)
    months = {one.month for one in stores.imports.months(begun.number)}
    store_import(recorded_import(begun.number, stores), ES, months, REGISTRY, stores, lambda _: None)
    assert (plan.doubts, stores.imports.get(begun.number).complete) == ((), True)
    pd.testing.assert_frame_equal(held(stores, "again").drop(columns="count"), held(stores).drop(columns="count"))
