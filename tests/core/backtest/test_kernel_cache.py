"""Compiled code on disk is never older than the functions that are compiled into it."""

from __future__ import annotations

import os
from pathlib import Path

from g4qc_core.backtest.account import money_units
from g4qc_core.backtest.engines import kernels


def test_a_change_of_a_function_that_the_kernels_call_makes_them_new() -> None:
    called, own = Path(str(money_units.__file__)), Path(kernels.__file__)
    before, own_before = called.stat(), own.stat()
    later = max(before.st_mtime_ns, own_before.st_mtime_ns) + 1_000_000_000
    try:
        os.utime(called, ns=(later, later))
        assert kernels.as_new_as(Path(str(kernels.__file__)), money_units)
        assert own.stat().st_mtime_ns == later
    finally:
        os.utime(called, ns=(before.st_atime_ns, before.st_mtime_ns))
        os.utime(own, ns=(own_before.st_atime_ns, own_before.st_mtime_ns))
    assert kernels.as_new_as(Path(str(kernels.__file__)), money_units)
