"""A job of the API as runs of the graph: which, in which order, and the tags by which they are known as one job.

Assets of different partitions cannot share a run, so that an extraction is up to three: the chain, the bars, the rolls.
All that is known of a job stands in the tags of its runs: nothing is lost when the API's process ends between two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from g4qc_pipelines.jobs import BACKTEST_ASSETS, SENSITIVITY_ASSETS, job_of_assets
from g4qc_pipelines.partitions.definitions import BACKTESTS, INSTRUMENTS
from g4qc_pipelines.run_tags import THEN, run_tags
from g4qc_pipelines.runner import only_last_steps

JOB, KIND, ABOUT, STAGE, NEXT, BACKTEST, KEY = (
    f"g4qc/{name}" for name in ("job", "kind", "about", "stage", "next", "backtest", "key")
)

DECIDE = "decide"
"""The kind of a job that decides about bars in quarantine."""


@dataclass(frozen=True)
class RunStage:
    """One run: assets over one partition, or over the range from `first` to `last`."""

    assets: Sequence[str]
    first: str | None = None
    last: str | None = None
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class JobPlan:
    """A job's stages that are still to be launched.

    Attributes:
        stage: number of the first of them, from 1.
        of: number of all stages.
        key: the same for every plan that does the same; `identity` computes it from the whole plan.
        content: tells apart plans whose stages read something else, like two decisions about bars of the same month.
    """

    job: str
    kind: str
    about: str
    stages: Sequence[RunStage]
    stage: int = 1
    of: int = 1
    backtest: str | None = None
    key: str = ""
    content: str = ""

    @property
    def identity(self) -> str:
        """Return a key of the plan's work: two requests for the same work at once are one job."""
        does = [self.kind, self.content, [asdict(stage) for stage in self.stages]]
        return hashlib.sha256(json.dumps(does, sort_keys=True).encode()).hexdigest()[:32]

    def tags(self) -> dict[str, str]:
        """Tags of the run of the first stage: what it belongs to, and what comes after it."""
        stage, *rest = self.stages
        of = BACKTESTS.name if set(stage.assets) & {*BACKTEST_ASSETS, *SENSITIVITY_ASSETS} else INSTRUMENTS.name
        tags = {
            **run_tags("API", self.kind, stage.first, stage.last, of),
            JOB: self.job,
            KIND: self.kind,
            ABOUT: self.about,
            STAGE: f"{self.stage}/{self.of}",
        }
        if self.key:
            tags[KEY] = self.key
        if self.backtest is not None:
            tags[BACKTEST] = self.backtest
        if rest:
            tags[NEXT] = json.dumps([asdict(stage) for stage in rest])
            tags |= {THEN: name} if (name := job_of_assets(rest[0].assets)) else {}
        return tags


def following(tags: Mapping[str, str]) -> JobPlan | None:
    """What is to be launched after the run with these tags succeeded; None when it was the last."""
    if NEXT not in tags or JOB not in tags:
        return None
    stage, of = stage_of(tags)
    stages = [RunStage(**values) for values in json.loads(tags[NEXT])]
    return JobPlan(tags[JOB], tags[KIND], tags[ABOUT], stages, stage + 1, of, tags.get(BACKTEST), tags.get(KEY, ""))


def goes_on(run: Mapping[str, Any]) -> bool:
    """True where the next stage may follow: the run succeeded, or failed only in parts that the stage does not need.

    Each session and month of a decision is independent.
    """
    alone = {tag["key"]: tag["value"] for tag in run["tags"]}.get(KIND) == DECIDE
    failed = [step["stepKey"] for step in run["stepStats"] if step["status"] == "FAILURE"]
    return run["status"] == "SUCCESS" or (run["status"] == "FAILURE" and (alone or only_last_steps(failed)))


def stage_of(tags: Mapping[str, str]) -> tuple[int, int]:
    """Number of a run's stage, from 1, and of all stages of its job."""
    number, _, of = tags.get(STAGE, "1/1").partition("/")
    return int(number), int(of)
