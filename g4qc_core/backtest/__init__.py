"""Backtests: specs, strategies, engines, an exact account, metrics, and a report.

The entry points are `specs.backtest_spec.load_specs`, `run.run_backtest` and `tear_sheet.report.write_report`.
"""
