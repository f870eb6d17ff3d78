"""Backtests on stored bars: known specs, preflight checks, runs, stored results and their removal."""
