"""What a search would try and cost, before it is started."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from g4qc_core.api.dependencies import CanRead, Context
from g4qc_core.api.problems import documented
from g4qc_core.api.routes.searches import asked_search
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.search_cost import cost_of
from g4qc_core.services.research.search_plan import plan_search

router = APIRouter(tags=["searches"], dependencies=[CanRead], responses=documented(401, 403, 422, 429))


class SearchPlanAnswer(BaseModel):
    """A search that was not started: how many sets it would try, and what the best of them must beat."""

    name: str = Field(description="Name under which the search would be kept")
    sets: int = Field(description="Sets of the whole space")
    fitting: int | None = Field(description="Sets whose values fit together; null: too many to count")
    planned: int | None = Field(description="Sets that it would try at most; null: as many as its minutes allow")
    family_trials: int = Field(description="Trials of the strategy so far, whatever tried them")
    sessions: int = Field(description="Sessions of the window of bars, by the calendar")
    sharpe_by_luck: float | None = Field(
        description="Sharpe ratio that the best of all trials, former ones included, is expected to show without any "
        "skill; null where it is not known"
    )
    annual: bool = Field(description="The Sharpe ratio is annual; otherwise per session, because the window is short")
    words: str = Field(description="What would be tried, and what it costs in belief")


@router.post("/searches/plan", responses=documented(413, 503))
def plan(asked: SearchSpec, context: Context) -> SearchPlanAnswer:
    """Return what a search would try and what that costs in belief, without starting it or counting a trial."""
    stores = context.stores()
    found = plan_search(asked_search(asked), context.settings, context.registry, stores)
    cost = cost_of(found, context.registry, stores)
    return SearchPlanAnswer(
        name=found.spec.name,
        sets=found.space.size,
        fitting=found.fitting,
        planned=cost.planned,
        family_trials=cost.before,
        sessions=cost.sessions,
        sharpe_by_luck=None if cost.luck is None else round(cost.luck, 10),
        annual=cost.annual,
        words=" ".join(cost.words).strip(),
    )
