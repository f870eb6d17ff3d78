"""What the reader of an analysis must know, one sentence each, and its verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from g4qc_core.backtest.worth_meanings import PROVEN
from g4qc_core.research.walk_forward.combinatorial_paths import ranked_by
from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.sentences import counted, listing
from g4qc_core.services.research.walk_forward.walk_forward_plan import WalkForwardPlan
from g4qc_core.services.research.walk_forward.window_record import WindowRecord

VERDICTS = {
    "refused": "The account could not go on out of sample: what training promised ended in a margin call or a refusal.",
    "flat": "Nothing was traded out of sample, so that nothing is known.",
    "lost": "The strategy lost money out of sample: do not trade it like this.",
    "weak": "The strategy earned money out of sample, and much less than training promised.",
    "unpromised": "The strategy earned money out of sample, and its choices had earned none in training: that is luck.",
    "overfitted": "The strategy earned money out of sample, but the sets that do best in training are often below the "
    "middle elsewhere: its choices follow chance.",
    "unproven": "The strategy earned money out of sample, but not more than luck can explain: do not rely on it.",
    "survives": "The strategy survives out of sample, also after everything that was tried.",
}
"""Each verdict in one sentence."""


def verdict_of(
    profit: float,
    efficiency: float | None,
    overfitting: float | None,
    deflated: float | None,
    bounds: WalkForwardSpec,
) -> str:
    """Return the name of the verdict on an account that traded to its end.

    Args:
        profit: money that the parts made.
        efficiency: part of the Sharpe ratio of trainings that is left out of sample; None: trainings earned nothing.
        overfitting: probability of overfitting; None: not known.
        deflated: confidence in the stitched Sharpe ratio after all trials; None: not known.
        bounds: the spec, which has the bounds of efficiency and overfitting.
    """
    if profit <= 0:
        return "lost"
    if efficiency is None:
        return "unpromised"
    if efficiency < bounds.least_efficiency:
        return "weak"
    if overfitting is not None and overfitting > bounds.most_overfitting:
        return "overfitted"
    return "survives" if (deflated or 0.0) >= PROVEN else "unproven"


def notes_of(plan: WalkForwardPlan, windows: Sequence[WindowRecord]) -> list[str]:
    """Return the notes of an analysis."""
    found = [
        "Each part out of sample begins and ends flat and pays for it; a window's cash is what the one before left.",
        _gap(plan),
    ]
    if plan.spec.step is not None and plan.windows[0].test_sessions < plan.spec.step:
        left = plan.spec.step - plan.windows[0].test_sessions
        found.append(f"{counted(left, 'session')} between two tests belong to no test: nothing is held in them.")
    before, after = plan.windows[0].train[0], len(plan.bars.days) - 1 - plan.windows[-1].test[1]
    if before or after:
        found.append(f"{counted(before + after, 'session')} of the history are in no window.")
    found += [one.words for one in windows if one.words]
    if windows[-1].ends_the_chain and len(windows) < len(plan.windows):
        left = len(plan.windows) - len(windows)
        found.append(f"{counted(left, 'window')} after it did not run.")
    if plan.search.spec.minutes is not None:
        found.append("The search has a budget in minutes: a slower machine tries fewer sets and may choose others.")
    if not plan.spec.confirm:
        found.append("The choices were not run by the reference engine, because the spec says so.")
    return [*found, *_combinatorial(plan)]


def _gap(plan: WalkForwardPlan) -> str:
    left = counted(plan.purge, "session")
    if plan.spec.purge is not None:
        return f"{left} left out between training and test, as the spec says."
    return (
        f"{left} left out between training and test, as long as positions are held, and at most as long as the "
        "strategy looks back."
    )


def _combinatorial(plan: WalkForwardPlan) -> list[str]:
    if plan.splits is None:
        return []
    found = [
        "In combinatorial splits each set ran once over the whole history and was chosen by its returns in the "
        "training sessions, because a set decides from the past alone; constraints are not applied."
    ]
    objective = plan.search.spec.goal[0]
    if ranked_by(objective) != objective:
        found.append(
            f"Session returns do not give {objective.metric}: combinatorial splits choose by the Sharpe ratio."
        )
    if plan.combined_search.method != plan.search.spec.method:
        found.append(
            "Combinatorial splits try a random sample of sets, because a method that learns would know the tests."
        )
    days = [f"{plan.bars.days[fold[0]]}" for fold in plan.splits.folds]
    return [*found, f"The folds begin on {listing(days, 40)}."]
