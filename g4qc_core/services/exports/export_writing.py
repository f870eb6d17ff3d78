"""Exports: stored bars in the layout of another tool, with a file that says where they come from.

Bars are read in batches and written as they come, so that any number of them needs the memory of one batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from g4qc_core.errors import TransientError
from g4qc_core.services.exports.export_folder import whole_folder
from g4qc_core.services.exports.exported_contracts import ExportedContract, ExportRequest, exported_contracts
from g4qc_core.sources.layouts.bar_layout import ExportedSeries
from g4qc_core.sources.layouts.known_layouts import layout_named
from g4qc_core.sources.reading.file_digest import content_hash
from g4qc_core.storage.bar_stores.bar_reader import BarQuery
from g4qc_core.storage.server.bar_origin import stored_origin
from g4qc_core.storage.stores import Stores

MANIFEST = "_export.json"
"""Name of the file that says where the bars come from; readers of Parquet data sets pass over names with `_`."""


@dataclass(frozen=True)
class ExportSummary:
    """What an export wrote.

    Attributes:
        folder: where.
        bars: number of bars.
        contracts: number of contracts.
        files: number of files, without the manifest.
        gaps: sentences about what is missing.
    """

    folder: Path
    bars: int
    contracts: int
    files: int
    gaps: tuple[str, ...]


def export_bars_to(
    stores: Stores, request: ExportRequest, folder: Path, now: datetime, tell: Callable[[str], None] = lambda _: None
) -> ExportSummary:
    """Write an export; the folder is whole, or it is not there.

    Args:
        stores: of the bars.
        request: what to export.
        folder: does not exist, or is empty.
        now: UTC.
        tell: gets the name of each contract before it is written.

    Raises:
        UsageError: nothing is stored for the request, the layout has no place for it, or the folder is not empty.
        BarsIncomplete: bars are known to be missing and the request does not allow it.
        TransientError: bars changed while they were exported.
    """
    layout = layout_named(request.layout)
    for instrument in request.instruments:
        layout.check(ExportedSeries(instrument, "", request.timeframe))
    contracts = exported_contracts(stores, request, now)
    with whole_folder(folder) as part:
        versions = _versions(stores, request)
        written = []
        for one in contracts:
            series = ExportedSeries(one.instrument, one.month, request.timeframe)
            tell(str(series))
            counting = _Counted(stores, one, request.timeframe.name)
            if counting.begin():
                layout.write(part, series, counting.batches())
                written.append((one, counting.bars))
        if _versions(stores, request) != versions:
            raise TransientError("Bars changed while they were exported: run the export again.")
        files = sorted(path for path in part.rglob("*") if path.is_file())
        manifest = _manifest(stores, request, written, versions, [(part, path) for path in files], now)
        (part / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    gaps = tuple(sentence for one in contracts if (sentence := one.gaps()))
    return ExportSummary(folder, sum(bars for _, bars in written), len(written), len(files), gaps)


class _Counted:
    """The batches of one contract, counted as they pass."""

    def __init__(self, stores: Stores, one: ExportedContract, timeframe: str) -> None:
        query = BarQuery(one.instrument.symbol, timeframe, [one.segment])
        self._found = stores.bar_batches.batches(query)
        self._first: pa.RecordBatch | None = None
        self.bars = 0

    def begin(self) -> bool:
        """Read the first batch; return False if there is none."""
        self._first = next(self._found, None)
        return self._first is not None

    def batches(self) -> Iterator[pa.RecordBatch]:
        if self._first is None:
            return
        self.bars += len(self._first)
        yield self._first
        for batch in self._found:
            self.bars += len(batch)
            yield batch


def _versions(stores: Stores, request: ExportRequest) -> dict[str, dict[str, str]]:
    """Return the fingerprints of the stored months of bars, by instrument and month."""
    kinds = (request.timeframe.name,)
    return {
        instrument.symbol: {
            f"{one.month:%Y-%m}": one.version for one in stores.versions.versions(instrument.symbol, kinds)
        }
        for instrument in request.instruments
    }


def _manifest(
    stores: Stores,
    request: ExportRequest,
    written: Sequence[tuple[ExportedContract, int]],
    versions: dict[str, dict[str, str]],
    files: Sequence[tuple[Path, Path]],
    now: datetime,
) -> dict[str, Any]:
    origin = stored_origin(stores.database)
    return {
        "made_with": f"g4qc {version('g4qc')}",
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "database": stores.database.place,
        "origin": None if origin is None else str(origin),
        "layout": request.layout,
        "timeframe": request.timeframe.name,
        "times": "UTC",
        "label": "end" if request.layout == "nautilus" else "start",
        "prices": "points, unadjusted, by contract",
        "contracts": [
            {
                "symbol": one.instrument.symbol,
                "contract": one.month,
                "first_trade_date": str(one.first),
                "last_trade_date": str(one.last),
                "bars": bars,
                "price_step": str(one.instrument.price_step),
                "point_value": str(one.instrument.point_value),
                "currency": one.instrument.currency,
                "missing_sessions": _days(one),
                "unknown_minutes": one.unknown_minutes,
            }
            for one, bars in written
        ],
        "versions": versions,
        "files": [
            {"path": path.relative_to(root).as_posix(), "bytes": path.stat().st_size, "sha256": content_hash(path)}
            for root, path in files
        ],
    }


def _days(one: ExportedContract) -> list[dict[str, str]]:
    days: list[tuple[date, str]] = [(missing.trade_date, missing.lack.code) for missing in one.known.missing]
    return [{"trade_date": str(day), "reason": reason} for day, reason in days]
