"""Trading over Interactive Brokers' protocol: orders out, events in, lists to their end, live one-minute bars.

Implements the port `g4qc_core.trading.broker`. What to trade, and what happened to it, is not decided here.
"""
