"""Weights of instruments, and what they are estimated from: session returns of the past.

- weights by any method: `instrument_weights`, with `risk_budgeting`, `minimum_variance` and `hierarchical_risk`
- how returns move together: `return_correlation`
- what diversification is worth: `diversification`
"""
