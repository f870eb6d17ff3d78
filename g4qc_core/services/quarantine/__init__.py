"""Review of quarantined bars: select bars, check a decision, preview what it rebuilds.

- `review`: the workflow that the commands and the API share, from a `DecisionRequest` to the months to rebuild.
- `selected_bars`: the quarantined bars of one instrument that match a selection.

Pure functions on frames of such bars (reasons, selections, names of bars, limits) are in `g4qc_core.bars.quarantine`;
`storage.bar_stores.quarantine_store` keeps the decisions. For a question about quarantine, start in `review`.
"""
