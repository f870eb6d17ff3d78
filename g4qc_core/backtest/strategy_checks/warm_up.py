"""Warm-up: no decision before `bars_needed`, and `bars_needed` is what the strategy really needs."""

from __future__ import annotations

import time

import numpy as np

from g4qc_core.backtest.account.priced_bars import PricedBars
from g4qc_core.backtest.prepared_strategy import TargetStrategy
from g4qc_core.backtest.strategy_checks.findings import RuleFinding
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject, decide, part
from g4qc_core.errors import UsageError
from g4qc_core.sentences import counted

# A decision may wait for an event; only if all stretches wait for much longer is `bars_needed` too small.
_PATIENCE = 3
_LEAST_STRETCHES = 5
_LONGEST = 4


def check_warm_up(subject: CheckSubject, stretches: int, most_bars: int, seconds: float) -> RuleFinding:
    """Run the strategy on stretches that begin at different bars, and look at its first decisions.

    Args:
        subject: the strategy and its bars.
        stretches: how many to try; half of them begin with a session.
        most_bars: longest stretch.
        seconds: no further stretch begins after this time.
    """
    strategy = subject.strategy
    if not isinstance(strategy, TargetStrategy):
        return RuleFinding(
            "warm_up",
            "not run",
            "A class of backtesting.py names no bars_needed: the library first asks it when all of its indicators have "
            "values; fills that depend on values filled in later are found by the check for look-ahead.",
        )
    needed, market = strategy.rule.bars_needed, subject.priced
    if len(market) < needed + 1 or needed > most_bars:
        text = f"bars_needed is {needed:,}, and there are {counted(min(len(market), most_bars), 'bar')} to try it on."
        return RuleFinding("warm_up", "not run", text)
    length = min(max(_LONGEST * needed, needed + 200), most_bars, len(market))
    ends, firsts, tried = time.monotonic() + seconds, [], 0
    for start in _starts(market, length, stretches):
        if tried and time.monotonic() > ends:
            break
        tried += 1
        stretch = part(market, start, start + length)
        wrong, first = _first_decision(subject, stretch, needed)
        if wrong:
            return RuleFinding("warm_up", "failed", wrong, {"bars_needed": needed})
        if first is not None:
            firsts.append(first)
    earliest = min(firsts, default=0) + 1
    figures = {"bars_needed": needed, "earliest decision": earliest if firsts else None, "stretches": tried}
    if not firsts:
        text = f"The strategy decided nothing in {counted(tried, 'stretch', 'stretches')} of {counted(length, 'bar')}."
        return RuleFinding("warm_up", "not run", text, figures)
    if len(firsts) >= _LEAST_STRETCHES and earliest > needed + max(_PATIENCE, needed):
        text = (
            f"bars_needed is {needed:,}, and in none of {tried} stretches did the strategy decide before bar "
            f"{earliest:,}: return the number of bars up to and including its first possible decision."
        )
        return RuleFinding("warm_up", "failed", text, figures)
    text = (
        f"No decision before bar {needed:,}, as bars_needed says; the earliest in {tried} stretches was on bar "
        f"{earliest:,}."
    )
    return RuleFinding("warm_up", "passed", text, figures)


def _starts(market: PricedBars, length: int, stretches: int) -> list[int]:
    """Return the first bars of the stretches, ascending: evenly spread, and at beginnings of sessions."""
    last = len(market) - length
    days = market.frame["trade_date"].to_numpy()
    openings = np.flatnonzero(days[1:] != days[:-1]) + 1
    openings = openings[openings <= last]
    half = max(1, stretches // 2)
    chosen = openings[np.linspace(0, len(openings) - 1, min(half, len(openings))).astype(int)] if len(openings) else []
    spread = np.linspace(0, last, stretches - len(chosen)).astype(int)
    return sorted({int(at) for at in (*chosen, *spread)})


def _first_decision(subject: CheckSubject, stretch: PricedBars, needed: int) -> tuple[str, int | None]:
    """Return what is wrong at the beginning of the stretch in words, and the bar of the first decision."""
    try:
        decide(subject, part(stretch, 0, needed))
    except UsageError as error:
        return f"On {counted(needed, 'bar')}, as many as bars_needed says, the strategy fails: {error}", None
    wishes = decide(subject, stretch).wishes
    assert wishes is not None
    wanted = np.flatnonzero(wishes)
    if not len(wanted):
        return "", None
    first = int(wanted[0])
    if first < needed - 1:
        return (
            f"The strategy wants a position on bar {first + 1:,} of a series, and bars_needed is {needed:,}: either it "
            "fills its first values backwards from later bars, or it needs fewer bars than it says."
        ), first
    return "", first
