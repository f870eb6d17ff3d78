"""The order of sources: which bars count from when on, what is made again, and what the graph then holds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from g4qc_core.bars.source_choice import SourceRule
from g4qc_core.errors import G4qcError, UsageError
from g4qc_core.services.source_precedence import prefer
from g4qc_pipelines.named_jobs import REBUILT_ASSETS
from tests.core.services.test_compared_sources import CONTRACT, NOW, written
from tests.core.sources.faulty_bars import ES, good_bars
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

KEY = "ES|2024-03-01"
WINDOW = (datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC))
PRICES = ["open", "high", "low", "close"]


@pytest.fixture
def two_sources(home: Home) -> Home:
    """Three sessions of one contract, the bars of `archive` ten points above those of the gateway, all validated."""
    made = home.with_(first_month="2024-03")
    bars = good_bars()
    with made.bench() as bench:
        bench.stores.contracts.merge([CONTRACT], NOW)
        written(bench.stores, bars, "ib")
        written(bench.stores, bars.assign(**{name: bars[name] + 10 for name in PRICES}), "archive")
        bench.runner.run(REBUILT_ASSETS, KEY)
    return made


def closes(home: Home, timeframe: str = "1min") -> pd.Series:
    with home.bench() as bench:
        found = bench.stores.bars.bars("ES", timeframe, *WINDOW)
    return found.set_index("timestamp")["close"]


def test_a_preferred_source_counts_from_its_day_on_in_every_timeframe(two_sources: Home) -> None:
    before, days = closes(two_sources), closes(two_sources, "1d")
    done = two_sources.run("sources", "prefer", "ES", "archive", "ib", "--from", "2024-03-05")
    assert done.code == 0, done.errors
    assert done.text.startswith("Bars count from 2024-03-05 in the order: archive, ib, then others by name.")
    assert done.text.rstrip().endswith("Made again: 1 month.")
    after = closes(two_sources)
    # The session of March 5 begins in the evening before.
    expected = before.where(before.index < pd.Timestamp("2024-03-04 23:00Z"), before + 10)
    pd.testing.assert_series_equal(after, expected)
    assert list(closes(two_sources, "1d") - days) == [0, 10, 10]
    again = two_sources.run("sources", "prefer", "ES", "archive", "ib", "--from", "2024-03-05")
    assert (again.code, again.text.rstrip().endswith("The bars that count are the same as before.")) == (0, True)
    listed = json.loads(two_sources.run("sources", "list", "ES", "--json").text)
    assert [(one["contract"], one["source"]) for one in listed["sources"]] == [("202406", "archive"), ("202406", "ib")]
    assert listed["rules"] == [{"sources": ["archive", "ib"], "first": "2024-03-05", "last": None}]
    words = two_sources.run("sources", "list", "ES").text
    assert "Bars count on all trade dates in the order: ib, then others by name." in words
    assert two_sources.run("sources", "prefer", "ES", "ib").code == 0
    pd.testing.assert_series_equal(closes(two_sources), before)


def test_a_month_whose_bars_that_count_have_changed_is_outdated_until_it_is_made_again(two_sources: Home) -> None:
    with two_sources.bench() as bench:
        rule = SourceRule(("archive",), date(2024, 3, 1), date(2024, 3, 31))
        assert prefer(ES, rule, bench.stores, NOW) == [date(2024, 3, 1)]
        assert prefer(ES, rule, bench.stores, NOW) == [date(2024, 3, 1)]
        assert bench.stores.precedence.of("ES").rules == (rule,)
        bench.runner.run(REBUILT_ASSETS, KEY)
        assert prefer(ES, rule, bench.stores, NOW) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (SourceRule(("archiv",)), "Unknown source of bars 'archiv': did you mean 'archive'?"),
        (SourceRule(("ib", "ib")), "The source ib is named twice"),
        (SourceRule(("ib",), date(2024, 3, 5), date(2024, 3, 1)), "The window ends on 2024-03-01, before it begins"),
    ],
)
def test_a_wrong_rule_is_refused_and_not_kept(two_sources: Home, rule: SourceRule, said: str) -> None:
    with two_sources.bench() as bench:
        with pytest.raises((UsageError, G4qcError), match=said.split("'")[0]):
            prefer(ES, rule, bench.stores, NOW)
        assert bench.stores.precedence.of("ES").rules == ()
