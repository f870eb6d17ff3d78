"""Checks that every strategy gets: pure functions from a strategy and bars to findings in words.

`run_checks` runs all of them. `look_ahead`, `warm_up`, `determinism` and `sensitivity` have one each,
`strategy_decisions` computes what a strategy decides on a part of the bars, and `check_bars` makes synthetic bars.
"""
