"""Engines: what runs a strategy over bars and returns fills. `backtesting.py` is imported here only."""
