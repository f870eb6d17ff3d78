"""Portfolios: many strategies on many instruments in one account.

`portfolio_spec` is the model and `portfolios_file` the file of specs. Weights are in `weights`, the way from capital to
whole contracts in `contracts`, the portfolio traded in `trading`, and what came out in `analysis`. Functions of arrays
only; stored bars and results belong to `services/research`.
"""
