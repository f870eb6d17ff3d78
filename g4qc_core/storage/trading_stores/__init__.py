"""Stores of trading: decisions and orders, executions, locks and halts, traders, live bars, drift."""
