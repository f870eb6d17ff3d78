"""Compiled code on disk is never older than the functions that are compiled into it."""

from __future__ import annotations

from pathlib import Path

from numba.core import config

from g4qc_core.backtest import compiled
from g4qc_core.backtest.account import money_units
from g4qc_core.backtest.engines import kernels
from g4qc_core.backtest.portfolio_account import joint_books, joint_decisions, joint_kernels
from g4qc_core.backtest.sizing import contract_count
from g4qc_core.research.portfolio.contracts import contract_search


def test_code_is_kept_for_each_state_of_its_files(tmp_path: Path) -> None:
    called, own = tmp_path / "called.py", tmp_path / "own.py"
    called.write_text("A = 1")
    own.write_text("B = 1")
    before = compiled.folder_of([called, own])
    assert compiled.folder_of([called, own]) == before
    called.write_text("A = 2")
    assert compiled.folder_of([called, own]) != before


def test_the_files_are_those_of_compiled_functions_and_what_they_use() -> None:
    modules = (kernels, joint_kernels, joint_decisions, joint_books, money_units, contract_count, contract_search)
    assert {Path(str(module.__file__)) for module in modules} <= set(compiled.compiled_files())


def test_compiled_code_is_kept_in_the_folder_of_this_state() -> None:
    assert Path(config.CACHE_DIR).name == compiled.folder_of(compiled.compiled_files())
    assert joint_kernels.run_joint.stats.cache_path.startswith(config.CACHE_DIR)
