"""What a traded spec wants: a decision, with what the desk must know to make its orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from g4qc_core.instruments.registry import Instrument
from g4qc_core.trading.broker import TradedContract
from g4qc_core.trading.intents import DecisionState, TradeDecision
from g4qc_core.trading.trading_plan import TradedSpec


@dataclass(frozen=True)
class TradedMonths:
    """An instrument and the contracts of it that may be traded, by month."""

    instrument: Instrument
    contracts: Mapping[str, TradedContract]


@dataclass(frozen=True)
class SpecIntent:
    """A decision that is to be stored and carried out.

    Attributes:
        decision: its state is set by the desk, unless it is skipped.
        how: kind of orders.
        traded: the instrument.
        words: level and text that are told once it is stored; None: nothing.
    """

    decision: TradeDecision
    how: TradedSpec
    traded: TradedMonths
    words: tuple[str, str] | None = None

    @property
    def spec(self) -> str:
        """Name of the traded spec."""
        return self.decision.key.spec

    @property
    def skipped(self) -> bool:
        """True if it is stored and not traded upon."""
        return self.decision.state is DecisionState.SKIPPED

    def but(self, state: DecisionState) -> SpecIntent:
        """Return it with another state of the decision."""
        return replace(self, decision=replace(self.decision, state=state))
