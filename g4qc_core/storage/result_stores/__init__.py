"""Stores of backtest results: the results, their labels, the choice of some, and deletion."""
