"""Drift: how far paper decisions and fills were from the backtest on the settled bars, by spec and trade date.

`decision_drift`, `fill_drift` and `live_bar_drift` are pure functions; `drift_run` reads the stores and puts them
together.
"""
