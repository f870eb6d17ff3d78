"""Splits of sessions into those on which a choice is made and those on which it is tested.

- one after the other, as time passes: `walk_forward`
- each part of the past once: `purged_folds.purged_kfold`
- how far a choice reaches back and on, for warm-up, purge and embargo: `reach`
- every combination of parts, joined to paths: `purged_folds.combinatorial_splits`

Everything is counted in sessions, by their place from 0. What is trained and tested does not belong here.
"""
