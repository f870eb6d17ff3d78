"""Quarantined bars: reasons, keys, selections and decisions. Pure functions of frames; the store is elsewhere."""
