"""A job as a list of stages, each of which is one run of the graph.

Assets of different partitions cannot share a run, so that an extraction has three stages: chain, bars, rolls.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from g4qc_core.services.research.study_models import KIND_NAMES
from g4qc_pipelines.named_jobs import (
    BACKTEST_ASSETS,
    BAR_ASSETS,
    CHAIN_ASSETS,
    SEARCH_ASSETS,
    SENSITIVITY_ASSETS,
    job_of_assets,
)
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS, INSTRUMENTS, SEARCHES
from g4qc_pipelines.run_tags import THEN, run_tags

_OF_SPECS = {*BACKTEST_ASSETS, *SENSITIVITY_ASSETS}
_WITH_CHECK_STEP = {*CHAIN_ASSETS, BAR_ASSETS[0]}


class WorkKind(StrEnum):
    """Kind of work that a job does."""

    EXTRACT = "extract"
    BACKTEST = "backtest"
    SEARCH = "search"
    STUDY = "study"
    MATERIALIZE = "materialize"
    DECIDE = "decide"
    IMPORT = "import"


@dataclass(frozen=True)
class RunStage:
    """One run: assets over one partition, or over the range from `first` to `last`.

    Attributes:
        assets: names, in the graph's order; they share one partitions definition.
        first: partition key; None for assets without partitions.
        last: last key of a range; None for `first` alone.
        config: run config by asset.
        label: name of the stage in messages of a job with independent stages.
        named: False for a selection by hand, which is no run of a named job.
    """

    assets: Sequence[str]
    first: str | None = None
    last: str | None = None
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    label: str = ""
    named: bool = True

    @property
    def job(self) -> str | None:
        """Name of the Dagster job that makes exactly these assets; None for Dagster's own job without a name."""
        return job_of_assets(self.assets) if self.named else None

    @property
    def ranged(self) -> bool:
        """True for a range of several partitions."""
        return self.last is not None and self.last != self.first

    @property
    def steps(self) -> int:
        """Number of Dagster steps: one for each asset, and one for each check that runs as a separate step."""
        return len(self.assets) + len(_WITH_CHECK_STEP.intersection(self.assets))

    @property
    def subject(self) -> str:
        """Instrument or spec that the stage works on; empty for assets without partitions."""
        return (self.first or "").partition("|")[0]

    def tags(self, surface: str, trigger: str | None, following: RunStage | None) -> dict[str, str]:
        """Return the tags of the run.

        Args:
            surface: the surface that launches it, like `API`.
            trigger: name of the command or kind of job that launches it.
            following: the next stage of the job.
        """
        of = BACKTESTS.name if _OF_SPECS.intersection(self.assets) else INSTRUMENTS.name
        of = SEARCHES.name if set(SEARCH_ASSETS).intersection(self.assets) else of
        of = next((kind for kind in KIND_NAMES if kind in self.assets), of)
        tags = run_tags(surface, trigger, self.first, self.last, of)
        then = following.job if following is not None and following.subject == self.subject else None
        return tags | ({THEN: then} if then else {})

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that decide what the run does, as JSON values; `RunStage(**fields)` reads them back."""
        config = {name: dict(values) for name, values in self.config.items()}
        return {"assets": list(self.assets), "first": self.first, "last": self.last, "config": config}


@dataclass(frozen=True)
class JobPlan:
    """The stages of a job, in the order in which they run.

    Attributes:
        about: what the job works on, in words.
        backtest: name of the spec, of a backtest.
        content: distinguishes jobs with the same stages and other inputs, like two decisions about bars of the same
            month.
    """

    kind: WorkKind
    about: str
    stages: Sequence[RunStage]
    backtest: str | None = None
    content: str = ""

    @property
    def independent(self) -> bool:
        """True if each stage runs whatever the outcome of the earlier ones: sessions and months of a decision."""
        return self.kind is WorkKind.DECIDE

    @property
    def steps(self) -> int:
        """Number of Dagster steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    @property
    def identity(self) -> str:
        """Return a key of the work: two requests for the same work at the same time are one job."""
        work = [self.kind, self.content, [stage.to_dict() for stage in self.stages]]
        return hashlib.sha256(json.dumps(work, sort_keys=True).encode()).hexdigest()[:32]
