"""Walk-forward analyses as a kind of study: found by words, checked by bounds, with pictures and a report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from g4qc_core.errors import UsageError
from g4qc_core.services.research.study_kinds import study_kind
from g4qc_core.services.research.walk_forward.walk_forward_kind import WALK_FORWARD
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores
from tests.core.services.test_walk_forward import REGISTRY, SPEC, ready, stores
from tests.fixtures.database import embedded_alone as database

__all__ = ["database", "ready", "stores"]


@pytest.fixture
def record(ready: Stores, settings: Settings) -> StudyRecord:
    spec = WALK_FORWARD.model.asked(SPEC | {"folds": 5})  # type: ignore[attr-defined]
    run = WALK_FORWARD.prepare(spec, settings, REGISTRY, ready, None)
    list(run.events())
    return run.record


def test_a_done_analysis_has_all_tables_checks_figures_pictures_and_a_report(
    record: StudyRecord, ready: Stores, settings: Settings
) -> None:
    assert study_kind("walk_forward") is WALK_FORWARD
    assert set(ready.studies.frames(record.id)) == set(WALK_FORWARD.tables)
    checks = WALK_FORWARD.checked(record)
    assert [one.name for one in checks] == list(WALK_FORWARD.checks)
    assert all(one.words.endswith("is wanted.") for one in checks)
    figures = WALK_FORWARD.key_figures(record)
    assert (figures["windows"], figures["trials"]) == (3, 36)
    pictures = WALK_FORWARD.pictures(record, ready)
    assert len(pictures) == 3
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())
    report = WALK_FORWARD.publish(record, settings, REGISTRY, ready)
    page = report.page().decode()
    for part in ("verdict", "stitched", "windows", "sample", "drift", "paths", "tried", "notes", "inputs"):
        assert f'id="part-part-{part}"' in page, part
    assert "http://" not in page.split("<script")[0]
    assert WALK_FORWARD.data_version(
        WALK_FORWARD.find("tried", settings, REGISTRY, ready), settings, REGISTRY, ready
    ) == (record.data_version)


def test_checks_compare_with_the_bounds_of_the_spec(record: StudyRecord) -> None:
    def passed(**changed: Any) -> list[bool]:
        return [one.passed for one in WALK_FORWARD.checked(replace(record, summary={**summary, **changed}))]

    summary = dict(record.summary or {})
    bounds = {"least_efficiency": 0.5, "most_overfitting": 0.5, "least_traded": 0.5}
    good: dict[str, Any] = {
        "bounds": bounds,
        "efficiency": {"sharpe": 0.5, "return": None},
        "overfitting": {"probability": 0.5, "of": "windows"},
        "windows": {"planned": 4, "run": 4, "traded": 2, "flat": 2},
    }
    assert passed(**good) == [True, True, True]
    assert passed(**good | {"efficiency": {"sharpe": 0.49, "return": 1}}) == [False, True, True]
    assert passed(**good | {"efficiency": {"sharpe": None, "return": 1}}) == [False, True, True]
    unknown = good | {
        "efficiency": {"sharpe": None, "return": 1},
        "overfitting": {"probability": None, "of": "windows"},
    }
    assert [one.words for one in WALK_FORWARD.checked(replace(record, summary={**summary, **unknown}))][:2] == [
        "There is no Sharpe ratio to compare, in sample or out of it; at least 50% is wanted.",
        "Sessions or sets are too few for a probability of overfitting; at most 50% is wanted.",
    ]
    assert passed(**good | {"overfitting": {"probability": 0.51, "of": "windows"}}) == [True, False, True]
    assert passed(**good | {"windows": {"planned": 4, "run": 4, "traded": 1, "flat": 3}}) == [True, True, False]


def test_words_name_a_spec_a_search_or_a_backtest(ready: Stores, settings: Settings) -> None:
    def asked(word: str, **fields: Any) -> Any:
        return WALK_FORWARD.from_words(word, fields, settings, REGISTRY, ready)

    assert asked("sma_cross-ES").name == "sma_cross-ES"
    changed = asked("sma_cross-ES", windows=7)
    assert (changed.windows, changed.folds) == (7, 6)
    assert changed.name != "sma_cross-ES"
    assert asked("sma_cross-ES", workers=3).name == "sma_cross-ES"
    assert asked("sma_cross-ES", windows=4, workers=3).name == "sma_cross-ES"
    assert asked("sma_cross-ES", workers=3, name="mine").name == "mine"
    assert asked("donchian-ES", windows=3).search == "donchian-ES"
    assert asked("sma_cross-ES-1h").backtest == "sma_cross-ES-1h"
    with pytest.raises(UsageError, match="Unknown walk-forward analysis, search or backtest 'nothing'"):
        asked("nothing")
