"""The exact account of a backtest: traded prices in ticks, trades, equity, costs, margin and rolls.

Engines, strategies and metrics do not belong here.
"""
