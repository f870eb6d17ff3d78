"""Further inputs that a strategy declares: a higher timeframe, the next contract, another instrument.

    class Mine(Strategy):
        inputs: ClassVar = {"daily": higher("1d"), "next": next_contract()}

`signals` gets each one by its name, aligned so that only completed bars are seen (`aligned_inputs`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HigherTimeframe:
    """The same series in a longer timeframe, with the same roll rule and adjustment."""

    timeframe: str

    def __str__(self) -> str:
        return f"{self.timeframe} bars of the same series"

    def words(self, symbol: str, timeframe: str) -> str:
        """Return what is read, for an instrument and timeframe."""
        return f"{self.timeframe} bars of {symbol}"


@dataclass(frozen=True)
class NextContract:
    """The contract after the front one by the same roll rule, in the same timeframe, at its own prices."""

    def __str__(self) -> str:
        return "the contract after the front one"

    def words(self, symbol: str, timeframe: str) -> str:
        """Return what is read, for an instrument and timeframe."""
        return f"{timeframe} bars of the contract after the front one of {symbol}"


@dataclass(frozen=True)
class OtherInstrument:
    """The continuous series of another instrument, with the same adjustment and its own roll rule.

    Attributes:
        symbol: of the instrument.
        timeframe: of its bars; empty: that of the strategy's.
    """

    symbol: str
    timeframe: str = ""

    def __str__(self) -> str:
        return f"{self.timeframe or 'equally long'} bars of {self.symbol}"

    def words(self, symbol: str, timeframe: str) -> str:
        """Return what is read, for an instrument and timeframe."""
        return f"{self.timeframe or timeframe} bars of {self.symbol}"


DeclaredInput = HigherTimeframe | NextContract | OtherInstrument


def higher(timeframe: str) -> HigherTimeframe:
    """Declare bars of the same series in a longer timeframe, like `higher("1d")`."""
    return HigherTimeframe(timeframe)


def next_contract() -> NextContract:
    """Declare bars of the contract after the front one, at its own prices."""
    return NextContract()


def instrument(symbol: str, timeframe: str = "") -> OtherInstrument:
    """Declare the series of another instrument, like `instrument("NQ")`, in the same or another timeframe."""
    return OtherInstrument(symbol, timeframe)
