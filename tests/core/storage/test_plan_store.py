"""A plan is seen while its process works on it, and never after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from g4qc_core.storage.progress_store import PlanStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.tables import ib_plans


def test_a_plan_is_seen_until_its_block_ends(database: Database) -> None:
    plans = PlanStore(database)
    with plans.opened("ES", 40, timedelta(minutes=5), "run") as plan, plans.opened("NQ", 2, timedelta(seconds=1)):
        plan.update(3, timedelta(minutes=4))
        soon, late = plans.under_way()
    assert (soon.subject, soon.done, soon.total, soon.run_id) == ("NQ", 0, 2, None)
    assert (late.subject, late.done, late.total, late.run_id) == ("ES", 3, 40, "run")
    assert late.finishes_at - late.updated_at == timedelta(minutes=4)
    assert plans.under_way() == []


def test_what_a_dead_process_planned_is_not_under_way_and_cleared_away(database: Database) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    orphan = {"holder": 1, "subject": "ES", "done": 1, "total": 2, "finishes_at": at, "updated_at": at}
    with database.transaction() as connection:
        connection.execute(ib_plans.insert().values(**orphan))
    plans = PlanStore(database)
    assert plans.under_way() == []
    with plans.opened("NQ", 2, timedelta(0)):
        assert [plan.subject for plan in plans.under_way()] == ["NQ"]
        with database.transaction() as connection:
            assert connection.scalars(select(ib_plans.c.subject)).all() == ["NQ"]


def test_a_plan_ends_with_an_error_too(database: Database) -> None:
    plans = PlanStore(database)
    with pytest.raises(RuntimeError), plans.opened("ES", 1, timedelta(0)):
        raise RuntimeError
    assert plans.under_way() == []
