"""Comparison of two sources of minute bars of the same contract, session by session.

- `minute_bars`: bars as arrays; `session_slots`: which minutes belong to which session, also if a clock is wrong.
- `bar_fit`: how prices of one side follow from those of the other; `clock_shift`: how far one clock is from the other.
- `session_difference`: one session of both, with a verdict; `difference_words`: the same in sentences.
- `verdict_runs`: sessions in a row with the same verdict, and what may have caused it.
"""
