"""The trader counts the checks that are errors in the graph, and no others."""

from __future__ import annotations

from g4qc_core.services.trading.orders.instrument_checks import GRAVE_CHECKS
from g4qc_pipelines.checks import bar_checks, roll_checks
from g4qc_pipelines.checks.bar_checks import Check


def test_grave_checks_are_those_of_the_graph() -> None:
    checks = [one for module in (bar_checks, roll_checks) for one in vars(module).values() if isinstance(one, Check)]
    assert {one.name for one in checks if one.blocking or one.severe} == GRAVE_CHECKS
