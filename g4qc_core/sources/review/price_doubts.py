"""Doubts about the prices of a file: a scale, a grid that is not the instrument's, prices below zero."""

from __future__ import annotations

import math
from collections.abc import Sequence

from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted
from g4qc_core.sources.review.contract_facts import ContractFacts
from g4qc_core.sources.review.grave_doubt import GraveDoubt

_FAR = 30.0
_MOST_OFF_GRID = 0.2


def price_doubts(facts: Sequence[ContractFacts], instrument: Instrument) -> list[str]:
    """Return the doubts about the prices of one instrument, as sentences with their figures.

    Args:
        facts: of its contracts in the file, at least one.
        instrument: with its grid and the price near which it usually trades.
    """
    rows = sum(fact.rows for fact in facts)
    off_grid = sum(fact.off_grid.rows for fact in facts)
    doubts: list[str] = []
    scale = scale_of(facts, instrument)
    if scale:
        doubts.append(
            GraveDoubt(
                f"Prices of {instrument.symbol} look scaled by {scale}: the file has {facts[-1].typical:,.10g} where "
                f"about {instrument.typical_price} is usual."
            )
        )
    if off_grid:
        first = next(fact for fact in facts if fact.off_grid.rows)
        doubts.append(
            f"{counted(off_grid, 'row')} of {rows:,} of {instrument.symbol} ({off_grid / rows:.1%}) "
            f"{'has' if off_grid == 1 else 'have'} a price that is no multiple of {instrument.price_step}; the first "
            f"is in line {first.off_grid.first_line} of {first.file}."
        )
    negative = sum(fact.negative.rows for fact in facts)
    if negative:
        doubts.append(f"{counted(negative, 'row')} of {instrument.symbol} {_has(negative)} a price below zero.")
    return doubts


def scale_of(facts: Sequence[ContractFacts], instrument: Instrument) -> str:
    """Return the power of ten by which prices seem to be larger or smaller than usual; empty if they do not."""
    if instrument.typical_price is None or facts[-1].typical <= 0:
        return ""
    ratio = facts[-1].typical / float(instrument.typical_price)
    if 1 / _FAR < ratio < _FAR:
        return ""
    power = round(math.log10(ratio))
    return f"{10**power:,}" if power > 0 else f"1/{10**-power:,}"


def looks_adjusted(facts: ContractFacts) -> str:
    """Return why the prices of a continuous file cannot be those of contracts; empty if they can."""
    if facts.off_grid.rows > facts.rows * _MOST_OFF_GRID:
        return (
            f"{facts.off_grid.rows / facts.rows:.0%} of its rows have a price off the grid of {facts.step:g}, as "
            "prices have that were multiplied at rolls"
        )
    return ""


def _has(rows: int) -> str:
    return "has" if rows == 1 else "have"
