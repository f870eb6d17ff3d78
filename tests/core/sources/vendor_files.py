"""Files as vendors write them, made from frames of bars: the other direction of the readers, written independently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from g4qc_core.instruments.registry import Instrument, load_registry, month_code
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.profiles.profile_file import load_profiles
from g4qc_core.sources.reading.file_reader import FileTarget, read_file
from g4qc_core.sources.reading.file_symbols import FileSymbols
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import source_files

PROFILES = load_profiles()
REGISTRY = load_registry()
READ = ["contract", "timestamp", "open", "high", "low", "close", "volume"]


def frame_of(starts: list[datetime], steps: list[tuple[int, int, int, int, int]], instrument: Instrument, month: str):
    """Bars: `steps` are open, high, low, close in steps of the grid, and the volume."""
    above, below = instrument.price_step.as_integer_ratio()
    names = ("open", "high", "low", "close")
    prices = {name: [step[at] * above / below for step in steps] for at, name in enumerate(names)}
    return pd.DataFrame(
        {
            "contract": month,
            "timestamp": pd.DatetimeIndex(starts).as_unit("us"),
            **prices,
            "volume": [s[4] for s in steps],
        }
    )


def file_name(profile: FileProfile, instrument: Instrument, month: str, day: datetime) -> str:
    """The name of a file with one contract; a profile whose files hold several has none of its own."""
    pattern = profile.names[0] if profile.names else "bars.csv" if profile.form == "csv" else "bars.parquet"
    symbol = next((name for name, own in profile.symbols.items() if own == instrument.symbol), instrument.trading_class)
    wide = ":" in pattern or "{month}" in pattern
    text = pattern.format_map(
        {
            "symbol": symbol,
            "code": month_code(month),
            "month": month[4:],
            "year": month[:4] if wide and profile.name != "ninjatrader" else month[2:4],
            "date": f"{day:%Y%m%d}",
        }
    )
    return text.replace("*", "x")


def write_as(profile: FileProfile, bars: pd.DataFrame, instrument: Instrument, folder: Path) -> list[Path]:
    """Write bars of one contract in the layout of a profile; one file, or one a day where the layout wants it."""
    month = str(bars["contract"].iloc[0])
    parts = [bars]
    if profile.time == "ms_of_day":
        parts = [part for _, part in bars.groupby(bars["timestamp"].dt.date)]
    paths = []
    for part in parts:
        path = folder / file_name(profile, instrument, month, part["timestamp"].iloc[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(profile, part, instrument, month, path)
        paths.append(path)
    return paths


def read_back(
    profile: FileProfile, folder: Path, instrument: Instrument | None = None
) -> tuple[pd.DataFrame, ReadNotes]:
    """Read all files of a folder by a profile."""
    notes = ReadNotes()
    target = FileTarget(FileSymbols(REGISTRY, profile, instrument))
    found = [piece for source in source_files(folder) for piece in read_file(source, profile, target, notes, 4096)]
    return pa.concat_tables(found).to_pandas().astype({"contract": str}), notes


def shown_times(profile: FileProfile, starts: pd.Series) -> list[datetime]:
    """What the file's clock shows for each bar, without an offset."""
    zone = profile.file_zone
    label = timedelta(minutes=1) if profile.label == "end" else timedelta(0)
    own = UTC if zone.fixed else ZoneInfo(zone.name)
    return [((start.to_pydatetime() + label).astimezone(own) + zone.shift).replace(tzinfo=None) for start in starts]


def _write(profile: FileProfile, bars: pd.DataFrame, instrument: Instrument, month: str, path: Path) -> None:
    if profile.form == "scid":
        _write_scid(bars, path)
        return
    columns = {role: _column(profile, role, bars, instrument, month) for role in profile.roles if role}
    if profile.form == "parquet":
        pq.write_table(pa.table({profile.header[role]: _arrow(profile, role, columns) for role in profile.roles}), path)
        return
    lines = [profile.delimiter.join(profile.header.values())] if profile.header else []
    lines += [
        profile.delimiter.join(str(columns[role][at]) if role else "0" for role in profile.roles)
        for at in range(len(bars))
    ]
    path.write_text("\n".join(lines) + "\n")


def _column(profile: FileProfile, role: str, bars: pd.DataFrame, instrument: Instrument, month: str) -> list:
    if role in ("timestamp", "date", "time"):
        times = shown_times(profile, bars["timestamp"])
        if role == "date":
            return [f"{time:{profile.date}}" for time in times]
        return [_time(profile, time) for time in times]
    if role == "contract":
        return [f"{instrument.trading_class}{month_code(month)}{month[3]}"] * len(bars)
    if role == "count":
        return [7] * len(bars)
    if role == "volume" or profile.price_divisor == 1:
        return [repr(value) for value in bars[role].tolist()]
    return [round(value * profile.price_divisor) for value in bars[role]]


def _time(profile: FileProfile, time: datetime) -> str:
    if profile.time == "iso":
        return f"{time:%Y-%m-%d %H:%M:%S}" + ("+00:00" if profile.name.startswith(("databento", "g4qc")) else "")
    if profile.time == "ns":
        return str(int(time.replace(tzinfo=UTC).timestamp()) * 1_000_000_000)
    if profile.time == "ms_of_day":
        return str((time.hour * 60 + time.minute) * 60_000)
    return f"{time:{profile.time}}"


def _arrow(profile: FileProfile, role: str, columns: dict[str, list]) -> pa.Array:
    values = columns[role]
    if role == "timestamp":
        if profile.time == "ns":
            return pa.array([int(value) for value in values], pa.uint64())
        return pa.array([datetime.fromisoformat(value) for value in values], pa.timestamp("us", "UTC"))
    if role == "contract":
        return pa.array(values)
    if profile.name == "nautilus":
        numbers = [round(float(value) * 10**9) * 10**7 for value in values]
        return pa.array([number.to_bytes(16, "little", signed=True) for number in numbers], pa.binary(16))
    return pa.array([int(v) for v in values]) if role in ("volume", "count") else pa.array([float(v) for v in values])


def _write_scid(bars: pd.DataFrame, path: Path) -> None:
    kind = np.dtype([("t", "<i8"), *((n, "<f4") for n in "ohlc"), *((n, "<u4") for n in ("n", "v", "b", "a"))])
    rows = np.zeros(len(bars), kind)
    begun = pd.Timestamp("1899-12-30", tz="UTC")
    rows["t"] = [(start - begun) // pd.Timedelta(1, "us") for start in bars["timestamp"]]
    for short, name in zip("ohlcv", ("open", "high", "low", "close", "volume"), strict=True):
        rows[short] = bars[name]
    head = b"SCID" + (56).to_bytes(4, "little") + (40).to_bytes(4, "little") + (1).to_bytes(2, "little")
    path.write_bytes(head.ljust(56, b"\0") + rows.tobytes())
