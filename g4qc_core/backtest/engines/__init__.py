"""Engines: programs that run a strategy over bars and return fills. Only this package imports `backtesting.py`."""
