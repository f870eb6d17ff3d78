"""Validation of one-minute bars: pure functions of frames.

- `validate`: the verdict on each bar, good or in quarantine with its reason.
- `bar_rules`: hard rules, which make a bar impossible.
- `suspicions`: limits, spikes and flat runs, which the user may overrule.
"""
