"""What the process of a backtest imports: loaded once by the warm parent, which forks a process for each run.

Nothing here opens a connection, starts a thread or reads a file of the user: a fork would copy the first two, and the
last would be stale.
"""

from __future__ import annotations

import importlib

MODULES = (
    "g4qc_pipelines.running.code_server",
    "g4qc_pipelines.running.instance_storage",
    "g4qc_pipelines.running.run_launcher",
    "g4qc_pipelines.definitions",
    "g4qc_pipelines.assets",
    "g4qc_pipelines.checks.fresh",
    "g4qc_pipelines.named_jobs",
    "g4qc_pipelines.partitions.graph_months",
    "g4qc_pipelines.resources",
    "g4qc_pipelines.run_progress",
    "g4qc_pipelines.schedules",
    "g4qc_pipelines.sensors",
    "g4qc_core.backtest.engines.backtesting_py",
    "g4qc_core.backtest.engines.compiled_engine",
    "g4qc_core.backtest.prepared_sets",
    "g4qc_core.backtest.run",
    "g4qc_core.backtest.strategy_checks.run_checks",
    "g4qc_core.backtest.tear_sheet.pictures",
    "g4qc_core.backtest.tear_sheet.report",
    "dagster._core.storage.noop_compute_log_manager",
    "g4qc_pipelines.running.run_coordinator",
    "bokeh.embed",
    "bokeh.plotting",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
)
"""Modules in the order in which they are imported."""

for _name in MODULES:
    importlib.import_module(_name)

# Compiled code is loaded when it is first called, which takes most of a second.
importlib.import_module("g4qc_core.backtest.engines.compiled_run").load_kernels()
