"""The differences of two sources in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from g4qc_core.sentences import counted
from g4qc_core.sources.comparison.session_difference import SessionDifference
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict


def difference_words(found: SessionDifference, first: str, second: str) -> str:
    """Return what was found of one session, or of several together, with the names of the sources."""
    names = (first, second)
    if found.verdict is SourceVerdict.SAME:
        return f"Same to the tick, with the same volumes: {counted(found.shared, 'minute')}."
    if found.verdict is SourceVerdict.ABSENT:
        lacks, has = _ordered(found.side, names)
        minutes = counted(max(found.only_first, found.only_second), "minute")
        return f"{lacks} lacks the session, of which {has} has {minutes}."
    return " ".join([*_causes(found, names), *_rest(found, names)])


def _causes(found: SessionDifference, names: tuple[str, str]) -> Iterator[str]:
    if found.verdict is SourceVerdict.UNLIKE:
        yield "Most bars differ: another contract, another market, or a fault that is not known here."
        return
    if abs(found.shift) == 1:
        yield _label(found, names)
    elif found.shift:
        yield _clock(found, names)
    first, second = names
    named, _ = _ordered(found.side, names)
    if found.verdict is SourceVerdict.SCALE:
        yield f"Prices of {second} are {found.factor:.6g} times those of {first}: another unit."
    elif found.factor != 1:
        yield f"Prices of {second} are {found.factor:.6f} times those of {first}, as in an adjusted series."
    elif found.points > 0:
        yield f"Prices of {second} are {found.points:.10g} points above those of {first}, as in an adjusted series."
    elif found.points < 0:
        yield f"Prices of {second} are {-found.points:.10g} points below those of {first}, as in an adjusted series."
    elif found.grid:
        yield f"Prices of {named} are rounded to {found.grid:.10g} points."
    elif found.verdict is SourceVerdict.HOLIDAY:
        yield f"{named} lacks the trading of a holiday."


def _label(found: SessionDifference, names: tuple[str, str]) -> str:
    later, earlier = _ordered(Side.SECOND if found.shift > 0 else Side.FIRST, names)
    if not found.side:
        return f"Times of {later} are one minute after those of {earlier}: one of them confuses start and end labels."
    wrong, _ = _ordered(found.side, names)
    if wrong == later:
        return f"Times of {wrong} are one minute late: an end label was taken for a start."
    return f"Times of {wrong} are one minute early: a start label was taken for an end."


def _clock(found: SessionDifference, names: tuple[str, str]) -> str:
    later, earlier = _ordered(Side.SECOND if found.shift > 0 else Side.FIRST, names)
    minutes = counted(abs(found.shift), "minute")
    if not found.side:
        return (
            f"Times of {later} are {minutes} after those of {earlier}, and the bars do not show whose clock is wrong."
        )
    wrong, _ = _ordered(found.side, names)
    return f"The clock of {wrong} is {minutes} late." if wrong == later else f"The clock of {wrong} is {minutes} early."


def _rest(found: SessionDifference, names: tuple[str, str]) -> Iterator[str]:
    minutes = counted(found.shared, "minute")
    if found.differing:
        ticks = f"{max(found.largest):.4g}"
        yield f"Prices differ in {found.differing:,} of {minutes}, by {ticks} ticks at most."
    else:
        yield (
            f"Besides, prices are the same in {minutes}." if _explained(found) else f"Prices are the same in {minutes}."
        )
    yield from _missing(found, names)
    if not found.differing_volumes:
        return
    share = _share(found)
    if found.verdict is SourceVerdict.PART:
        part, whole = _ordered(found.side, names)
        yield f"The volume of {part} is {share:.1%} of that of {whole}: a part of it, or a count of ticks."
    else:
        yield f"Volumes differ in {counted(found.differing_volumes, 'minute')}, and together by {1 - share:.1%}."


def _missing(found: SessionDifference, names: tuple[str, str]) -> Iterator[str]:
    first, second = names
    in_first, in_second = (counted(count, "minute") for count in (found.only_second, found.only_first))
    if found.only_first and found.only_second:
        yield f"{first} lacks {in_first} that {second} has, and {second} lacks {in_second} that {first} has."
    elif found.only_second:
        yield f"{first} lacks {in_first} that {second} has."
    elif found.only_first:
        yield f"{second} lacks {in_second} that {first} has."


def _explained(found: SessionDifference) -> bool:
    return bool(found.shift or found.points or found.factor != 1)


def _share(found: SessionDifference) -> float:
    """Return the smaller volume as a share of the larger one."""
    larger = max(found.volume_first, found.volume_second)
    return min(found.volume_first, found.volume_second) / larger if larger > 0 else 1.0


def _ordered(side: Side, names: tuple[str, str]) -> tuple[str, str]:
    """Return the name of a side, and that of the other."""
    return (names[1], names[0]) if side is Side.SECOND else names
