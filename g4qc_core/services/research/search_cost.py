"""What a search that was not started yet would cost: how many sets it tries, and what its best must beat."""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.backtest.span import span_of
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.overfitting.sharpe_significance import annualised
from g4qc_core.services.research.search_plan import SearchPlan
from g4qc_core.services.series.continuous_series import stored_sessions
from g4qc_core.storage.result_stores.trial_store import TrialStore
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import timeframe


@dataclass(frozen=True)
class SearchCost:
    """The cost of a search in trials and in belief.

    Attributes:
        planned: sets that it tries at most; None: as many as its minutes allow.
        before: trials of the strategy so far, whatever tried them.
        sessions: sessions of the window, as the calendar has them.
        luck: Sharpe ratio that the best of all these trials is expected to show without any skill: annual, or per
            session if `annual` is False; None if it is not known.
        annual: the window is long enough for an annual figure.
        words: what will be tried, and what that costs; a sentence each, the second one empty if nothing is known.
    """

    planned: int | None
    before: int
    sessions: int
    luck: float | None
    annual: bool
    words: tuple[str, str]


def cost_of(plan: SearchPlan, registry: Registry, stores: Stores) -> SearchCost:
    """Return the cost of a search from the calendar and the trials so far; no bar is read."""
    backtest = plan.backtest
    instrument = registry[backtest.instrument]
    found = stored_sessions(stores, instrument, timeframe(backtest.timeframe), backtest.traded_from, backtest.last)
    days = [one.trade_date for one in found]
    before = TrialStore(stores.database).sharpes(backtest.strategy).count
    span = span_of(days, calendar(instrument.calendar)) if days else None
    yearly = span.sessions_per_year if span is not None and span.annualisable else None
    luck = plan.luck(len(days), before)
    return SearchCost(
        planned=plan.planned,
        before=before,
        sessions=len(days),
        luck=luck if luck is None or yearly is None else annualised(luck, yearly),
        annual=yearly is not None,
        words=(plan.words, plan.deflation(len(days), yearly, before)),
    )
