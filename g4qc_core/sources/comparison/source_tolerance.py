"""How far two sources may differ in a session and still agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from g4qc_core.instruments.registry import Instrument


@dataclass(frozen=True)
class SourceTolerance:
    """Tolerances of one instrument.

    Attributes:
        ticks: by which a price may differ.
        minutes: share of the session's minutes that may differ by more, or that one source may lack.
        volume: share by which the volume of the session may differ.
    """

    ticks: float
    minutes: float
    volume: float

    @classmethod
    def of(cls, instrument: Instrument, minutes: float) -> Self:
        """Return the tolerances of an instrument, with the share of minutes that the settings allow."""
        return cls(float(instrument.price_tolerance), minutes, float(instrument.volume_tolerance))
