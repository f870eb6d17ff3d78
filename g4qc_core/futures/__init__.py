"""Futures: which contract of a chain is in front, where the front changes, and the series that joins them."""
