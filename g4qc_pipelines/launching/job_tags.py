"""The tags that connect the runs of a job, and contain its remaining stages.

All state of a job is in the tags of its runs, so nothing is lost if the API's process ends between two runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from g4qc_pipelines.run_tags import JOB
from g4qc_pipelines.runner import only_last_steps
from g4qc_pipelines.stages.job_plan import JobPlan, RunStage, WorkKind

KIND, ABOUT, STAGE, NEXT, BACKTEST, KEY = (
    f"g4qc/{name}" for name in ("kind", "about", "stage", "next", "backtest", "key")
)

MOST_STAGES = 100
"""Most stages of a job: the remaining ones are kept in a tag, whose length is limited."""

_SURFACE = "API"


@dataclass(frozen=True)
class RemainingStages:
    """The stages of a job that were not launched yet.

    Attributes:
        job: id of the job.
        key: the same for all jobs that do the same work.
        stages: the remaining stages, at least one.
        stage: number of the first remaining stage, from 1.
        of: number of all stages.
        backtest: name of the spec, of a backtest.
    """

    job: str
    key: str
    kind: str
    about: str
    stages: Sequence[RunStage]
    stage: int = 1
    of: int = 1
    backtest: str | None = None

    @classmethod
    def of_plan(cls, plan: JobPlan, job: str) -> RemainingStages:
        """Return all stages of a job that begins."""
        return cls(job, plan.identity, str(plan.kind), plan.about, plan.stages, 1, len(plan.stages), plan.backtest)

    def tags(self) -> dict[str, str]:
        """Return the tags of the next run: the job it belongs to, and the stages after it."""
        stage, *rest = self.stages
        tags = {
            **stage.tags(_SURFACE, self.kind, rest[0] if rest else None),
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
            tags[NEXT] = json.dumps([stage.to_dict() for stage in rest])
        return tags


def following(tags: Mapping[str, str]) -> RemainingStages | None:
    """Return the stages after the run with these tags; None when it was the last."""
    if NEXT not in tags or JOB not in tags:
        return None
    number, of = stage_of(tags)
    stages = [RunStage(**values) for values in json.loads(tags[NEXT])]
    return RemainingStages(
        tags[JOB], tags.get(KEY, ""), tags[KIND], tags[ABOUT], stages, number + 1, of, tags.get(BACKTEST)
    )


def next_may_start(run: Mapping[str, Any]) -> bool:
    """Return True if the next stage may be launched after this run.

    The run succeeded, or failed only in steps that the next stage does not need; the stages of a decision are
    independent of each other.
    """
    independent = {tag["key"]: tag["value"] for tag in run["tags"]}.get(KIND) == WorkKind.DECIDE
    failed = [step["stepKey"] for step in run["stepStats"] if step["status"] == "FAILURE"]
    return run["status"] == "SUCCESS" or (run["status"] == "FAILURE" and (independent or only_last_steps(failed)))


def stage_of(tags: Mapping[str, str]) -> tuple[int, int]:
    """Return the number of a run's stage, from 1, and the number of stages of its job."""
    number, _, of = tags.get(STAGE, "1/1").partition("/")
    return int(number), int(of)
