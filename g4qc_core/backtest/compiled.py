"""The decorator of compiled functions: numba without relaxed arithmetic, so that a result is the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit  # type: ignore[import-untyped, unused-ignore]

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return the function compiled at its first call and kept on disk; it runs in one thread, step by step."""
    return cast(Function, njit(cache=True)(function))


def compiled_for_threads(function: Function) -> Function:
    """Return the function compiled as `compiled` does; it lets other threads run, so that several run side by side."""
    return cast(Function, njit(cache=True, nogil=True)(function))
