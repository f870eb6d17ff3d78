"""The assets, a module for each group of the graph: extraction, bars, futures, backtests."""

import dagster as dg

from g4qc_core.settings import Settings
from g4qc_pipelines.assets.backtests import build_backtests
from g4qc_pipelines.assets.bars import build_bars
from g4qc_pipelines.assets.coverage import build_coverage
from g4qc_pipelines.assets.futures import build_roll_calendar
from g4qc_pipelines.assets.raw import build_extraction
from g4qc_pipelines.assets.reconciliation import build_reconciliation
from g4qc_pipelines.assets.sensitivity import build_sensitivity


def build_assets(settings: Settings, months: dg.MultiPartitionsDefinition) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return every asset of the graph, in the order in which data flows.

    Args:
        months: partitions of the assets that are made by instrument and month.
    """
    return [
        *build_extraction(settings, months),
        *build_bars(settings, months),
        build_coverage(settings),
        build_reconciliation(settings, months),
        build_roll_calendar(settings),
        *build_backtests(settings),
        build_sensitivity(settings),
    ]
