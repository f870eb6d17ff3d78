"""Faults of the simulated gateway: the kinds, the scripts that order them, and their effect on answers."""
