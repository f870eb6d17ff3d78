"""Quality of stored bars: validation and derivation of a month, comparison with the gateway, and repair."""
