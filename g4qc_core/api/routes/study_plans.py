"""Studies before they run: the specs of a kind by name, what one will cost; and whether one that ran is stale."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import ApiContext, CanRead, CanRun, Context
from g4qc_core.api.languages import Spoken
from g4qc_core.api.problems import RESULT_ID, documented
from g4qc_core.errors import G4qcError
from g4qc_core.services.research.study import StudyKind, StudySpec
from g4qc_core.services.research.study_documents import find_study, refuse_external_strategies
from g4qc_core.storage.result_stores.trial_store import TrialStore

StudyId = Annotated[str, Path(pattern=RESULT_ID, description="Id of a study")]


class NamedStudy(BaseModel):
    """A spec by its name."""

    name: str
    spec: dict[str, Any] | None = Field(description="Null for a stored spec that can no longer be read")


class NamedStudies(BaseModel):
    """The specs of one kind that have a name."""

    specs: list[NamedStudy]


class PlannedStudy(BaseModel):
    """What a study will do and cost."""

    name: str = Field(description="Name of its spec")
    words: Spoken = Field(description="What will be done, one sentence; empty where the spec says it")
    trials: int | None = Field(
        description="Sets of parameters that it tries at most; null: as many as the minutes of its search allow"
    )
    tried: dict[str, int] = Field(description="Sets tried so far of each strategy whose sets it tries")


class StudyFreshness(BaseModel):
    """Whether a study would read the same now."""

    stale: bool | None = Field(description="True: bars changed since; null: what it read can no longer be read")


def add_plans(router: APIRouter, kind: StudyKind) -> None:
    """Add the routes of a kind."""

    def named(context: Context) -> NamedStudies:
        names = kind.known(context.settings, context.registry, context.stores())
        return NamedStudies(specs=[NamedStudy(name=name, spec=_spec(name, kind, context)) for name in names])

    def plan(asked: StudySpec, context: Context) -> PlannedStudy:
        given = asked.to_dict()
        refuse_external_strategies(given, kind)
        spec, stores = kind.model.asked(given), context.stores()  # type: ignore[attr-defined]
        cost = kind.cost(spec, context.settings, context.registry, stores)
        tried = {one: TrialStore(stores.database).sharpes(one).count for one in cost.families}
        return PlannedStudy(name=spec.name, words=cost.words, trials=cost.trials, tried=tried)

    def freshness(study_id: StudyId, context: Context) -> StudyFreshness:
        stores = context.stores()
        record = find_study(study_id, kind, stores)
        try:
            spec = kind.model.asked(dict(record.spec))  # type: ignore[attr-defined]
            now = kind.data_version(spec, context.settings, context.registry, stores)
        except G4qcError:
            return StudyFreshness(stale=None)
        return StudyFreshness(stale=now != record.data_version)

    plan.__annotations__["asked"] = kind.model
    router.add_api_route(
        "/named",
        named,
        dependencies=[CanRead],
        summary=f"List the specs of a {kind.title} by name",
        description="A spec has a name if it is written in the file of specs of the home, or if a study of it was "
        "started before. `POST` to the same address starts one.",
    )
    router.add_api_route(
        "/plan",
        plan,
        methods=["POST"],
        dependencies=[CanRun],
        responses=documented(404, 409, 413),
        summary=f"Say what a {kind.title} will do",
        description="Nothing is run. The answer says in a sentence what would be done, and how many sets of parameters "
        "would be tried: each of them lowers what every result of the strategy is worth.",
    )
    router.add_api_route(
        "/{study_id}/freshness",
        freshness,
        dependencies=[CanRead],
        responses=documented(404),
        summary=f"Say whether a {kind.title} is stale",
        description="A study is stale if bars that it has read were changed since: run again, it reads the new ones.",
    )


def _spec(name: str, kind: StudyKind, context: ApiContext) -> dict[str, Any] | None:
    try:
        found = kind.find(name, context.settings, context.registry, context.stores())
    except G4qcError:
        return None
    return dict(found.to_dict())
