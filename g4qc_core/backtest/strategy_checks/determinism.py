"""Determinism: two runs, in one process and in two, decide the same."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace

from g4qc_core.backtest.strategy_checks.findings import RuleFinding
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject, decide, part
from g4qc_core.calendars.calendar_file import chosen_file
from g4qc_core.errors import BacktestRefused
from g4qc_core.strategy_folder import strategy_folder

_CAUSES = (
    "usual causes are a generator of random numbers without a fixed seed, the clock, the order of a set, a file or an "
    "answer from elsewhere, and values kept between runs"
)


def check_determinism(subject: CheckSubject, most_bars: int, second_process: bool) -> RuleFinding:
    """Decide twice in this process and, if asked, once more in another one.

    Args:
        subject: the strategy and its bars.
        most_bars: only so many of the newest bars are used.
        second_process: start another process, which takes a second or two.
    """
    market = part(subject.priced, max(0, len(subject) - most_bars), len(subject))
    try:
        first, second = decide(subject, market), decide(subject, market)
    except BacktestRefused as refused:
        return RuleFinding("determinism", "not run", f"The strategy cannot be run on these bars: {refused}")
    bar = first.first_difference(second, len(market))
    if bar is not None:
        at = market.frame["timestamp"].iloc[bar]
        text = (
            f"Two runs on the same bars differ: at {at:%Y-%m-%d %H:%M} UTC one decides {first.on(bar)} and "
            f"the other {second.on(bar)}; {_CAUSES}."
        )
        return RuleFinding("determinism", "failed", text)
    if not second_process:
        return RuleFinding(
            "determinism", "passed", "Two runs in one process decide the same; no second one was started."
        )
    decided, failed = _in_another_process(subject, most_bars)
    if failed:
        return RuleFinding("determinism", "failed", f"In another process the strategy fails: {failed}")
    if decided != first.fingerprint():
        text = f"A run in another process decides otherwise than this one; {_CAUSES}."
        return RuleFinding("determinism", "failed", text)
    return RuleFinding("determinism", "passed", "Two runs in this process and one in another decide the same.")


def _in_another_process(subject: CheckSubject, most_bars: int) -> tuple[str, str]:
    """Return the fingerprint that another process computes, and its sentence if it fails."""
    # Without what was computed here: the user's module can only be imported with the search path of this process.
    fresh = pickle.dumps(replace(subject))
    given = pickle.dumps((list(sys.path), strategy_folder(), chosen_file(), fresh, most_bars))
    command = [sys.executable, "-P", "-m", "g4qc_core.backtest.strategy_checks.other_process"]
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    if done.returncode:
        return "", (done.stderr.decode().strip().splitlines() or [f"it ended with code {done.returncode}."])[-1]
    return done.stdout.decode().strip(), ""
