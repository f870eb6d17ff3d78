"""Backtests that can be believed: specs, strategies, an exact account, figures in words, and a report.

The way in is `specs.load_specs`, `run.run_backtest` and `report.write_report`.
"""
