"""Monte Carlo specs: a backtest, what to simulate of it, when it is ruined, and the bounds of the checks."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.specs.spec_values import Money, Whole, one_of
from g4qc_core.errors import UsageError, unknown
from g4qc_core.named_spec import UNNAMED, NamedSpec
from g4qc_core.toml_entries import MalformedEntry

if TYPE_CHECKING:
    from g4qc_core.research.monte_carlo.ruin_risk import RuinRule

Simulation = Literal[
    "block_bootstrap", "bootstrap", "trade_bootstrap", "trade_shuffle", "costs", "parameters", "skips", "delays"
]
Growth = Literal["auto", "fixed", "compounding"]

SIMULATIONS: tuple[str, ...] = get_args(Simulation)
OF_SESSIONS = ("block_bootstrap", "bootstrap")
OF_TRADES = ("trade_bootstrap", "trade_shuffle")
OF_ENGINE = ("costs", "parameters", "skips", "delays")
"""Simulations that run the strategy again."""

RUINS = ("position", "largest", "contract")
"""Whose margin the equity may not fall below: that of the smallest or largest position, or of one contract."""

MOST_PATHS = 1_000_000
MOST_HORIZON = 100_000


def _list(given: Any) -> Any:
    """Return a list from a list, or from text with commas; None stays."""
    if isinstance(given, str):
        return tuple(word.strip() for word in given.split(",") if word.strip())
    if isinstance(given, list | tuple):
        return tuple(given)
    return given if given is None else (given,)


def _simulations(given: Any) -> Any:
    names = _list(given)
    if names is None:
        return None
    if not names:
        raise ValueError("name at least one simulation, or leave the field out for all that the backtest allows")
    for name in names:
        if name not in SIMULATIONS:
            raise ValueError(str(unknown("simulation", str(name), SIMULATIONS)).rstrip("."))
    return tuple(name for name in SIMULATIONS if name in names)


def _percents(given: Any) -> Any:
    try:
        found = sorted({float(one) for one in _list(given)})
    except (TypeError, ValueError):
        raise ValueError("write percentages like 5, 50, 95") from None
    if not found or not all(0 < one < 100 for one in found):
        raise ValueError("each must be above 0 and below 100 percent, like 5, 50, 95")
    return tuple(found)


def _ruin(given: Any) -> Any:
    text = str(given).strip()
    if text in RUINS:
        return text
    try:
        share = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        share = Decimal(0)
    if not text.endswith("%") or not 0 < share < 100:
        raise ValueError(f"write {', '.join(RUINS)}, or a share of the starting capital like 50%")
    return f"{share.normalize():f}%"


Percents = Annotated[tuple[float, ...], BeforeValidator(_percents)]


class MonteCarloSpec(NamedSpec):
    """One simulation. The command line and API are built from this model; a field's description is its help."""

    result: str | dict[str, Any] = Field(
        description="The backtest to simulate: id or name of a stored result, the name of a spec, or its fields; one "
        "without a result is run first",
        examples=["sma_cross-ES-1h"],
    )
    simulations: Annotated[tuple[str, ...] | None, BeforeValidator(_simulations)] = Field(
        None,
        description=f"What is simulated, of {', '.join(SIMULATIONS)}; default: all that the backtest allows",
        examples=["block_bootstrap, trade_shuffle"],
    )
    paths: Whole = Field(10_000, le=MOST_PATHS, description="Paths of each simulation of sessions and trades")
    horizon: Whole | None = Field(
        None, ge=1, le=MOST_HORIZON, description="Sessions of a path; default: as many as the result has"
    )
    block_length: float | None = Field(
        None, ge=1, le=10_000, description="Mean sessions of a block; default: by Politis and White"
    )
    growth: Annotated[Growth, one_of("growth", get_args(Growth))] = Field(
        "auto",
        description="fixed adds up the money of sessions, compounding multiplies their returns; auto is fixed for a "
        "backtest whose number of contracts does not depend on its equity",
    )
    runs: Whole = Field(200, ge=1, le=100_000, description="Runs of the strategy for each kind of change")
    fee_jitter: float = Field(25.0, ge=0, le=100, description="Largest random change of all fees, in percent")
    slippage_jitter: float = Field(100.0, ge=0, le=100, description="Largest random change of slippage, in percent")
    parameter_jitter: float = Field(
        10.0, gt=0, le=100, description="Largest random change of each number among the parameters, in percent"
    )
    skipped: float = Field(10.0, gt=0, lt=100, description="Trades that are left out at random, in percent")
    delay: Whole = Field(2, ge=1, le=1_000, description="Most bars by which an order is filled later")
    ruin: Annotated[str, BeforeValidator(_ruin)] = Field(
        "position",
        description="When an account is ruined: below the newest margin of the smallest position that it held "
        "(position), of the largest one (largest) or of one contract (contract), or below a share of the starting "
        "capital, like 50%",
    )
    goal: Money | None = Field(None, gt=0, le=10**15, description="Equity of which the chance to reach it is told")
    quantiles: Percents = Field((5.0, 25.0, 50.0, 75.0, 95.0), description="Quantiles of the fan, in percent")
    confidence: float = Field(95.0, gt=0, lt=100, description="Confidence of the intervals of risks, in percent")
    risks: Percents = Field(
        (1.0, 5.0, 10.0), description="Risks of ruin for which the needed capital is told, in percent"
    )
    most_ruin: float = Field(5.0, ge=0, le=100, description="Bound of the check: largest risk of ruin, in percent")
    most_drawdown: float = Field(
        30.0, gt=0, le=100, description="Bound of the check: largest expected drawdown, in percent"
    )
    least_rank: float = Field(
        5.0,
        ge=0,
        le=100,
        description="Bound of the check: least share of paths, in percent, whose drawdown is smaller than the real "
        "one; below it the history was lucky",
    )
    seed: Whole = Field(0, ge=0, lt=2**32, description="Start of the random numbers")
    workers: Whole | None = Field(
        None, ge=1, le=256, description="Threads that draw paths; default: one for each processor"
    )

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        return {name: value for name, value in values.items() if value is not None}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.paths < 1:
            raise ValueError("zero paths simulate nothing: give paths of at least 1, like 10000")
        if self.name != UNNAMED and self.result == self.name:
            raise ValueError(
                f"the simulation {self.name} names itself as its result: give it another name, or leave the name out"
            )
        return self

    def completed(self) -> Self:
        """Return the spec with a checked and named backtest.

        Raises:
            MalformedEntry: the fields of the backtest are malformed, or it has the name of the simulation.
        """
        if isinstance(self.result, str):
            return self
        try:
            inline = BacktestSpec.asked(self.result)
        except UsageError as error:
            raise MalformedEntry("result", str(error)) from None
        if inline.name == self.name:
            raise MalformedEntry(
                "result", f"the simulation {self.name} names itself as its result: give it another name."
            )
        return self.model_copy(update={"result": {**inline.to_dict(), "name": inline.name}})

    @property
    def name_before_digest(self) -> str:
        """The result's name or the beginning of its id, or its strategy and market, and `monte-carlo`."""
        if isinstance(self.result, str):
            base = self.result[:8] if re.fullmatch("[0-9a-f]{32}", self.result) else self.result
        else:
            base = "-".join(str(self.result[name]) for name in ("strategy", "instrument", "timeframe"))
        return f"{re.sub(r'[^A-Za-z0-9._-]', '-', base).lstrip('._-')[:60] or 'result'}-monte-carlo"

    @property
    def threads(self) -> int:
        """Number of workers: the given one, or the number of processors that this process may use."""
        if self.workers is not None:
            return self.workers
        # Not on every system, and fewer than the machine has within a container.
        allowed = getattr(os, "sched_getaffinity", None)
        return len(allowed(0)) if allowed is not None else os.cpu_count() or 1

    def ruin_rule(self, margin: float, smallest: int, largest: int) -> RuinRule:
        """Return when an account is ruined.

        Args:
            margin: newest margin of one contract, in money.
            smallest: smallest position that was held, in contracts.
            largest: largest one.
        """
        from g4qc_core.research.monte_carlo.ruin_risk import RuinRule

        if self.ruin.endswith("%"):
            return RuinRule(share=float(self.ruin.removesuffix("%")) / 100)
        return RuinRule(amount=margin * {"position": smallest, "largest": largest, "contract": 1}[self.ruin])
