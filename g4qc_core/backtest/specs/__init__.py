"""Backtest specs: the model, its fields and values, and the file of specs that ships with the package."""
