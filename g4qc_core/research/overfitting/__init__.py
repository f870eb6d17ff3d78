"""Statistics that correct a result for the number of trials behind it.

- `sharpe_significance`: probabilistic and deflated Sharpe ratio, least length of a track record and of a backtest
- `effective_trials`: how many independent trials correlated ones amount to
- `backtest_overfitting`: how often the best of a search is below the median later (CSCV)
- `superior_ability`: whether the best of a search beats a benchmark at all (SPA, StepM)

Sharpe ratios are per session, kurtosis is the plain one (3 for a normal distribution).
"""
