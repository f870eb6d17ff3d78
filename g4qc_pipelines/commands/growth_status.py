"""The part of `g4qc status` about the size of the database: bytes a minute, growth a month, and room on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from g4qc_core.sentences import counted
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores

_LOW_BYTES = 2 * 2**30
_LOW_MONTHS = 3


def growth_document(settings: Settings, stores: Stores) -> dict[str, Any]:
    """Return sizes in bytes; `free` is None unless the server is the embedded one, whose disk is this machine's."""
    size = stores.growth.size()
    free = shutil.disk_usage(settings.home).free if settings.database_url is None else None
    return {
        "database_bytes": size.total,
        "dagster_bytes": size.dagster,
        "bars_bytes": size.bars,
        "bytes_a_minute": size.bytes_a_minute,
        "bytes_a_month": size.bytes_a_month,
        "compression": None if size.compression is None else asdict(size.compression),
        "free_bytes": free,
        "low": free is not None and free < max(_LOW_BYTES, _LOW_MONTHS * size.bytes_a_month),
    }


def growth_lines(document: dict[str, Any]) -> Iterator[str]:
    """Yield a line about the size, one about compression, and a warning if the disk is nearly full."""
    line = f"Size {in_bytes(document['database_bytes'])}"
    if document["dagster_bytes"] is not None:
        line += f", Dagster's events {in_bytes(document['dagster_bytes'])}"
    if document["bytes_a_minute"] is not None:
        line += f"; bars take {document['bytes_a_minute']:.0f} bytes a minute"
    if document["bytes_a_month"]:
        line += f" and grow by {in_bytes(document['bytes_a_month'])} a month"
    if document["free_bytes"] is not None:
        line += f"; {in_bytes(document['free_bytes'])} of the disk are free"
    yield line
    if document["compression"] is not None:
        yield _compression_line(document["compression"])
    if document["low"]:
        yield (
            f"Warning: the disk of the database has only {in_bytes(document['free_bytes'])} left. Free some space: "
            "when it is full, nothing more can be stored, though nothing is lost."
        )


def _compression_line(compression: Mapping[str, int]) -> str:
    chunks, compressed = compression["chunks"], compression["compressed"]
    if not compressed:
        return "TimescaleDB compresses chunks of bars that are older than 180 days; there is none yet"
    before, after = compression["before"], compression["after"]
    return (
        f"TimescaleDB compressed {compressed:,} of {counted(chunks, 'chunk')} of bars, from {in_bytes(before)} to "
        f"{in_bytes(after)} ({before / after:.1f} times smaller)"
    )


def in_bytes(size: float) -> str:
    """Return a size in words, like `1.2 GB`."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
