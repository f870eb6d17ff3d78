"""Names of the reasons why bars are in quarantine, their remedies, and the decisions about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Reasons for quarantine, the gravest first; a bar that breaks several rules gets the gravest of their reasons.

    Contradictions, which cannot be accepted, come before suspicions; a bar without a price comes first, one without a
    price or volume of its own last.
    """

    SCHEMA = "schema"
    UNKNOWN_CONTRACT = "unknown_contract"
    NEGATIVE_VOLUME = "negative_volume"
    OHLC_ORDER = "ohlc_order"
    OFF_TICK = "off_tick"
    AFTER_EXPIRY = "after_expiry"
    OUTSIDE_SESSION = "outside_session"
    DUPLICATE = "duplicate"
    VOLUME_LIMIT = "volume_limit"
    PRICE_LIMIT = "price_limit"
    SPIKE = "spike"
    FLAT_RUN = "flat_run"

    @property
    def rank(self) -> int:
        """Place in the order of gravity, from 0 for the gravest."""
        return _RANKS[self]

    @property
    def acceptable(self) -> bool:
        """True if the rule is a suspicion, which the user may overrule; the others are contradictions.

        Only a bar that is possible can be accepted: later steps count in ticks, sessions and unique minutes, so that
        one off the tick grid or outside its session would break them.
        """
        return self in _SUSPICIONS

    @property
    def stops(self) -> bool:
        """True if many such bars in a month mean that nothing should be derived from the others.

        A flat run carries no volume and no price of its own: leaving it out takes nothing from the other bars.
        """
        return self is not Reason.FLAT_RUN


WAYS_OUT: dict[Reason, str] = {
    Reason.SCHEMA: "refetch them",
    Reason.UNKNOWN_CONTRACT: "materialize `contracts`",
    Reason.NEGATIVE_VOLUME: "refetch them",
    Reason.OHLC_ORDER: "refetch them",
    Reason.OFF_TICK: "correct min_tick and price_magnifier, which `g4qc instruments check` compares",
    Reason.AFTER_EXPIRY: "materialize `contracts`, or drop them",
    Reason.OUTSIDE_SESSION: "correct the calendar, or drop them",
    Reason.DUPLICATE: "drop them",
    Reason.VOLUME_LIMIT: "raise max_minute_volume (--max-minute-volume), or accept them",
    Reason.PRICE_LIMIT: "raise max_move (--max-move), or accept them",
    Reason.SPIKE: "accept or drop them",
    Reason.FLAT_RUN: "raise flat_minutes (--flat-minutes), or drop them",
}
"""Remedy for each reason, which releases its bars: a corrected instrument, or a decision by `g4qc quarantine`."""


def gravest_first(reasons: Iterable[str]) -> list[Reason]:
    """Return the different reasons among these, the gravest first."""
    return sorted({Reason(reason) for reason in reasons}, key=lambda reason: reason.rank)


def in_words(counts: Mapping[Reason, int]) -> str:
    """Format counts of bars by reason, each with its remedy, as part of a sentence; the gravest reason first."""
    return "; ".join(f"{counts[reason]:,} {reason} ({WAYS_OUT[reason]})" for reason in gravest_first(counts))


_RANKS = {reason: rank for rank, reason in enumerate(Reason)}

_SUSPICIONS = frozenset({Reason.VOLUME_LIMIT, Reason.PRICE_LIMIT, Reason.SPIKE, Reason.FLAT_RUN})


class Decision(StrEnum):
    """The user's decision about a bar in quarantine."""

    ACCEPT = "accept"
    """The bar is true: it passes every suspicion."""
    DROP = "drop"
    """The bar is false: it stays out and no longer awaits a decision."""
    REFETCH = "refetch"
    """Ask the source for the bar's session again; the bar stays in quarantine until it is restated."""
    REOPEN = "reopen"
    """Take the previous decision back: the bar awaits a decision again."""
