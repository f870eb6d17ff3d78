"""How many sessions instruments must share for an estimate of their correlation."""

from __future__ import annotations

LEAST_SESSIONS = 20
"""Fewest shared sessions from which a correlation is estimated; its standard error is then about 0.23."""
