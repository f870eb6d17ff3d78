"""Paths of studies in the API, from the name of their kind; the server and the client use the same."""

from __future__ import annotations


def study_path(kind: str) -> str:
    """Return the path of all studies of a kind below the API's prefix, like `/walk-forwards` of `walk_forward`."""
    return f"/{kind.replace('_', '-')}s"
