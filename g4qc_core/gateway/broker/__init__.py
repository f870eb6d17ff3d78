"""The broker of the simulated gateway: orders, fills, positions and money of one account, without any wire."""
