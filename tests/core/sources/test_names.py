"""Names of files and contracts as vendors write them, and the files that are left out because of theirs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.profiles.file_zone import FileZone
from g4qc_core.sources.profiles.name_pattern import NamePattern, first_reading
from g4qc_core.sources.profiles.profile_file import load_profiles
from g4qc_core.sources.reading.file_reader import FileTarget, read_file
from g4qc_core.sources.reading.file_symbols import FileSymbols
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import source_files
from g4qc_core.sources.review.chosen_files import chosen_files
from tests.core.sources.made_bars import sessions_of, walk
from tests.core.sources.vendor_files import PROFILES, REGISTRY


@pytest.mark.parametrize(
    ("profile", "name", "symbol", "month", "year"),
    [
        ("firstrate", "futures/ES_Z25_1min.txt", "ES", 12, "25"),
        ("firstrate", "ES_full_1min_continuous_UNadjusted.txt", "ES", 0, ""),
        ("firstrate", "MET_continuous_UNadjusted_1min.txt", "MET", 0, ""),
        ("kibot", "ESZ25.txt", "ES", 12, "25"),
        ("kibot", "NGZ25.txt", "NG", 12, "25"),
        ("kibot", "ES.txt", "ES", 0, ""),
        ("iqfeed", "@ESH26.csv", "ES", 3, "26"),
        ("ninjatrader", "ES 12-25.Last.txt", "ES", 12, "25"),
        ("metatrader5", "ESZ25_M1_202501020000_202512191430.csv", "ES", 12, "25"),
        ("metatrader5", "Si-12.25_M1_202501020000_202512191430.csv", "SI", 12, "25"),
        ("sierrachart", "ESZ25_FUT_CME.txt", "ES", 12, "25"),
        ("sierrachart", "6EM22-CME.scid_BarData.txt", "6E", 6, "22"),
        ("sierrachart-scid", "ESZ5.CME.scid", "ES", 12, "5"),
        ("pysystemtrade", "SP500_micro_20251200.csv", "SP500_MICRO", 12, "2025"),
        ("lean", "20131007_es_minute_trade_201312.csv", "ES", 12, "2013"),
        ("nautilus", "data/bar/6EH4.XCME-1-MINUTE-LAST-EXTERNAL/x.parquet", "6E", 3, "4"),
    ],
)
def test_names_are_read(profile: str, name: str, symbol: str, month: int, year: str) -> None:
    found = first_reading((*PROFILES[profile].names, *PROFILES[profile].continuous), name)
    assert found is not None
    assert (found.symbol, found.month, found.year) == (symbol, month, year)


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ("g4qc-csv", "EURUSD_spot_1min.csv"),
        ("g4qc", "symbol=EURUSD/timeframe=1min/contract=spot/month=2025-09/bars.parquet"),
    ],
)
def test_an_instrument_without_months_has_one_contract(profile: str, name: str, tmp_path: Path) -> None:
    pair = Instrument(
        symbol="EURUSD", name="Euro", kind="CASH", ib_symbol="EUR", exchange="IDEALPRO", multiplier=Decimal(1),
        min_tick=Decimal("0.00005"), calendar="fx", fee=Decimal(0),
    )  # fmt: skip
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    bars = walk(REGISTRY["ES"], sessions_of(REGISTRY["ES"], date(2025, 9, 3), date(2025, 9, 3)), "spot")
    bars = bars.drop(columns="contract").assign(count=-1)
    if path.suffix == ".csv":
        bars.to_csv(path, index=False)
    else:
        bars.to_parquet(path, index=False)
    target = FileTarget(FileSymbols({"EURUSD": pair}, PROFILES[profile]))
    [piece] = read_file(source_files(path)[0], PROFILES[profile], target, ReadNotes())
    assert set(piece["contract"].to_pylist()) == {"spot"}
    assert (len(piece), set(piece["symbol"].to_pylist())) == (len(bars), {"EURUSD"})


@pytest.mark.parametrize("name", ["ES_full_1min_continuous_ratio_adjusted.txt", "ES_continuous_adj_1min.txt"])
def test_names_of_adjusted_files_are_known(name: str) -> None:
    profile = PROFILES["firstrate"]
    assert first_reading((*profile.names, *profile.continuous), name) is None
    assert first_reading(profile.adjusted, name) is not None


@pytest.mark.parametrize("text", ["{root}.txt", "{symbol}{symbol}.txt", "{symbol}{code}.txt", "{symbol}{year}.txt"])
def test_patterns_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no pattern"):
        NamePattern.parse(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [("UTC", "UTC"), ("UTC-5", "UTC-05"), ("UTC+0530", "UTC+05:30"), ("America/New_York+7", "America/New_York+07")],
)
def test_zones_are_read(text: str, written: str) -> None:
    assert str(FileZone.parse(text)) == written


@pytest.mark.parametrize("text", ["EST5", "Chicago", "UTC+15", "UTC+05:75", "", "-05"])
def test_zones_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        FileZone.parse(text)


def test_files_of_unknown_instruments_adjusted_copies_and_notes_are_named_and_left_out(tmp_path: Path) -> None:
    for name in ("ES_Z25_1min.txt", "QQQQ_Z25_1min.txt", "readme.txt", "ES_full_1min_continuous_ratio_adjusted.txt"):
        (tmp_path / name).write_text("x\n")
    profile = PROFILES["firstrate"]
    kept, said = chosen_files(source_files(tmp_path), profile, FileSymbols(REGISTRY, profile))
    assert [file.path.name for file in kept] == ["ES_Z25_1min.txt"]
    folder = tmp_path.name
    assert said == [
        f"2 files of no instrument known here will be left out: {folder}/QQQQ_Z25_1min.txt, {folder}/readme.txt.",
        f"1 file with adjusted prices by name will be left out: {folder}/ES_full_1min_continuous_ratio_adjusted.txt.",
    ]


def test_a_users_profile_takes_the_rest_from_another_one(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text('[mine]\nbased_on = "kibot"\nzone = "UTC-06"\nlabel = "end"\nsymbols = {SPX = "ES"}\n')
    found = load_profiles(file)
    assert next(iter(found)) == "mine"
    assert (found["mine"].columns, found["mine"].zone, found["mine"].label) == (
        PROFILES["kibot"].columns,
        "UTC-06",
        "end",
    )
    instrument = FileSymbols(REGISTRY, found["mine"]).instrument("spx")
    assert instrument is not None
    assert instrument.symbol == "ES"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('zone = "Chicago"', "[mine] zone: 'Chicago' is no time zone"),
        ('names = ["{root}.txt"]', "[mine] names: '{root}.txt' is no pattern"),
        ('columns = ["timestamp", "open", "high", "low"]', "[mine] the column close is missing"),
        ('columns = ["time", "open", "high", "low", "close"]', "[mine] a bar needs either the column timestamp"),
        ("price_divisor = 0", "[mine] price_divisor: Input should be greater than or equal to 1"),
        ('based_on = "kibbot"', "[mine] based_on: Unknown profile 'kibbot': did you mean 'kibot'?"),
        ("deliminator = 3", "[mine] deliminator: Extra inputs are not permitted"),
    ],
)
def test_a_malformed_profile_is_named_by_file_line_and_field(line: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    base = "" if line.startswith("based_on") else 'based_on = "kibot"\n'
    file.write_text(f"[mine]\n{base}{line}\n")
    with pytest.raises(SettingsError) as error:
        load_profiles(file)
    assert str(error.value).startswith(f"{file}, line ")
    assert said in str(error.value)
