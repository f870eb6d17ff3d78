"""Look-ahead: no decision may change when the bars after it are removed or become others."""

from __future__ import annotations

import time

import numpy as np

from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.prepared_strategy import LibraryStrategy
from g4qc_core.backtest.strategy_checks.findings import RuleFinding
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject, Decisions, decide, mirrored, part
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.sentences import counted

_CAUSES = (
    "usual causes are shift(-n), a centred window, a figure of all bars (max, mean, std, quantile), filling "
    "backwards, and set_trailing_pct"
)


def check_look_ahead(subject: CheckSubject, cuts: int, most_bars: int, seconds: float, seed: int = 0) -> RuleFinding:
    """Cut the bars at random places, and compare every decision before the cut.

    After each cut the later bars are first removed, then mirrored at the last close, so that rises become falls.

    Args:
        subject: the strategy and its bars.
        cuts: how many cuts to make.
        most_bars: only so many of the newest bars are used.
        seconds: no further cut begins after this time.
        seed: of the random places.
    """
    first = max(0, len(subject) - most_bars)
    market = part(subject.priced, first, len(subject))
    n, begin = len(market), max(subject.strategy.bars_needed - 1, 1)
    if n - begin < 3:
        return RuleFinding("look_ahead", "not run", f"{counted(n, 'bar')} are too few to cut: {begin + 3} are needed.")
    ends, made = time.monotonic() + seconds, 0
    try:
        whole = decide(subject, market)
        for cut in _places(begin, n, cuts, seed):
            if made and time.monotonic() > ends:
                break
            found = _changed(subject, whole, market, cut)
            if found:
                return RuleFinding("look_ahead", "failed", found, {"cuts": made + 1, "bars": n})
            made += 1
    except BacktestRefused as refused:
        return RuleFinding("look_ahead", "not run", f"The strategy cannot be run on these bars: {refused}")
    figures = {"cuts": made, "bars": n}
    if not whole.any:
        text = f"The strategy decided nothing in {counted(n, 'bar')}, so that nothing could change at a cut."
        return RuleFinding("look_ahead", "not run", text, figures)
    what = "order or fill" if isinstance(subject.strategy, LibraryStrategy) else "decision"
    text = f"No {what} of {counted(n, 'bar')} changes when the bars after it are removed or mirrored, at {made} cuts."
    return RuleFinding("look_ahead", "passed", text, figures)


def _places(begin: int, n: int, cuts: int, seed: int) -> list[int]:
    """Return numbers of bars that are kept: some right after the warm-up, the others anywhere, in random order."""
    random = np.random.default_rng(seed)
    early = begin + np.unique(np.geomspace(1, max(2, min(n - begin - 1, 400)), max(2, cuts // 3)).astype(int))
    anywhere = random.integers(begin + 1, n, cuts)
    places = np.unique(np.concatenate((early[early < n], anywhere)))
    random.shuffle(places)
    return [int(at) for at in places[:cuts]]


def _changed(subject: CheckSubject, whole: Decisions, market: PricedBars, cut: int) -> str:
    """Return the first decision before the cut that changed, in words; empty if there is none."""
    futures = {"are removed": part(market, 0, cut), "are mirrored": mirrored(market, cut)}
    for how, changed in futures.items():
        if changed is None:
            continue
        try:
            again = decide(subject, changed)
        except UsageError as error:
            return f"On the first {counted(cut, 'bar')} alone the strategy fails, on all of them it does not: {error}"
        except BacktestRefused:
            continue
        bar = whole.first_difference(again, cut)
        if bar is not None:
            at = market.frame["timestamp"].iloc[bar]
            last = market.frame["timestamp"].iloc[cut - 1]
            was, now = whole.on(bar), again.on(bar)
            return (
                f"The decision at {at:%Y-%m-%d %H:%M} UTC changes from {was} to {now} when the bars after "
                f"{last:%Y-%m-%d %H:%M} {how}, so it was computed from later bars; {_CAUSES}."
            )
    return ""
