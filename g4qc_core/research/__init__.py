"""Research: what results of backtests are worth, how they compare, and how the past is split to test a choice.

Pure functions of arrays and frames. A matrix of returns has a row for each session and a column for each trial
everywhere. Reading or storing anything does not belong here: `services/research` does that.

- what a Sharpe ratio is worth after so many trials: `overfitting/`
- whether two results differ: `comparison`
- splits of sessions into training and test: `splits/`
- what a search found between its parameters: `surface/`
- weights, contracts and analysis of portfolios: `portfolio/`
- which parameter sets are tried, and how they are evaluated: `search/`
"""
