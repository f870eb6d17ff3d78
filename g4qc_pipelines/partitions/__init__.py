"""Partitions of the graph: instruments, months of trade dates, and backtest specs."""
