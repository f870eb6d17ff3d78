"""Two sources through the graph, the command and the API: the same differences everywhere, and a check in words."""

from __future__ import annotations

import json

import dagster as dg
import pytest

from g4qc_pipelines.named_jobs import SOURCE_ASSETS
from tests.core.services.test_compared_sources import written
from tests.core.sources.faulty_bars import good_bars, shifted
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

KEY = "ES|2024-03-01"


def agreed(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    return next(one for one in result.get_asset_check_evaluations() if one.check_name == "sources_agree")


def test_sources_that_disagree_fail_the_check_in_words_and_one_source_passes(
    home: Home,
) -> None:
    with_bars = home.with_(first_month="2024-03")
    with with_bars.bench() as bench:
        written(bench.stores, good_bars(), "ib")
        alone = agreed(bench.runner.run(SOURCE_ASSETS, KEY))
        assert (alone.passed, alone.metadata["sessions"].value) == (True, 0)
        written(bench.stores, shifted(good_bars(), 1), "archive")
        result = bench.runner.run(SOURCE_ASSETS, KEY)
        found = agreed(result)
        assert result.success
        assert not found.passed
        assert found.severity is dg.AssetCheckSeverity.WARN
        assert found.description is not None
        assert "Times of archive are one minute late: an end label was taken for a start." in found.description
        assert [row.data["verdict"] for row in found.metadata["apart"].records] == ["label"]  # type: ignore[union-attr]
        stored = bench.stores.differences.differences("ES")
    told = with_bars.run("sources", "compare", "ES", "--json")
    document = json.loads(told.text)
    assert [one["trade_date"] for one in document["sessions"]] == [str(one.session.trade_date) for one in stored]
    assert {(one["shift"], one["verdict"], one["agrees"]) for one in document["sessions"]} == {(1, "label", False)}
    assert [one["sessions"] for one in document["runs"]] == [3]
    words = with_bars.run("sources", "compare", "ES", "--from", "2024-03-05").text
    assert "2 sessions compared, 2 beyond tolerance." in words
    assert with_bars.run("sources", "compare", "ES", "--from", "2024-03-05", "--to", "2024-03-01").code == 2
    nothing = with_bars.run("sources", "compare", "NQ")
    assert (nothing.code, nothing.text.startswith("No two sources have bars")) == (0, True)
