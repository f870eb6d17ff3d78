"""Walk-forward specs: what is searched in each window, how sessions are cut into windows, and what is expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.backtest.specs.spec_values import Whole, one_of
from g4qc_core.errors import UsageError
from g4qc_core.named_spec import UNNAMED, NamedSpec
from g4qc_core.toml_entries import MalformedEntry

if TYPE_CHECKING:
    from g4qc_core.research.walk_forward.window_plan import WindowLengths

WindowMode = Literal["rolling", "anchored"]

MOST_SESSIONS = 20_000
MOST_WINDOWS = 500


class WalkForwardSpec(NamedSpec):
    """One walk-forward analysis. The file, command line and API are built from this model."""

    name: str = Field(
        UNNAMED,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        description="Name under which the analysis is kept; default: made of what the spec says",
    )
    search: str | dict[str, Any] | None = Field(
        None,
        description="The search that is run in each window: the name of a search spec, or its fields",
        examples=["sma_cross-ES"],
    )
    backtest: str | dict[str, Any] | None = Field(
        None,
        description="In place of a search: a backtest whose strategy declares search ranges, by name or by its fields",
    )
    mode: Annotated[WindowMode, one_of("mode", get_args(WindowMode))] = Field(
        "rolling", description="Where trainings begin: rolling moves on with each window, anchored stays at the start"
    )
    train: Whole | None = Field(
        None, ge=2, le=MOST_SESSIONS, description="Sessions of each training; default: three times those of a test"
    )
    test: Whole | None = Field(
        None, ge=1, le=MOST_SESSIONS, description="Sessions of each test; default: what the number of windows leaves"
    )
    windows: Whole | None = Field(
        None, ge=1, le=MOST_WINDOWS, description="Number of windows, the newest ones; default: 10, or all that fit"
    )
    step: Whole | None = Field(
        None, ge=1, le=MOST_SESSIONS, description="Sessions from one test to the next; default: those of a test"
    )
    purge: Whole | None = Field(
        None, ge=0, le=1_000, description="Sessions left out before a test; default: as long as a position is held"
    )
    embargo: Whole | None = Field(
        None,
        ge=0,
        le=1_000,
        description="Further sessions left out after a test, in combinatorial splits; default: the longest look-back",
    )
    folds: Whole | None = Field(
        None, ge=2, le=40, description="Folds of combinatorial purged cross-validation; default: it is not done"
    )
    test_folds: Whole = Field(2, ge=1, le=20, description="Folds of each combinatorial test")
    confirm: bool = Field(True, description="Run each window's choice by the reference engine too")
    least_efficiency: float = Field(
        0.5, ge=-10, le=10, description="Share of the in-sample Sharpe ratio that must be left out of sample"
    )
    most_overfitting: float = Field(
        0.5, ge=0, le=1, description="Largest probability of overfitting with which the analysis passes"
    )
    least_traded: float = Field(0.5, ge=0, le=1, description="Least share of windows that must have traded")
    seed: Whole | None = Field(
        None, ge=0, lt=2**32, description="Start of the random choices; default: that of the search"
    )
    workers: Whole | None = Field(
        None, ge=1, le=256, description="Processes that evaluate sets; default: one for each processor"
    )

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        if values.get("windows") in (0, "0"):
            raise ValueError("zero windows test nothing: give a number of windows, or leave windows out")
        return {name: value for name, value in values.items() if value is not None}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.search is None) == (self.backtest is None):
            raise ValueError("give a search, or a backtest whose strategy declares search ranges, and not both")
        if self.step is not None and self.test is not None and self.step < self.test:
            raise ValueError(
                f"the step of {self.step} is shorter than a test of {self.test} sessions: tests would overlap, and "
                "their equity cannot be joined"
            )
        if self.folds is not None and self.test_folds >= self.folds:
            raise ValueError(f"{self.test_folds} test folds of {self.folds} leave none for training: take fewer")
        if self.train is not None and self.purge is not None and self.train <= self.purge:
            raise ValueError(
                f"a training of {self.train} sessions is not longer than its purge of {self.purge}: widen it, or purge "
                "fewer sessions"
            )
        return self

    def completed(self) -> Self:
        """Return the spec with every field of an inline search or backtest.

        Raises:
            MalformedEntry: one of them is malformed.
        """
        # Imported where it is needed: the help of commands reads this model and loads nothing heavy.
        from g4qc_core.research.search.search_spec import SearchSpec

        changed: dict[str, Any] = {}
        for field, kind in (("search", SearchSpec), ("backtest", BacktestSpec)):
            given = getattr(self, field)
            if not isinstance(given, dict):
                continue
            try:
                inline = kind.asked(given)
            except UsageError as error:
                raise MalformedEntry(field, str(error)) from None
            changed[field] = {**inline.to_dict(), "name": inline.name}
        return self.model_copy(update=changed) if changed else self

    @property
    def lengths(self) -> WindowLengths:
        """What the spec says about the lengths of windows."""
        from g4qc_core.research.walk_forward.window_plan import WindowLengths

        return WindowLengths(self.mode == "anchored", self.train, self.test, self.windows, self.step)

    @property
    def name_before_digest(self) -> str:
        """Name of the search or backtest, and `walk-forward`."""
        given = self.search if self.search is not None else self.backtest
        base = given if isinstance(given, str) else str((given or {}).get("name", "inline"))
        return f"{re.sub(r'[^A-Za-z0-9._-]', '-', base)[:65]}-walk-forward"
