"""Checks of a request for work, before anything runs: windows, contract months, assets and their partitions.

Dagster would start a run that makes nothing, or that fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.month_keys import key_of, parse_key
from g4qc_pipelines.partitions.graph_months import check_months, check_sessions

MONTHS = "MULTIPARTITIONED"
"""Kind of partitions with two dimensions, instrument and month, as Dagster's web server calls it."""


def check_extraction(instrument: Instrument, first: date, last: date, contracts: Sequence[str] = ()) -> None:
    """Raise UsageError for a window or a contract that cannot be extracted.

    Args:
        instrument: the instrument.
        first: trade date of the first session.
        last: trade date of the last session.
        contracts: contract months like 202512.
    """
    check_sessions(instrument, first, last)
    if contracts and not instrument.expires:
        raise UsageError(f"{instrument.symbol} has no contract months: name none.")
    for contract in contracts:
        if month_window(date(int(contract[:4]), int(contract[4:]), 1))[1] < first:
            raise UsageError(f"{instrument.symbol} {contract} ends before {first}: ask for earlier sessions.")


def month_range(first: str, last: str | None, registry: Registry) -> tuple[Instrument, date]:
    """Return the instrument and the first month of a range of partitions.

    Args:
        first: key like `ES|2025-09-01`.
        last: last key of the range; None for `first` alone.
        registry: the known instruments.

    Raises:
        UsageError: a key is not one of the graph's possible months, or the two are no range.
    """
    instrument, begin = _month(first, registry)
    _, end = _month(last or first, registry)
    check_range(first, last or first)
    check_months(begin, end)
    return instrument, begin


def partitions_kind(assets: Sequence[str], kinds: Mapping[str, str]) -> str:
    """Return the kind of partitions that the assets share.

    Args:
        assets: names.
        kinds: kind of partitions of every asset that can be made: the name of a dynamic definition, `MONTHS`, or empty
            for none.

    Raises:
        UsageError: there is no such asset, or they have different partitions.
    """
    for name in assets:
        if name not in kinds:
            raise unknown("asset", name, sorted(kinds))
    if len({kinds[name] for name in assets}) > 1:
        raise UsageError(f"{', '.join(assets)} have different partitions: run them one after the other.")
    return kinds[assets[0]]


def check_keys(asset: str, kind: str, first: str | None, last: str | None, option: str = "") -> None:
    """Raise UsageError unless the asset is given partitions exactly where it has some, and a range is one.

    Args:
        asset: name of the asset.
        kind: kind of its partitions, as `partitions_kind` returns it.
        first: partition key; None if none was named.
        last: last key of a range; None for `first` alone.
        option: how the caller names a partition, like ` with --partition`.
    """
    if not kind and (first is not None or last is not None):
        raise UsageError(f"The asset {asset} has no partitions: name none.")
    if kind and first is None:
        raise UsageError(f"The asset {asset} has partitions: name one{option}.")
    if kind == MONTHS and first is not None:
        check_range(first, last or first)


def check_range(first: str, last: str) -> None:
    """Raise UsageError unless the keys of two months begin and end a range of one instrument."""
    if first.partition("|")[0] != last.partition("|")[0]:
        raise UsageError(
            f"The range from {first} to {last} names two instruments: run the months of one instrument, then those of "
            "the other."
        )
    if last < first:
        raise reversed_range(first, last)


def reversed_range(first: str, last: str) -> UsageError:
    """Return the error for a range whose last key comes before its first."""
    return UsageError(f"The range is reversed, because {last} comes before {first}: name the earlier one first.")


def _month(key: str, registry: Registry) -> tuple[Instrument, date]:
    instrument, month, _ = parse_key(key, registry)
    if key != (wanted := key_of(instrument.symbol, month)):
        raise UsageError(f"'{key}' is no partition: write {wanted}.")
    return instrument, month
