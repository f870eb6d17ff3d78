"""Why a bar is in quarantine, and what a person may do about it.

Knows the names of the rules, not the rules.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a bar is in quarantine; a bar that breaks several rules gets the first of them in this order."""

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
    def acceptable(self) -> bool:
        """True where the rule is a suspicion, which a person may overrule; the others are contradictions.

        Only a bar that is possible can be accepted: later steps count in ticks, sessions and unique minutes, so that
        one off the tick grid or outside its session would break them.
        """
        return self in _SUSPICIONS

    @property
    def stops(self) -> bool:
        """True where many such bars in a month mean that nothing should be built on the rest.

        A flat run carries no volume and no price of its own: leaving it out takes nothing from the other bars.
        """
        return self is not Reason.FLAT_RUN


_SUSPICIONS = frozenset({Reason.VOLUME_LIMIT, Reason.PRICE_LIMIT, Reason.SPIKE, Reason.FLAT_RUN})


class Decision(StrEnum):
    """What a person decided about a bar in quarantine."""

    ACCEPT = "accept"
    """The bar is true: it passes every rule that is only a suspicion."""
    DROP = "drop"
    """The bar is false: it stays out, and nobody is asked about it again."""
    REFETCH = "refetch"
    """Ask the source for the bar's session again; the bar stays in quarantine until it is restated."""
