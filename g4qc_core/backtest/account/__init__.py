"""The exact account of a backtest: traded prices in ticks, trades, equity, costs, margin and rolls.

No engine, no strategy and no figure belongs here.
"""
