"""Review of quarantined bars: which bars a selection contains, and what a decision rebuilds."""
