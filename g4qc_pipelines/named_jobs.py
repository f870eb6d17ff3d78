"""Jobs: the selections of assets that command line, API, schedules and sensors launch, each under one name.

A selection by hand is launched as Dagster's job without a name, so that the history of a named job contains one kind of
work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import dagster as dg

from g4qc_core.services.quality.due_sessions import WATCHED
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.services.research.study_models import KIND_NAMES
from g4qc_core.timeframes import DERIVED, ONE_MINUTE
from g4qc_pipelines.dagster_private.core import UnresolvedAssetJobDefinition

BAR_ASSETS = ["raw_bars", f"bars_{ONE_MINUTE}", *(f"bars_{timeframe}" for timeframe in DERIVED)]
REBUILT_ASSETS = BAR_ASSETS[1:]
IMPORT_ASSETS = ["imported_bars", *REBUILT_ASSETS]
VALIDATED_ASSETS = BAR_ASSETS[1:2]
CHAIN_ASSETS = ["contracts"]
ROLL_ASSETS = ["roll_calendar"]
COVERAGE_ASSETS = ["coverage"]
RECONCILIATION_ASSETS = ["reconciliation"]
SOURCE_ASSETS = ["source_differences"]
BACKTEST_ASSETS = ["backtest", "backtest_report"]
SENSITIVITY_ASSETS = ["roll_sensitivity"]
SEARCH_ASSETS = ["search"]
PAPER_ASSETS = ["paper_fills", "paper_drift"]
BACKUP_ASSETS = ["backup"]
VERIFICATION_ASSETS = ["verification"]
PRUNING_ASSETS = ["pruning"]

UPDATE_CONTRACTS, UPDATE_BARS, UPDATE_ROLLS = "update_contracts", "update_bars", "update_rolls"
IMPORT_BARS = "import_bars"
MAP_COVERAGE, RECONCILE, COMPARE_SOURCES = "map_coverage", "reconcile", "compare_sources"

FRESH = "fresh"
"""Name of the check of the assets that the daily update keeps up to date."""

RUN_BACKTEST, COMPARE_ROLLS = "run_backtest", "compare_rolls"
COMPARE_PAPER = "compare_paper"
BACK_UP, PRUNE, VERIFY = "back_up", "prune", "verify"

QUICK_JOBS = frozenset({RUN_BACKTEST, COMPARE_ROLLS})
"""Jobs that somebody waits for: their processes are forked from one that has done the imports."""

_JOBS: dict[str, tuple[list[str], str]] = {
    UPDATE_CONTRACTS: (CHAIN_ASSETS, "The chain of one instrument from the gateway."),
    UPDATE_BARS: (BAR_ASSETS, "One instrument's month, from the gateway to every timeframe."),
    IMPORT_BARS: (IMPORT_ASSETS, "One instrument's month of bars from files, to every timeframe."),
    "refetch_bars": (BAR_ASSETS[:1], "Sessions of one instrument's month from the gateway, without what follows."),
    "rebuild_bars": (REBUILT_ASSETS, "One instrument's month of every timeframe, from the raw bars that are stored."),
    "validate_bars": (
        VALIDATED_ASSETS,
        "One instrument's month of minutes, from the raw bars, without the timeframes.",
    ),
    MAP_COVERAGE: (COVERAGE_ASSETS, "What is known of every session of one instrument, on one page."),
    RECONCILE: (RECONCILIATION_ASSETS, "One instrument's month of hours and sessions, beside the gateway's own."),
    COMPARE_SOURCES: (SOURCE_ASSETS, "One instrument's month of raw bars, of every two sources beside each other."),
    UPDATE_ROLLS: (ROLL_ASSETS, "The roll calendar of one instrument, from the bars that are stored."),
    RUN_BACKTEST: (BACKTEST_ASSETS, "One backtest spec, to its report."),
    "run_search": (SEARCH_ASSETS, "One search spec: many parameter sets, ranked, the best ones confirmed."),
    COMPARE_PAPER: (PAPER_ASSETS, "What traders filled, and how far it was from the backtest on the settled bars."),
    BACK_UP: (BACKUP_ASSETS, "Both databases and one's own files, to the place of backups."),
    PRUNE: (PRUNING_ASSETS, "Runs that ended long ago and their events, removed from Dagster's database."),
    VERIFY: (VERIFICATION_ASSETS, "Everything that is derived, made again and compared with what is stored."),
    COMPARE_ROLLS: (SENSITIVITY_ASSETS, "One backtest spec by every roll rule and adjustment."),
}


def inputs_of(kind: str) -> str:
    """Return the name of the asset that represents what each study of a kind reads."""
    return f"{kind}_inputs"


def job_of_study(kind: str) -> str:
    """Return the name of the job that runs one study of a kind."""
    return f"run_{kind}"


GRAPH_ORDER = (
    *(*CHAIN_ASSETS, *BAR_ASSETS[:1], *IMPORT_ASSETS, *COVERAGE_ASSETS, *RECONCILIATION_ASSETS, *SOURCE_ASSETS),
    *(*ROLL_ASSETS, "backtest_inputs", *BACKTEST_ASSETS, *SENSITIVITY_ASSETS),
    *("search_inputs", *SEARCH_ASSETS),
    *(name for kind in KIND_NAMES for name in (inputs_of(kind), kind)),
    *PAPER_ASSETS,
    *(*BACKUP_ASSETS, *PRUNING_ASSETS, *VERIFICATION_ASSETS),
)
"""All assets, each after its inputs."""


def in_graph_order(assets: Iterable[str]) -> list[str]:
    """Return the names with each asset after its inputs; unknown ones come last."""
    places = {name: place for place, name in enumerate(GRAPH_ORDER)}
    return sorted(set(assets), key=lambda name: (places.get(name, len(places)), name))


def build_jobs() -> dict[str, UnresolvedAssetJobDefinition]:
    """Return the jobs by name."""
    return {
        name: dg.define_asset_job(name, _selected(assets), description=description)
        for name, (assets, description) in (_JOBS | _study_jobs()).items()
    }


def _study_jobs() -> dict[str, tuple[list[str], str]]:
    return {
        job_of_study(kind.name): ([kind.name], f"One {kind.title}: its spec, to figures, checks and report.")
        for kind in STUDY_KINDS.values()
    }


def _selected(assets: Sequence[str]) -> dg.AssetSelection:
    """Return the assets and their checks, without the freshness check, which a sensor makes."""
    fresh = [dg.AssetCheckKey(dg.AssetKey(name), FRESH) for name in assets if name in WATCHED]
    selected = dg.AssetSelection.assets(*assets)
    return selected - dg.AssetSelection.checks(*fresh) if fresh else selected


def job_of_assets(assets: Sequence[str]) -> str | None:
    """Return the name of the job that makes exactly these assets; None if there is none."""
    jobs = _JOBS | _study_jobs()
    return next((name for name, (made, _) in jobs.items() if sorted(made) == sorted(assets)), None)


def assets_after_decision(timeframes: bool) -> list[str]:
    """Return the assets of a month that are made again after a decision about its bars in quarantine."""
    return REBUILT_ASSETS if timeframes else VALIDATED_ASSETS
