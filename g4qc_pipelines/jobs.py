"""Jobs: the selections that schedules launch and that a person starts with one click."""

from __future__ import annotations

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from g4qc_core.timeframes import DERIVED, ONE_MINUTE

BAR_ASSETS = ["raw_bars", f"bars_{ONE_MINUTE}", *(f"bars_{timeframe}" for timeframe in DERIVED)]
CHAIN_ASSETS = ["contracts"]
ROLL_ASSETS = ["roll_calendar"]
COVERAGE_ASSETS = ["coverage"]
RECONCILIATION_ASSETS = ["reconciliation"]
BACKTEST_ASSETS = ["backtest", "backtest_report"]
SENSITIVITY_ASSETS = ["roll_sensitivity"]


def build_jobs() -> dict[str, UnresolvedAssetJobDefinition]:
    """The jobs by name."""
    jobs = [
        dg.define_asset_job(
            "update_contracts",
            CHAIN_ASSETS,
            description="The chain of one instrument from the gateway.",
        ),
        dg.define_asset_job(
            "update_bars",
            BAR_ASSETS,
            description="One instrument's month, from the gateway to every timeframe.",
        ),
        dg.define_asset_job(
            "map_coverage",
            COVERAGE_ASSETS,
            description="What is known of every session of one instrument, on one page.",
        ),
        dg.define_asset_job(
            "reconcile",
            RECONCILIATION_ASSETS,
            description="One instrument's month of hours and sessions, beside the gateway's own.",
        ),
        dg.define_asset_job(
            "update_rolls",
            ROLL_ASSETS,
            description="The roll calendar of one instrument, from the bars that are stored.",
        ),
        dg.define_asset_job(
            "run_backtest",
            BACKTEST_ASSETS,
            description="One backtest spec, to its report.",
        ),
        dg.define_asset_job(
            "compare_rolls",
            SENSITIVITY_ASSETS,
            description="One backtest spec by every roll rule and adjustment.",
        ),
    ]
    return {job.name: job for job in jobs}
