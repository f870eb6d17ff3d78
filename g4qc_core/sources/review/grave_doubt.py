"""Doubts that concern every bar of a file: another zone, another label, another scale."""

from __future__ import annotations


class GraveDoubt(str):
    """A doubt which, if it is right, makes every bar wrong: nothing is imported until the user has decided."""
