"""Trading an account: the trader process, its order desk, live series, reconciliation, limits and what is shown of it.

Everything here is called by the trader process, commands, routes and assets alike; how an order travels belongs to
`ib.orders`, and what its messages mean to `g4qc_core.trading`.
"""
