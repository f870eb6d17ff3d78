"""The review of a file: doubts are found by evidence, right files have none, and nothing is left out silently."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.reading.source_files import source_files
from g4qc_core.sources.review.file_review import FileReview, ReviewRequest, review_files
from tests.core.sources.made_bars import joined, sessions_of, walk
from tests.core.sources.vendor_files import PROFILES, REGISTRY, write_as
from tests.market_data import MARKET_DATA, needs_market_data

ES = REGISTRY["ES"]
KIBOT = PROFILES["kibot"]
WEEKS = sessions_of(ES, date(2025, 10, 29), date(2025, 11, 7))
"""Eight sessions around the end of daylight saving time in America."""


def review(path: Path, profile: FileProfile, **more) -> FileReview:
    return review_files(ReviewRequest(source_files(path), profile, REGISTRY, **more))


def written(tmp_path: Path, profile: FileProfile, bars: pd.DataFrame) -> Path:
    write_as(profile, bars, ES, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["kibot", "ninjatrader", "metatrader5", "iqfeed", "databento", "nautilus"])
def test_a_file_read_rightly_raises_no_doubt(name: str, tmp_path: Path) -> None:
    found = review(written(tmp_path, PROFILES[name], walk(ES, WEEKS, "202512")), PROFILES[name])
    assert (found.doubts, found.refusal) == ((), "")
    assert [(one.symbol, one.month, one.rows) for one in found.facts] == [("ES", "202512", found.notes.rows)]
    assert found.facts[0].first == WEEKS[0].open
    assert found.first_rows.column("line")[0].as_py() == (
        1 if name == "nautilus" else 2 if PROFILES[name].header else 1
    )


@pytest.mark.parametrize(
    ("written_in", "read_in"),
    [
        ("America/New_York", "America/Chicago"),
        ("America/Chicago", "America/New_York"),
        ("UTC", "America/New_York"),
        ("America/New_York", "UTC"),
        ("America/New_York+7", "UTC+02"),
        ("UTC-05", "America/New_York"),
    ],
)
def test_a_wrong_zone_is_found(written_in: str, read_in: str, tmp_path: Path) -> None:
    path = written(tmp_path, KIBOT.model_copy(update={"zone": written_in}), walk(ES, WEEKS, "202512"))
    doubts = review(path, KIBOT.model_copy(update={"zone": read_in})).doubts
    assert doubts[0].startswith(f"The zone may be {written_in}, not {read_in}: ")
    assert ", and 0.00% would if it were " in doubts[0]


@pytest.mark.parametrize(("label", "other"), [("start", "end"), ("end", "start")])
def test_a_wrong_label_is_found(label: str, other: str, tmp_path: Path) -> None:
    path = written(tmp_path, KIBOT.model_copy(update={"label": label}), walk(ES, WEEKS, "202512"))
    doubts = review(path, KIBOT.model_copy(update={"label": other})).doubts
    assert doubts[0].startswith(f"The label may be the {label} of the bar, not the {other}: in {len(WEEKS)} of ")


def test_a_wrong_zone_does_not_hide_a_wrong_label(tmp_path: Path) -> None:
    path = written(tmp_path, KIBOT.model_copy(update={"label": "end"}), walk(ES, WEEKS, "202512"))
    doubts = review(path, KIBOT.model_copy(update={"zone": "UTC"})).doubts
    assert [doubt.split(",")[0] for doubt in doubts[:2]] == [
        "The zone may be America/New_York",
        "The label may be the end of the bar",
    ]


def test_bars_far_from_every_break_cannot_tell_their_zone(tmp_path: Path) -> None:
    bars = walk(ES, WEEKS, "202512")
    clock = bars["timestamp"].dt.tz_convert("America/New_York").dt.hour
    path = written(tmp_path, KIBOT, bars[(clock >= 10) & (clock < 13)])
    [doubt] = review(path, KIBOT).doubts
    assert doubt.startswith("The bars cannot tell whether the zone is America/New_York: 0.00% ")


@pytest.mark.parametrize(("divisor", "scale"), [(100, "100"), (10_000, "10,000")])
def test_a_wrong_scale_is_found(divisor: int, scale: str, tmp_path: Path) -> None:
    profile = KIBOT.model_copy(update={"price_divisor": divisor})
    path = written(tmp_path, profile, walk(ES, WEEKS[:2], "202512"))
    assert f"Prices of ES look scaled by {scale}: " in review(path, KIBOT).doubts[0]


def test_rows_that_cannot_be_read_are_named_by_line_and_the_others_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, KIBOT, walk(ES, WEEKS[:2], "202512")) / "ESZ25.txt"
    lines = path.read_text().splitlines()
    lines[9] = "10/29/2025,04:09,none,1,1,1,5"
    lines[19] = "10/29/2025,04:19,1"
    lines[29] = "29.10.2025,04:29,6000,6001,5999,6000,5"
    lines[39] = lines[39].rpartition(",")[0] + ","
    path.write_text("\n".join(lines) + "\n")
    found = review(path, KIBOT)
    assert found.notes.rows == len(lines) - 4
    assert [(row.line, row.reason) for row in found.notes.first_unreadable] == [
        (10, "has no number as open"),
        (20, "has 3 fields, not 7"),
        (40, "has no number as volume"),
        (30, "the time is written in another way"),
    ]
    assert found.doubts[0].startswith("4 rows cannot be read and will be left out: ESZ25.txt, line 10: ")


def test_lines_are_counted_over_blank_ones_and_the_end_of_a_piece(tmp_path: Path) -> None:
    path = written(tmp_path, KIBOT, walk(ES, WEEKS, "202512")) / "ESZ25.txt"
    lines = path.read_text().splitlines()
    lines[2_000] = "\n" + lines[2_000].replace("/", "-")
    path.write_bytes("\r\n".join(lines).encode())
    found = review(path, KIBOT, piece=1 << 12)
    assert [row.line for row in found.notes.first_unreadable] == [2_002]
    assert found.notes.rows == len(lines) - 1


def test_duplicates_disorder_and_misordered_prices_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path, KIBOT, walk(ES, WEEKS[:2], "202512")) / "ESZ25.txt"
    lines = path.read_text().splitlines()
    first, second = lines[100], lines[200]
    fields = lines[300].split(",")
    lines[300] = ",".join([*fields[:3], "1.25", *fields[4:]])
    path.write_text("\n".join([*lines, first, second]) + "\n")
    assert review(path, KIBOT, piece=1 << 12).doubts == (
        f"2 rows of ES for a minute that had one before; the first is in line {len(lines) + 1} (contract 202512).",
        f"1 row of ES earlier than the row above; the first is in line {len(lines) + 1} (contract 202512).",
        "1 row of ES with an open or a close beyond low and high; the first is in line 301 (contract 202512).",
    )


def test_bars_of_another_length_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, KIBOT, walk(ES, WEEKS[:3], "202512").iloc[::5])
    assert review(path, KIBOT).refusal.startswith("The rows are no one-minute bars: they begin 5 minutes apart, or a ")


def test_bars_of_seconds_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, PROFILES["tickdata"], walk(ES, WEEKS[:1], "202512")) / "ESZ25.csv"
    lines = path.read_text().splitlines()
    seconds = [line.replace(":00,", f":{second:02d},", 1) for line in lines[:500] for second in range(0, 60, 15)]
    path.write_text("\n".join(seconds) + "\n")
    assert review(path, PROFILES["tickdata"]).refusal.startswith(
        "The rows are no one-minute bars: they begin 15 seconds"
    )


@pytest.mark.parametrize("every", [7, 60, 400])
def test_a_thin_contract_has_one_minute_bars_however_few(every: int, tmp_path: Path) -> None:
    bars = walk(ES, WEEKS, "202512")
    chosen = np.sort(np.random.default_rng(5).choice(len(bars), len(bars) // every, replace=False))
    assert review(written(tmp_path, KIBOT, bars.iloc[chosen]), KIBOT).refusal == ""


def test_the_year_of_a_short_name_is_that_of_the_data(tmp_path: Path) -> None:
    for year in (2015, 2025):
        sessions = sessions_of(ES, date(year, 9, 1), date(year, 9, 3))
        write_as(PROFILES["databento"], walk(ES, sessions, f"{year}12"), ES, tmp_path / str(year))
    text = [path.read_text().splitlines() for path in sorted(tmp_path.rglob("*.csv"))]
    both = tmp_path / "both.csv"
    both.write_text("\n".join([*text[0], *text[1][1:]]) + "\n")
    found = review(both, PROFILES["databento"])
    assert [fact.month for fact in found.facts] == ["201512", "202512"]


def test_contracts_that_no_instrument_has_are_counted_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, PROFILES["databento"], walk(ES, WEEKS[:2], "202512")) / "bars.csv"
    spread = path.read_text().splitlines()[5].replace("ESZ5", "ESZ5-ESH6")
    path.write_text(path.read_text() + f"{spread}\n{spread}\n")
    found = review(path, PROFILES["databento"])
    assert dict(found.notes.unknown_contracts) == {"ESZ5-ESH6": 2}
    assert "2 rows of contracts that no instrument has will be left out: ESZ5-ESH6 (2)." in found.doubts


@pytest.mark.parametrize("ending", [".gz", ".zst", ".zip"])
def test_compressed_files_are_read_like_plain_ones(ending: str, tmp_path: Path) -> None:
    plain = written(tmp_path / "plain", KIBOT, walk(ES, WEEKS[:2], "202512")) / "ESZ25.txt"
    packed = tmp_path / f"{'bundle' if ending == '.zip' else 'ESZ25.txt'}{ending}"
    if ending == ".gz":
        packed.write_bytes(gzip.compress(plain.read_bytes()))
    elif ending == ".zst":
        with pa.CompressedOutputStream(packed, "zstd") as file:
            file.write(plain.read_bytes())
    else:
        with ZipFile(packed, "w") as archive:
            archive.write(plain, "futures/ESZ25.txt")
            archive.write(plain, "futures/ESH26.txt")
    found = review(packed, KIBOT)
    months = ["202512", "202603"] if ending == ".zip" else ["202512"]
    assert [fact.month for fact in found.facts] == months


def test_text_in_utf_16_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, PROFILES["metatrader5"], walk(ES, WEEKS[:2], "202512"))
    file = next(path.iterdir())
    rows = review(path, PROFILES["metatrader5"]).notes.rows
    file.write_bytes(file.read_text().encode("utf-16"))
    assert review(path, PROFILES["metatrader5"], piece=1 << 12).notes.rows == rows


@pytest.mark.parametrize("weekend", [0.0, 12.0])
def test_a_continuous_file_is_cut_where_its_prices_jump(weekend: float, tmp_path: Path) -> None:
    bars, rolls = joined(ES, date(2022, 1, 3), date(2025, 6, 30), spread=12.0, distance=6, weekend=weekend)
    path = tmp_path / "ES.txt"
    write_continuous(bars, path)
    found = review(path, KIBOT)
    assert found.refusal == ""
    assert [(roll.day, roll.old, roll.new) for roll in found.cuts["ES"].rolls] == rolls
    assert "6 sessions before expiry the price jumps by " in found.doubts[-1]


@pytest.mark.parametrize("weekend", [0.0, 12.0])
def test_a_continuous_file_without_jumps_is_refused_as_adjusted(weekend: float, tmp_path: Path) -> None:
    bars, _ = joined(ES, date(2022, 1, 3), date(2025, 6, 30), spread=0.0, distance=6, weekend=weekend)
    path = tmp_path / "ES.txt"
    write_continuous(bars, path)
    assert "its prices are adjusted, or its rolls follow no rule" in review(path, KIBOT).refusal


def test_a_continuous_file_of_multiplied_prices_is_refused(tmp_path: Path) -> None:
    bars, _ = joined(ES, date(2024, 1, 3), date(2025, 6, 30), spread=12.0, distance=6)
    for name in ("open", "high", "low", "close"):
        bars[name] *= 1.0137
    path = tmp_path / "ES.txt"
    write_continuous(bars, path)
    assert "prices of ES are adjusted: 100% of its rows have a price off the grid" in review(path, KIBOT).refusal


def test_given_rolls_cut_a_file_and_calm_ones_are_doubted(tmp_path: Path) -> None:
    bars, rolls = joined(ES, date(2024, 1, 3), date(2025, 6, 30), spread=12.0, distance=6)
    path = tmp_path / "ES.txt"
    write_continuous(bars, path)
    given = [RollOverride("ES", day, old, new, None, "", "") for day, old, new in rolls]
    cut = review(path, KIBOT, rolls=given).cuts["ES"]
    assert ([(roll.day, roll.old, roll.new) for roll in cut.rolls], cut.doubts, cut.refusal) == (rolls, (), "")
    torn = review(path, KIBOT, rolls=[*given[:1], *given[2:]])
    assert torn.refusal.startswith(f"The roll on {rolls[0][0]} leads to {rolls[0][2]}, and the next one, ")


def test_a_name_that_says_adjusted_is_refused(tmp_path: Path) -> None:
    bars, _ = joined(ES, date(2024, 1, 3), date(2024, 3, 30), spread=0.0, distance=6)
    path = tmp_path / "ES_full_1min_continuous_ratio_adjusted.txt"
    lines = [
        f"{row.timestamp:%Y-%m-%d %H:%M:%S},{row.open},{row.high},{row.low},{row.close},1" for row in bars.itertuples()
    ]
    path.write_text("\n".join(lines) + "\n")
    assert "holds adjusted prices by its name" in review(path, PROFILES["firstrate"], instrument=ES).refusal


def test_a_file_of_an_unknown_instrument_is_refused(tmp_path: Path) -> None:
    written(tmp_path, KIBOT, walk(ES, WEEKS[:1], "202512"))
    (tmp_path / "ESZ25.txt").rename(tmp_path / "QQQQZ25.txt")
    with pytest.raises(UsageError, match="no instrument is called QQQQ"):
        review(tmp_path, KIBOT)


@needs_market_data
def test_real_bars_with_the_label_at_the_end_are_told_from_those_at_the_start() -> None:
    path = MARKET_DATA / "nautilus" / "6EH4.XCME_1min_bars_20240101_20240131.csv.gz"
    plain = PROFILES["firstrate"].model_copy(update={"zone": "UTC", "label": "end"})
    right = review(path, plain, instrument=REGISTRY["EC"], month="202403")
    assert (right.notes.rows, right.doubts, right.refusal) == (29_996, (), "")
    wrong = review(path, plain.model_copy(update={"label": "start"}), instrument=REGISTRY["EC"], month="202403")
    assert wrong.doubts[0] == (
        "The label may be the end of the bar, not the start: in 22 of 22 sessions a bar begins at the close, and only "
        "in 0 one at the open."
    )
    shifted = review(path, PROFILES["firstrate"], instrument=REGISTRY["EC"], month="202403")
    assert shifted.doubts[0].startswith("The zone may be UTC, not America/New_York: 7.58% of the bars lie outside ")


@needs_market_data
def test_a_folder_of_real_archives_is_read_without_a_doubt() -> None:
    found = review(MARKET_DATA / "lean" / "future" / "cme" / "minute" / "es", PROFILES["lean"])
    assert (found.doubts, found.refusal) == ((), "")
    assert {fact.month: fact.rows for fact in found.facts if fact.rows > 1000} == {
        "201312": 16_673,
        "201403": 5_116,
        "202003": 1_425,
    }


def write_continuous(bars: pd.DataFrame, path: Path) -> None:
    local = bars["timestamp"].dt.tz_convert("America/New_York")
    lines = [
        f"{time:%m/%d/%Y,%H:%M},{row.open},{row.high},{row.low},{row.close},{row.volume}"
        for time, row in zip(local, bars.itertuples(), strict=True)
    ]
    path.write_text("\n".join(lines) + "\n")


def test_a_file_without_a_volume_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ES_202512.csv"
    bars = walk(ES, WEEKS, "202512").drop(columns=["contract", "volume"])
    bars.to_csv(path, index=False)
    header = {name: name for name in ("timestamp", "open", "high", "low", "close", "volume")}
    desk = FileProfile(name="desk", header=header, names=("{symbol}_{year}{month}.csv",))
    found = review(path, desk)
    assert found.refusal.startswith("No bar of ES 202512 in ES_202512.csv has a volume. It cannot be left out: 0 would")
    by_place = FileProfile(name="desk", columns=tuple(header)[:5], names=desk.names)
    assert review(path, by_place).refusal == found.refusal


def test_rows_without_a_volume_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "ES_202512.parquet"
    bars = walk(ES, WEEKS, "202512").drop(columns="contract").astype({"volume": "Int64"})
    bars.loc[[7, 9], "volume"] = pd.NA
    bars.to_parquet(path, index=False)
    header = {name: name for name in bars.columns}
    desk = FileProfile(name="desk", form="parquet", header=header, names=("{symbol}_{year}{month}.parquet",))
    found = review(path, desk)
    assert found.refusal == ""
    assert found.doubts == (
        "2 rows of ES without a volume will wait in quarantine; the first is in line 8 (contract 202512).",
    )
