"""Trading: orders, executions, positions, limits and reconciliation as pure functions and plain values.

Nothing here sends, stores or reads a clock. `g4qc_core.ib.orders` speaks to the broker, `storage.trading_stores` keeps
what happened, and `services.trading` puts them together.
"""
