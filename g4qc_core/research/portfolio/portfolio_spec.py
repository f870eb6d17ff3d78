"""Portfolio specs: an account, its parts, how their forecasts become contracts, and the bounds of its checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import ConfigDict, Field, model_validator

from g4qc_core.backtest.sizing.sizing_rule import SizingRule, parse_sizing
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.specs.spec_values import Day, Money, Whole, one_of
from g4qc_core.errors import UsageError
from g4qc_core.named_spec import UNNAMED, NamedSpec
from g4qc_core.research.portfolio.portfolio_values import (
    OWN,
    Currency,
    Parts,
    PortfolioPart,
    Rates,
    TargetSizing,
    Weights,
)
from g4qc_core.research.portfolio.shared_sessions import LEAST_SESSIONS
from g4qc_core.toml_entries import MalformedEntry

Rounding = Literal["nearest", "search"]
Estimation = Literal["rolling", "expanding"]


class PortfolioSpec(NamedSpec):
    """One portfolio. The file, command line and API are built from this model; a field's description is its help."""

    model_config = ConfigDict(populate_by_name=True)

    cash: Money = Field(gt=0, le=10**12, description="Money in the account before the first bar", examples=["1000000"])
    currency: Currency = Field("USD", description="Currency of the account", examples=["USD"])
    first: Day | None = Field(None, alias="from", description="First trade date; default: as far as bars reach")
    last: Day | None = Field(None, alias="to", description="Last trade date, included; default: as far as bars reach")
    parts: Parts = Field(
        max_length=200,
        description="The backtests whose strategies trade in the account: names of specs, or for each its name or "
        "fields as backtest and its weight in the forecast of its instrument",
        examples=["sma_cross-ES-1h, sma_cross-NQ-1h"],
    )
    sizing: TargetSizing = Field(
        "volatility(20, window=25)",
        max_length=200,
        description="How many contracts: volatility(20, window=25) aims at this yearly volatility of the account in "
        "percent, measured on so many sessions; own trades each part by its own sizing",
    )
    weights: Weights = Field(
        "equal",
        description="How the risk is divided among instruments: equal, inverse_volatility, equal_risk, "
        "minimum_variance, hierarchical, or by hand like ES=0.5, EC=0.5",
        examples=["equal_risk"],
    )
    estimation: Annotated[Estimation, one_of("estimation", get_args(Estimation))] = Field(
        "rolling", description="Sessions from which weights are estimated: the last ones (rolling) or all (expanding)"
    )
    window: Whole = Field(
        126,
        ge=2,
        le=10_000,
        description="Sessions of an estimate of weights and multiplier; until there are so many, weights are equal",
    )
    every: Whole = Field(21, ge=1, le=10_000, description="Sessions from one estimate to the next")
    scaled: bool = Field(
        True, description="Scale forecasts so that their mean size so far is one; otherwise signals are taken as given"
    )
    cap: float = Field(2.0, ge=1, le=20, description="Largest size of a scaled forecast")
    multiplier: float | None = Field(
        None, gt=0, le=20, description="Diversification multiplier; default: estimated from the correlations"
    )
    multiplier_cap: float = Field(2.5, ge=1, le=20, description="Largest estimated diversification multiplier")
    buffer: Whole = Field(
        10, ge=0, le=100, description="Percent of an average position within which the held contracts are kept"
    )
    rounding: Annotated[Rounding, one_of("rounding", get_args(Rounding))] = Field(
        "nearest",
        description="How ideal positions become whole contracts: nearest rounds each; search looks once a session for "
        "the whole contracts together that come nearest to the ideal portfolio",
    )
    shadow_cost: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="For the rounding search: how much nearer to the ideal portfolio a trade must come for its costs; "
        "0: costs do not count",
    )
    margin_limit: float = Field(
        100.0, gt=0, le=100, description="Largest share of the equity that margin may take, in percent"
    )
    rates: Rates = Field(
        default_factory=dict,
        max_length=50,
        description="Money of the account for one unit of another currency: a number, or the instrument whose price "
        "is the rate, like EUR=EC",
    )
    most_concentration: float = Field(
        60.0, gt=0, le=100, description="Bound of the check: largest share of the risk in one instrument, in percent"
    )
    most_margin: float = Field(
        60.0, gt=0, le=100, description="Bound of the check: largest share of the equity in margin, in percent"
    )
    most_distance: float = Field(
        25.0,
        gt=0,
        le=1000,
        description="Bound of the check: distance of the tradable portfolio from the ideal one, in percent of the "
        "volatility of the ideal one",
    )
    most_stale: Whole = Field(
        5, ge=0, le=10_000, description="Bound of the check: sessions that a part may end before the newest one"
    )
    least_sessions: Whole = Field(
        60, ge=LEAST_SESSIONS, le=10_000, description="Bound of the check: sessions from which correlation is estimated"
    )

    @model_validator(mode="before")
    @classmethod
    def _as_fields(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        for attribute, info in cls.model_fields.items():
            if info.alias and {attribute, info.alias} <= set(values):
                raise ValueError(f"{info.alias} and {attribute} are one field: give one of them")
        return {name: value for name, value in values.items() if value is not None}

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"the window is reversed: it ends on {self.last}, before it begins on {self.first}")
        if self.name != UNNAMED and any(one.backtest == self.name for one in self.parts):
            raise ValueError(f"the portfolio {self.name} names itself as a part: its parts are backtests")
        if self.currency in self.rates:
            raise ValueError(f"the account is in {self.currency}, which needs no rate: remove it from rates")
        if self.target is None:
            self._refuse_unused()
        elif self.window < LEAST_SESSIONS:
            raise ValueError(
                f"a correlation needs at least {LEAST_SESSIONS} sessions, and window gives it {self.window}: widen it"
            )
        return self

    def _refuse_unused(self) -> None:
        """Raise ValueError for fields that say nothing if each part has its own sizing."""
        if any(one.weight is not None for one in self.parts) or isinstance(self.weights, Mapping):
            raise ValueError(
                "with the sizing own each part trades the contracts of its own backtest, so that weights say nothing: "
                "leave them out, or write a sizing like volatility(20, window=25)"
            )

    @property
    def target(self) -> SizingRule | None:
        """The volatility at which the account aims; None if each part has its own sizing."""
        return None if self.sizing == OWN else parse_sizing(self.sizing)

    @property
    def method(self) -> str:
        """How instruments are weighted: a method, or `hand`."""
        return self.weights if isinstance(self.weights, str) else "hand"

    @property
    def by_hand(self) -> dict[str, float]:
        """Weights by hand, by instrument; empty: they are estimated."""
        return {} if isinstance(self.weights, str) else dict(self.weights)

    def completed(self) -> Self:
        """Return the portfolio with every field of inline backtests, its parts in one order.

        Raises:
            MalformedEntry: an inline backtest is malformed, or a part is named twice.
        """
        try:
            parts = tuple(map(_complete, self.parts))
        except UsageError as error:
            raise MalformedEntry("parts", str(error)) from None
        return self.model_copy(update={"parts": _in_order(parts)})

    def content(self) -> dict[str, Any]:
        """Return everything that decides the results, except the content of named backtests and the checks' bounds."""
        bounds = ("most_concentration", "most_margin", "most_distance", "most_stale", "least_sessions")
        return {name: value for name, value in super().content().items() if name not in bounds}

    @property
    def name_before_digest(self) -> str:
        """How many backtests it holds."""
        return f"portfolio-of-{len(self.parts)}"


def _complete(part: PortfolioPart) -> PortfolioPart:
    """Return a part whose fields, if it has its own, are a whole backtest spec."""
    if isinstance(part.backtest, str):
        return part
    inline = BacktestSpec.asked(part.backtest)
    return part.model_copy(update={"backtest": {**inline.to_dict(), "name": inline.name}})


def _in_order(parts: tuple[PortfolioPart, ...]) -> tuple[PortfolioPart, ...]:
    """Return the parts in one order, so that the order in which they were given changes nothing."""
    ordered = sorted(parts, key=lambda one: (one.name, json.dumps(one.model_dump(mode="json"), sort_keys=True)))
    for before, after in pairwise(ordered):
        if before.name == after.name:
            raise MalformedEntry("parts", f"the backtest {after.name} is named twice: give it a weight instead.")
    return tuple(ordered)
