"""The assets, a module for each part of the graph: raw data, bars, futures, backtests, research, trading and upkeep."""

from __future__ import annotations

import dagster as dg

from g4qc_core.settings import Settings
from g4qc_pipelines.asset_versions import asset_code_version
from g4qc_pipelines.assets.backtests import build_backtests
from g4qc_pipelines.assets.bars import build_bars
from g4qc_pipelines.assets.coverage import build_coverage
from g4qc_pipelines.assets.futures import build_roll_calendar
from g4qc_pipelines.assets.imports import build_imported_bars
from g4qc_pipelines.assets.paper import build_paper
from g4qc_pipelines.assets.raw import build_extraction
from g4qc_pipelines.assets.reconciliation import build_reconciliation
from g4qc_pipelines.assets.searches import build_searches
from g4qc_pipelines.assets.sensitivity import build_sensitivity
from g4qc_pipelines.assets.source_differences import build_source_differences
from g4qc_pipelines.assets.studies import build_studies
from g4qc_pipelines.assets.upkeep import build_upkeep
from g4qc_pipelines.metadata import OWNERS


def build_assets(settings: Settings, months: dg.MultiPartitionsDefinition) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return every asset of the graph, in the order in which data flows.

    Args:
        settings: decide the pauses between tries.
        months: partitions of the assets that are made by instrument and month.
    """
    assets = [
        *build_extraction(settings, months),
        build_imported_bars(settings, months),
        *build_bars(settings, months),
        build_coverage(settings),
        build_reconciliation(settings, months),
        build_source_differences(settings, months),
        build_roll_calendar(settings),
        *build_backtests(settings),
        build_sensitivity(settings),
        *build_searches(settings),
        *build_studies(settings),
        *build_paper(settings),
        *build_upkeep(settings),
    ]
    return list(dg.map_asset_specs(_with_version_and_owners, assets))


def _with_version_and_owners(spec: dg.AssetSpec) -> dg.AssetSpec:
    return spec.replace_attributes(code_version=asset_code_version(spec.key.to_user_string()), owners=OWNERS)
