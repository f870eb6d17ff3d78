"""Stores of bars: raw, validated, quarantined, revised, their versions and their coverage."""
