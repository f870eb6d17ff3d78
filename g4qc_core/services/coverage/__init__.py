"""Coverage: which sessions have reliable bars, which minutes are missing, and the day map of an instrument.

- `completeness`: does a window have reliable bars? The one judgement that all readers of bars share.
- `session_lacks`: why does a session have no reliable bars of a timeframe?
- `missing_minutes`: minutes by trade date that are missing from a backtest's series, or were never validated.
- `day_maps`: one state per session, for the asset `coverage` and `g4qc status`.

The classes of a minute are in `g4qc_core.bars.minute_classes`, the reasons why a session has no bars in
`g4qc_core.bars.missing_sessions`, and sums for pages in `storage.bar_stores.coverage_store`.
"""
