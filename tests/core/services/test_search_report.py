"""The report of a stored search has its stored trials."""

from __future__ import annotations

import json
import re

import pytest

from g4qc_core.errors import G4qcError, UsageError
from g4qc_core.services.research.search_report import publish_search, search_page
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from tests.core.services.test_searches import REGISTRY, done, ready, run_of, stores
from tests.fixtures.database import embedded_alone as database

__all__ = ["database", "ready", "stores"]


def test_the_report_has_the_stored_trials_and_what_the_best_is_worth(ready: Stores, settings: Settings) -> None:
    record, _ = done(run_of(ready, settings))
    report = publish_search(record, settings, REGISTRY, ready, "en")
    assert report.store.folder == settings.home / "reports"
    page = report.page().decode()
    best = ready.searches.ranking(record.id, larger=True, limit=3)
    rows = re.findall(r'<tr><th scope="row" class="num" data-k="int" value="\d+">.*?</tr>', page)
    for row, trial in zip(rows, best, strict=False):
        for value in (trial.parameters["fast"], trial.parameters["slow"], trial.objective, trial.metrics["trades"]):
            assert f'value="{value}"' in row
    assert "28 sets tried" in page
    assert "The reference engine has confirmed the best 10." in page
    assert "sma_cross was tried 28 times" in page
    assert record.data_version in page
    charts = json.loads(re.findall(r'id="sheet-charts">(.*?)</script>', page, re.DOTALL)[0])
    assert {"chart-pair0", "chart-slice0", "chart-slice1"} <= set(charts["roots"].values())
    shown = search_page(record, REGISTRY, ready)
    assert shown.parameters == ["fast", "slow"]
    assert len(shown.trials) == record.counts["tried"] - record.counts.get("unmet", 0)


def test_a_search_without_a_ranked_trial_is_one_sentence(ready: Stores, settings: Settings) -> None:
    run = run_of(ready, settings, constraints=["trades >= 100000"])
    with pytest.raises(G4qcError, match="None of 28 trials keeps"):
        done(run)
    with pytest.raises(UsageError, match="has no ranked trial yet"):
        search_page(run.record, REGISTRY, ready)
