"""Instruments and contracts: the registry, the file of the user's instruments, and prices as text."""
