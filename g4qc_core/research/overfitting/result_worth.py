"""What a result is worth after everything that was tried for its strategy: the figures together, and in words.

How trials are counted and stored does not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from g4qc_core.backtest.span import LEAST_SESSIONS
from g4qc_core.backtest.worth_meanings import PROVEN, WorthRow, percent, plain, share, worth_rows
from g4qc_core.errors import UsageError
from g4qc_core.research.overfitting.search_evidence import SearchEvidence
from g4qc_core.research.overfitting.sharpe_significance import (
    SharpeSample,
    annualised,
    best_by_luck,
    deflated_sharpe,
    expected_maximum,
    min_backtest_years,
    min_track_record,
    probabilistic_sharpe,
)
from g4qc_core.sentences import counted


@dataclass(frozen=True)
class FamilyTrials:
    """Everything that was tried for one strategy.

    Attributes:
        family: the strategy.
        count: number of different trials ever, the result's own included; deleted results stay counted.
        variance: of the trials' Sharpe ratios per session (n - 1); None with fewer than two of them.
        effective: how many independent trials they amount to; None if the session returns of none are kept.
        effective_of: trials whose kept returns decide `effective`; any other trial counts as independent.
    """

    family: str
    count: int
    variance: float | None = None
    effective: int | None = None
    effective_of: int = 0

    def __post_init__(self) -> None:
        if self.count < 1 or not 1 <= (self.effective or 1) <= self.count:
            raise UsageError("A result is itself a trial, and there are no more independent trials than trials.")

    @classmethod
    def of(cls, family: str, count: int, sharpes: Sequence[float], **more: Any) -> FamilyTrials:
        """Return the trials of a family from the Sharpe ratios per session of those that have one."""
        variance = float(np.var(np.asarray(sharpes, np.float64), ddof=1)) if len(sharpes) > 1 else None
        return cls(family, count, variance, **more)


@dataclass(frozen=True)
class ResultWorth:
    """What the trials leave of a result.

    Attributes:
        trials: of the family.
        sample: the result's own Sharpe ratio; None if it has none.
        sessions: number of its session returns.
        sessions_a_year: for annual figures; None if the time is too short for them.
        evidence: of the search that tried it; None if none did, or it kept no session returns.
    """

    trials: FamilyTrials
    sample: SharpeSample | None
    sessions: int
    sessions_a_year: float | None
    evidence: SearchEvidence | None = None

    @classmethod
    def of(
        cls,
        returns: np.ndarray,
        trials: FamilyTrials,
        sessions_a_year: float | None,
        evidence: SearchEvidence | None = None,
    ) -> ResultWorth:
        """Return the worth of a result with these session returns; too few of them have no Sharpe ratio."""
        values = np.asarray(returns, dtype=np.float64)
        try:
            sample = SharpeSample.of(values) if len(values) >= LEAST_SESSIONS else None
        except UsageError:
            sample = None
        return cls(trials, sample, len(values), sessions_a_year, evidence)

    @property
    def probabilistic(self) -> float | None:
        """Confidence that the true Sharpe ratio is above zero, as if nothing else had been tried."""
        return None if self.sample is None else probabilistic_sharpe(self.sample)

    @property
    def deflated(self) -> float | None:
        """The same after all trials of the family."""
        return self._deflated(self.trials.count)

    @property
    def deflated_effective(self) -> float | None:
        """The same after the effective number of trials; None if that is not known.

        The Sharpe ratios of independent trials vary by at least their sampling variance, 1 / (n - 1), also if those of
        all trials vary by less because they are correlated.
        """
        if self.trials.effective is None or self.sample is None:
            return None
        return deflated_sharpe(self.sample, self.trials.effective, self._independent_variance)

    @property
    def _independent_variance(self) -> float:
        return max(self.trials.variance or 0.0, 1 / (self.sessions - 1)) if self.sessions > 1 else 0.0

    @property
    def by_luck(self) -> float | None:
        """Sharpe ratio per session that the best of as many trials without skill is expected to show.

        Of the effective number of trials if that is known.
        """
        if self.trials.effective is not None:
            return expected_maximum(self.trials.effective, self._independent_variance)
        return None if self.trials.variance is None else expected_maximum(self.trials.count, self.trials.variance)

    @property
    def chance(self) -> float | None:
        """Probability that the best of as many independent trials without skill looks at least as good."""
        return None if self.sample is None else best_by_luck(self.sample, self.trials.effective or self.trials.count)

    @property
    def track_record(self) -> float | None:
        """Sessions after which the Sharpe ratio is above zero with `PROVEN`, as if nothing else had been tried."""
        if self.sample is None:
            return None
        needed = min_track_record(self.sample, 0.0, PROVEN)
        return needed if math.isfinite(needed) else None

    @property
    def backtest_years(self) -> float | None:
        """Years below which the best of as many trials without skill is expected to reach this Sharpe ratio."""
        annual = self.annual(None if self.sample is None else self.sample.sharpe)
        if annual is None or annual <= 0:
            return None
        return min_backtest_years(self.trials.effective or self.trials.count, annual)

    @property
    def years(self) -> float | None:
        """Length of the result in years; None if it is too short for annual figures."""
        return None if self.sessions_a_year is None else self.sessions / self.sessions_a_year

    def annual(self, sharpe: float | None) -> float | None:
        """Return a Sharpe ratio per session as an annual one; None if the time is too short for it."""
        if sharpe is None or self.sessions_a_year is None:
            return None
        return annualised(sharpe, self.sessions_a_year)

    def _deflated(self, count: int) -> float | None:
        if self.sample is None:
            return None
        return deflated_sharpe(self.sample, count, self.trials.variance or 0.0)

    @property
    def figures(self) -> dict[str, float | int | None]:
        """All figures by name, JSON-safe; Sharpe ratios are annual, shares fractions of one."""
        evidence = self.evidence
        error = None if self.sample is None else self.sample.standard_error
        found: dict[str, float | int | None] = {
            "family_trials": self.trials.count,
            "effective_trials": self.trials.effective,
            "sharpe_error": self.annual(error),
            "sharpe_by_luck": self.annual(self.by_luck),
            "probabilistic_sharpe": self.probabilistic,
            "deflated_sharpe": self.deflated,
            "deflated_sharpe_effective": self.deflated_effective,
            "luck_probability": self.chance,
            "min_track_record": None if self.track_record is None else math.ceil(self.track_record),
            "min_backtest_years": self.backtest_years,
            "overfitting_probability": None if evidence is None else evidence.overfitting,
            "superior_p_value": None if evidence is None else evidence.superior,
        }
        return {name: round(value, 10) if isinstance(value, float) else value for name, value in found.items()}

    @property
    def tried(self) -> str:
        """How often the strategy was tried, in words."""
        if self.trials.count == 1:
            return f"This is the only trial of {self.trials.family} so far"
        like = "" if self.trials.effective is None else f", which are like {self.trials.effective:,} independent ones"
        return f"{self.trials.family} was tried {self.trials.count:,} times{like}"

    @property
    def words(self) -> str:
        """What the result is worth, in one or two sentences."""
        if self.sample is None:
            return (
                f"{self.tried}. {counted(self.sessions, 'session')} with these returns have no Sharpe ratio to judge."
            )
        if self.sample.sharpe <= 0:
            return f"{self.tried}. The Sharpe ratio is not above zero, so that there is nothing to explain by luck."
        left = self.deflated if self.deflated_effective is None else self.deflated_effective
        return f"{self.tried}. {self._left(left or 0.0)}{self._found_by_search()}"

    def _left(self, left: float) -> str:
        confidence = f"the confidence that its Sharpe ratio is truly above zero is {percent(left)}"
        if self.trials.count > 1:
            luck = self.annual(self.by_luck)
            shown = "" if luck is None else f": the best of so many without any skill would show about {luck:.2f}"
            confidence = f"After that {confidence}{shown}"
        else:
            confidence = confidence[0].upper() + confidence[1:]
        if left >= PROVEN:
            return f"{confidence}."
        needed = self.track_record
        if self.trials.count == 1 and needed is not None:
            return f"{confidence}; at this rate it takes {self._time(needed)} to reach {percent(PROVEN)}."
        return f"{confidence}. That is less than the usual {percent(PROVEN)}: do not rely on it."

    def _found_by_search(self) -> str:
        evidence = self.evidence
        if evidence is None or evidence.overfitting is None:
            return ""
        return (
            f" In {percent(evidence.overfitting)} of all halvings of its sessions, what the search {evidence.search} "
            "would have chosen was no better than the median in the other half."
        )

    def _time(self, sessions: float) -> str:
        if self.sessions_a_year is None or sessions < self.sessions_a_year:
            return counted(math.ceil(sessions), "session")
        return f"{sessions / self.sessions_a_year:,.1f} years"

    @property
    def rows(self) -> list[WorthRow]:
        """The figures that are known, for tables."""
        luck, needed, least = self.annual(self.by_luck), self.track_record, self.backtest_years
        effective = "" if self.trials.effective is None else f" (like {self.trials.effective:,} independent ones)"
        shown = {
            "family_trials": f"{self.trials.count:,}{effective}",
            "sharpe_error": plain(self.figures["sharpe_error"], "± {:.2f}"),
            "sharpe_by_luck": plain(luck, "{:.2f}"),
            "probabilistic_sharpe": share(self.probabilistic),
            "deflated_sharpe": share(self.deflated),
            "deflated_sharpe_effective": share(self.deflated_effective),
            "luck_probability": share(self.chance),
            "min_track_record": "" if self.sample is None else "never" if needed is None else f"{math.ceil(needed):,}",
            "min_backtest_years": plain(least, "{:,.1f}"),
            "overfitting_probability": share(self.figures["overfitting_probability"]),
            "superior_p_value": plain(self.figures["superior_p_value"], "{:.3f}"),
        }
        return worth_rows(shown)

    def to_dict(self) -> dict[str, Any]:
        """Return the worth JSON-safe: words, figures and rows."""
        return {
            "words": self.words,
            "family": self.trials.family,
            "figures": self.figures,
            "rows": [vars(row) for row in self.rows],
        }
