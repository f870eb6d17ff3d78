"""What came out of all windows of an analysis: figures, frames, notes and a verdict."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from g4qc_core.backtest.metrics.figures import session_figures
from g4qc_core.backtest.span import Span, span_of
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.research.report.search_body import COUNTS
from g4qc_core.research.walk_forward.combinatorial_paths import CombinatorialResult, empty_paths
from g4qc_core.research.walk_forward.parameter_drift import drift_frame, mean_stability, stability
from g4qc_core.research.walk_forward.stitched_parts import (
    Efficiency,
    overall_efficiency,
    stitched_deflation,
    stitched_frame,
)
from g4qc_core.research.walk_forward.window_search import SharpeMoments, WindowChoice, overfitting_of, plain_choice
from g4qc_core.services.research.walk_forward.held_equity import with_held
from g4qc_core.services.research.walk_forward.walk_forward_notes import VERDICTS, notes_of, verdict_of
from g4qc_core.services.research.walk_forward.walk_forward_plan import WalkForwardPlan
from g4qc_core.services.research.walk_forward.window_record import WindowRecord
from g4qc_core.services.research.worth import worth_of_trial
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True, eq=False)
class CombinedOutcome:
    """What combinatorial purged cross-validation found.

    Attributes:
        result: choices and paths.
        parameters: of each column of the returns.
        returns: session returns of all sets, sessions x sets.
        choice: counts and Sharpe ratios of the sets that were tried.
    """

    result: CombinatorialResult
    parameters: Sequence[Mapping[str, Any]]
    returns: np.ndarray
    choice: WindowChoice


class WalkForwardOutcome:
    """What came out of an analysis."""

    def __init__(
        self, plan: WalkForwardPlan, windows: Sequence[WindowRecord], combined: CombinedOutcome | None
    ) -> None:
        """Take what the windows found, and the splits, if there are any."""
        self._plan, self._windows, self._combined = plan, windows, combined
        self._span = _span(plan)

    @cached_property
    def stitched(self) -> pd.DataFrame:
        """The parts, joined: `stitched_frame`."""
        return stitched_frame([one.equity_part for one in self._windows if one.equity])

    @cached_property
    def _drift(self) -> pd.DataFrame:
        chosen = [(one.number, one.parameters) for one in self._windows if one.parameters]
        return drift_frame(chosen, self._plan.search.space)

    @property
    def _a_year(self) -> float:
        return self._span.sessions_per_year

    @cached_property
    def _efficiency(self) -> Efficiency:
        chosen = [one for one in self._windows if one.parameters and one.equity]
        outside = [one.equity_part.returns for one in chosen]
        return overall_efficiency(
            [(one.training, one.tested) for one in chosen], np.concatenate(outside) if outside else np.empty(0)
        )

    @cached_property
    def _moments(self) -> SharpeMoments:
        found = SharpeMoments()
        for one in self._windows:
            found.join(one.moments)
        if self._combined is not None:
            found.join(self._combined.choice.sharpes)
        return found

    @property
    def _tried(self) -> int:
        more = 0 if self._combined is None else int(self._combined.choice.counts["tried"])
        return sum(one.tried for one in self._windows) + more

    @cached_property
    def _deflation(self) -> dict[str, Any]:
        found = stitched_deflation(self.stitched["return"].to_numpy(), self._tried, self._moments.variance)
        return {
            "trials": found.trials,
            "sharpe_by_luck": found.by_luck * math.sqrt(self._a_year),
            "deflated_sharpe": found.deflated,
            "probabilistic_sharpe": found.single,
        }

    @cached_property
    def _overfitting(self) -> dict[str, Any]:
        if self._combined is not None:
            found = overfitting_of(self._combined.returns)
            if found is not None:
                return {"probability": found, "of": "history"}
        known = [one.overfitting for one in self._windows if one.overfitting is not None]
        return {"probability": sum(known) / len(known) if known else None, "of": "windows"}

    @cached_property
    def _figures(self) -> dict[str, Any]:
        frame = self.stitched
        if frame.empty:
            return {}
        days = [pd.Timestamp(day).date() for day in frame["trade_date"]]
        hours = calendar(self._plan.bars.instrument.calendar)
        span = span_of(days, hours)
        figures = session_figures(frame["equity"].to_numpy(), float(self._plan.backtest.cash), span)
        return {**figures, "trades": sum(one.trades for one in self._windows), "days": span.days}

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        if any(one.ends_the_chain for one in self._windows):
            return "refused"
        if not any(one.state == "traded" for one in self._windows):
            return "flat"
        return verdict_of(
            self._figures["net_profit"],
            self._efficiency.of_sharpe,
            self._overfitting["probability"],
            self._deflation["deflated_sharpe"],
            self._plan.spec,
        )

    @property
    def verdict_words(self) -> str:
        """The verdict in one sentence."""
        return VERDICTS[self.verdict]

    def summary(self, study_id: str, stores: Stores) -> dict[str, Any]:
        """Return everything but the frames, JSON-safe.

        Args:
            study_id: of the study.
            stores: of all trials, for what they leave of the stitched result.
        """
        plan, traded = self._plan, sum(one.state == "traded" for one in self._windows)
        steady = stability(self._drift, plan.search.space)
        found = {
            "verdict": self.verdict,
            "words": self.verdict_words,
            "windows": {
                "planned": len(plan.windows),
                "run": len(self._windows),
                "traded": traded,
                "flat": sum(one.state == "flat" for one in self._windows),
            },
            "gap": {"purge": plan.purge, "embargo": plan.embargo, "look_back": plan.reach.look_back},
            "figures": self._figures,
            "efficiency": {"return": self._efficiency.of_return, "sharpe": self._efficiency.of_sharpe},
            "deflation": self._deflation,
            "overfitting": self._overfitting,
            "stability": {"overall": mean_stability(steady), "parameters": steady},
            "bounds": {
                "least_efficiency": plan.spec.least_efficiency,
                "most_overfitting": plan.spec.most_overfitting,
                "least_traded": plan.spec.least_traded,
            },
            "paths": self._paths_summary(),
            "backtest": plan.backtest.to_dict(),
            "search": {name: value for name, value in plan.search.spec.content().items() if name != "backtest"},
            "currency": plan.bars.instrument.currency,
            "sessions_a_year": self._a_year,
            "results": [one.result for one in self._windows],
            "notes": notes_of(plan, self._windows),
        }
        if self._figures:
            returns = self.stitched["return"].to_numpy()
            worth = worth_of_trial(plan.backtest.strategy, study_id, returns, self._figures, stores)
            found["worth"] = worth.to_dict()
        return found

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the frames of the study, by name."""
        largest = max((one.largest for one in self._windows), default=1)
        return {
            "windows": self._windows_frame(),
            "stitched": with_held(self.stitched, self._plan, largest),
            "parameters": self._drift.astype({"parameter": "str", "value": "str"}),
            "paths": empty_paths() if self._combined is None else self._combined.result.paths_frame(self._a_year),
            "splits": self._splits_frame(),
            "trials": self._trials_frame(),
        }

    def _windows_frame(self) -> pd.DataFrame:
        rows = []
        for one in self._windows:
            (inside_return, inside_sharpe), (outside_return, outside_sharpe) = (
                figures.annual(self._a_year) for figures in (one.training, one.tested)
            )
            left = one.efficiency
            rows.append(
                {
                    "window": one.number,
                    "train_from": one.train_from,
                    "train_to": one.train_to,
                    "train_sessions": one.train_sessions,
                    "test_from": one.test_from,
                    "test_to": one.test_to,
                    "test_sessions": one.test_sessions,
                    "warm_from": one.warm_from or one.test_from,
                    "state": one.state,
                    "words": one.words,
                    "parameters": json.dumps(one.parameters, sort_keys=True),
                    "objective": _number(one.objective),
                    "in_sample_return": _number(inside_return),
                    "in_sample_sharpe": _number(inside_sharpe),
                    "out_of_sample_return": _number(outside_return),
                    "out_of_sample_sharpe": _number(outside_sharpe),
                    "return_efficiency": _number(left.of_return),
                    "sharpe_efficiency": _number(left.of_sharpe),
                    "overfitting": _number(one.overfitting),
                    "cash": one.cash,
                    "equity": one.equity_after,
                    "profit": round(one.equity_after - one.cash, 6),
                    "trades": one.trades,
                    "tried": one.tried,
                    "result": one.result,
                    "part": one.part,
                }
            )
        frame = pd.DataFrame(rows)
        for name in ("train_from", "train_to", "test_from", "test_to", "warm_from"):
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
        return frame

    def _splits_frame(self) -> pd.DataFrame:
        """Return a row for each combinatorial split: its test folds, sessions, choice and figures."""
        columns = ("split", "tested", "train_sessions", "test_sessions", "parameters", "trained", "sharpe")
        rows = []
        splits, combined = self._plan.splits, self._combined
        if splits is not None and combined is not None:
            found = combined.result
            for at, split in enumerate(splits.splits):
                folds = [str(number + 1) for number, fold in enumerate(splits.folds) if fold[0] in split.test]
                chosen = found.chosen[at]
                own = combined.parameters[chosen] if chosen >= 0 else {}
                sharpe = found.tested[at].annual(self._a_year)[1]
                words, sizes = json.dumps(dict(own), sort_keys=True), (len(split.train), len(split.test))
                rows.append((at + 1, "+".join(folds), *sizes, words, _number(found.trained[at]), _number(sharpe)))
        kinds = ("int64", "str", "int64", "int64", "str", "float64", "float64")
        frame = pd.DataFrame(rows, columns=list(columns))
        return frame.astype(dict(zip(columns, kinds, strict=True)))

    def _trials_frame(self) -> pd.DataFrame:
        """Return a row for each window, and one for the combinatorial splits: what became of their sets."""
        names = COUNTS
        rows = [(f"window {one.number}", *(int(one.counts.get(name, 0)) for name in names)) for one in self._windows]
        if self._combined is not None:
            counts = plain_choice(self._combined.choice)
            rows.append(("combinatorial splits", *(int(counts.get(name, 0)) for name in names)))
        return pd.DataFrame(rows, columns=["stage", *names]).astype({"stage": "str", **dict.fromkeys(names, "int64")})

    def _paths_summary(self) -> dict[str, Any] | None:
        if self._combined is None:
            return None
        found = self._combined.result
        sharpes = [one.annual(self._a_year)[1] for one in found.figures]
        known = np.array([one for one in sharpes if one is not None])
        return {
            "paths": len(found.figures),
            "splits": len(found.chosen),
            "loss_share": found.loss_share,
            "sharpe_mean": float(known.mean()) if len(known) else None,
            "sharpe_least": float(known.min()) if len(known) else None,
            "sharpe_largest": float(known.max()) if len(known) else None,
        }


def _span(plan: WalkForwardPlan) -> Span:
    return span_of(plan.bars.days, calendar(plan.bars.instrument.calendar))


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
