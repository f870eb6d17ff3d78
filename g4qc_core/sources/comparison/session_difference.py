"""How one session of two sources of the same contract differs: figures, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict


@dataclass(frozen=True)
class SessionDifference:
    """How one session of the second source differs from that of the first.

    Clock, amount and factor are taken out before minutes and prices are compared.

    Attributes:
        trade_date: of the session.
        verdict: the gravest finding.
        side: the source that it is about: whose clock, label, grid or volume is wrong, or which lacks bars.
        agrees: within the tolerance.
        shared: minutes that both have.
        only_first: minutes that only the first has.
        only_second: minutes that only the second has.
        differing: minutes in which a price differs.
        beyond: minutes in which a price differs by more ticks than the tolerance.
        prices: differing open, high, low and close.
        largest: largest difference of open, high, low and close, ticks.
        volume_first: of the minutes that both have.
        volume_second: the same.
        differing_volumes: minutes in which the volume differs.
        shift: minutes by which the second's clock is later.
        points: by which the second's prices are higher.
        factor: by which the second's prices are larger.
        grid: coarser grid on which one source is rounded, points; 0: none.
    """

    trade_date: date
    verdict: SourceVerdict
    side: Side
    agrees: bool
    shared: int
    only_first: int
    only_second: int
    differing: int = 0
    beyond: int = 0
    prices: tuple[int, int, int, int] = (0, 0, 0, 0)
    largest: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    volume_first: int = 0
    volume_second: int = 0
    differing_volumes: int = 0
    shift: int = 0
    points: float = 0.0
    factor: float = 1.0
    grid: float = 0.0
