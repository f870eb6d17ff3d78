"""Portfolios: many strategies on many instruments in one account.

`portfolio_spec` is the model and `portfolios_file` the file of specs. Functions of arrays only; stored bars and results
belong to `services/research`.
"""
