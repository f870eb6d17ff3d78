"""What `g4qc status` says about the size, in words."""

from __future__ import annotations

from typing import Any

import pytest

from g4qc_pipelines.commands.growth_status import growth_lines, in_bytes

PLENTY: dict[str, Any] = {
    "database_bytes": 1_234_000_000,
    "dagster_bytes": 13_000_000,
    "bars_bytes": 1_200_000_000,
    "bytes_a_minute": 143.2,
    "bytes_a_month": 8_000_000,
    "compression": None,
    "free_bytes": 50_000_000_000,
    "low": False,
}


def test_a_line_names_size_bytes_a_minute_growth_and_room() -> None:
    assert list(growth_lines(PLENTY)) == [
        "Size 1.2 GB, Dagster's events 13 MB; bars take 143 bytes a minute and grow by 8 MB a month; "
        "50.0 GB of the disk are free"
    ]


def test_a_line_tells_what_compression_gains() -> None:
    held = {"chunks": 40, "compressed": 38, "before": 1_140_000_000, "after": 120_000_000}
    [_, line] = growth_lines(PLENTY | {"compression": held})
    assert line == "TimescaleDB compressed 38 of 40 chunks of bars, from 1.1 GB to 120 MB (9.5 times smaller)"
    none = {"chunks": 1, "compressed": 0, "before": 0, "after": 0}
    [_, line] = growth_lines(PLENTY | {"compression": none})
    assert line == "TimescaleDB compresses chunks of bars that are older than 180 days; there is none yet"


def test_what_is_not_known_is_left_out() -> None:
    unknown = PLENTY | {"dagster_bytes": None, "bytes_a_minute": None, "bytes_a_month": 0, "free_bytes": None}
    assert list(growth_lines(unknown)) == ["Size 1.2 GB"]


def test_a_disk_that_is_nearly_full_is_warned_of() -> None:
    [_, warning] = growth_lines(PLENTY | {"free_bytes": 900_000_000, "low": True})
    assert warning.startswith("Warning: the disk of the database has only 900 MB left. Free some space")


@pytest.mark.parametrize(("size", "words"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (2e12, "2000.0 GB")])
def test_sizes_have_a_unit(size: float, words: str) -> None:
    assert in_bytes(size) == words
