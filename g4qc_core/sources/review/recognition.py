"""Which profile a file is written in: the profiles that fit are tried on its beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from g4qc_core.bars.columns import PRICES
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Instrument
from g4qc_core.sources.profiles.file_profile import FileProfile
from g4qc_core.sources.profiles.name_pattern import first_reading
from g4qc_core.sources.reading.file_reader import FileTarget, read_file
from g4qc_core.sources.reading.file_symbols import FileSymbols
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.reading.source_files import SourceFile
from g4qc_core.sources.reading.text_blocks import fields_of

_PIECE = 1 << 16
_ANY_MONTH = "200001"
_MOST_UNREADABLE = 0.01
_MOST_WRONG = 0.01


@dataclass(frozen=True)
class Recognised:
    """The profile of a file.

    Attributes:
        profile: the one that fits best.
        doubts: sentences about others that fit as well.
    """

    profile: FileProfile
    doubts: tuple[str, ...]


def recognise(
    files: Sequence[SourceFile], profiles: Mapping[str, FileProfile], registry: Mapping[str, Instrument]
) -> Recognised:
    """Return the profile whose layout a file has, the first that any profile knows by name; fitting names come first.

    Args:
        files: at least one.
        profiles: that are tried.
        registry: the instruments.

    Raises:
        UsageError: no profile fits.
    """
    source = _typical(files, profiles)
    fitting = [profile for profile in profiles.values() if _fits(source, profile, registry)]
    if not fitting:
        raise UsageError(
            f"No profile fits {source}: name one with --profile, or describe the file in a profile of your own. "
            f"Known: {', '.join(profiles)}."
        )
    ranked = sorted(fitting, key=lambda profile: -_rank(source, profile))
    best = ranked[0]
    equal = [other for other in ranked[1:] if _rank(source, other) == _rank(source, best) and _differs(best, other)]
    doubts = [
        f"The profile {other.name} fits as well as {best.name}; it reads {_differs(best, other)}." for other in equal
    ]
    if not best.contract and not _named(source, best):
        doubts.append(f"The name of {source} is none that the profile {best.name} knows.")
    return Recognised(best, tuple(doubts))


def _typical(files: Sequence[SourceFile], profiles: Mapping[str, FileProfile]) -> SourceFile:
    """Return the first file with a name that a profile knows, so that a note beside the bars is not tried."""
    months = [pattern for profile in profiles.values() for pattern in profile.names]
    return next((file for file in files if first_reading(tuple(months), file.name) is not None), files[0])


def _fits(source: SourceFile, profile: FileProfile, registry: Mapping[str, Instrument]) -> bool:
    """Return whether the beginning of the file can be read by the profile, and looks like bars, whatever its name."""
    if not _could_be(source, profile):
        return False
    stand_in = next(iter(registry.values()))
    symbols = FileSymbols({stand_in.symbol: stand_in}, profile.model_copy(update={"symbols": {}}), stand_in)
    notes = ReadNotes()
    try:
        piece = next(read_file(source, profile, FileTarget(symbols, _ANY_MONTH), notes, _PIECE), None)
    except UsageError:
        return False
    return piece is not None and notes.unreadable <= len(piece) * _MOST_UNREADABLE and _are_bars(piece)


def _could_be(source: SourceFile, profile: FileProfile) -> bool:
    """Return whether the first line or the first bytes are those of the profile's form."""
    with source.opened() as stream:
        head = stream.read(4096)
    binary = "parquet" if head.startswith(b"PAR1") else "scid" if head.startswith(b"SCID") else "csv"
    if binary != profile.form:
        return False
    if binary != "csv":
        return True
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    fields = fields_of(text.partition("\n")[0], profile.delimiter)
    return bool(profile.header) or len(fields) == len(profile.columns)


def _are_bars(piece: pa.Table) -> bool:
    opened, high, low, close = (piece.column(name).to_numpy() for name in PRICES)
    ordered = (low <= opened) & (low <= close) & (high >= opened) & (high >= close)
    starts = piece.column("timestamp").cast(pa.int64()).to_numpy()
    return bool((~ordered).mean() <= _MOST_WRONG) and bool(np.ptp(starts) > 0 or len(starts) == 1)


def _named(source: SourceFile, profile: FileProfile) -> bool:
    return first_reading((*profile.names, *profile.continuous, *profile.adjusted), source.name) is not None


def _rank(source: SourceFile, profile: FileProfile) -> int:
    """Return how much speaks for a profile that fits: a known name, and named columns."""
    return 2 * (_named(source, profile) or bool(profile.contract)) + bool(profile.header)


def _differs(one: FileProfile, other: FileProfile) -> str:
    """Return what another profile reads in another way; empty if it reads the same."""
    words = [
        f"{what} {getattr(other, field)}"
        for field, what in (("zone", "the zone as"), ("label", "the label as"), ("price_divisor", "prices divided by"))
        if getattr(one, field) != getattr(other, field)
    ]
    if one.columns != other.columns and one.form == "csv" and not one.header:
        words.append("other columns")
    return " and ".join(words)
