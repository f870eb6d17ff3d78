"""Instruments and contracts: the registry, the file of one's own instruments, and prices as text."""
