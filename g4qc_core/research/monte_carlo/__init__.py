"""Monte Carlo simulation of one backtest: what else could have happened to it.

Paths are drawn from its session returns or trades (`simulated_paths`), and scenarios run the strategy again with other
costs, parameters, skipped trades and delayed fills (`engine_scenarios`). Stored results and bars do not belong here.
"""
