"""Extraction of bars: the plan, the requests and their ledger entries, progress, and pacing."""
