"""Sessions in a row with the same verdict are one sentence, in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.messages.translation import in_language, understood
from g4qc_core.sources.comparison.difference_words import difference_words
from g4qc_core.sources.comparison.session_difference import SessionDifference
from g4qc_core.sources.comparison.source_verdict import Side, SourceVerdict
from g4qc_core.sources.comparison.verdict_runs import verdict_runs
from tests.core.sources.faulty_bars import compared, good_bars, shifted

pytestmark = pytest.mark.fast

COUNTS = st.integers(0, 2000)
DIFFERENCES = st.builds(
    SessionDifference,
    trade_date=st.just(date(2024, 3, 5)),
    verdict=st.sampled_from(SourceVerdict),
    side=st.sampled_from(Side),
    agrees=st.booleans(),
    shared=COUNTS,
    only_first=COUNTS,
    only_second=COUNTS,
    differing=COUNTS,
    largest=st.tuples(*[st.floats(0, 1e4)] * 4),
    volume_first=COUNTS,
    volume_second=COUNTS,
    differing_volumes=COUNTS,
    shift=st.sampled_from((0, 1, -1, 60, -45)),
    points=st.sampled_from((0.0, 0.25, -12.5, 1e-5)),
    factor=st.sampled_from((1.0, 1.0325, 100.0)),
    grid=st.sampled_from((0.0, 0.1, 0.0001)),
)


def test_a_clock_that_forgot_daylight_saving_is_one_run_with_its_days() -> None:
    first, last = date(2024, 3, 4), date(2024, 4, 5)
    bars = good_bars(1, first, last)
    wrong = bars["timestamp"].between("2024-03-10 12:00Z", "2024-03-31 12:00Z")
    other = pd.concat([bars[~wrong], shifted(bars[wrong], -60)]).sort_values("timestamp", ignore_index=True)
    runs = verdict_runs("202406", compared(bars, other, first=first, last=last))
    assert [run.summed.verdict for run in runs] == [SourceVerdict.SAME, SourceVerdict.CLOCK, SourceVerdict.SAME]
    assert sum(run.sessions for run in runs) == 24
    clock = runs[1]
    assert (clock.first, clock.last, clock.summed.shift) == (date(2024, 3, 11), date(2024, 3, 28), -60)
    assert clock.words("ib", "vendor").startswith(
        "From 2024-03-11 to 2024-03-28 (14 sessions): Daylight saving: The clock of vendor is 60 minutes early."
    )


def test_a_zone_that_is_wrong_throughout_is_no_daylight_saving() -> None:
    bars = good_bars()
    (run,) = verdict_runs("202406", compared(bars, shifted(bars, 60)))
    assert "Time zone: The clock of vendor is 60 minutes late." in run.words("ib", "vendor")


@given(found=DIFFERENCES)
def test_every_sentence_is_known_in_spanish(found: SessionDifference) -> None:
    text = difference_words(found, "ib", "first-rate")
    assert understood(text), text
    spanish = in_language(text, "es")
    assert [word for word in (" the ", " lacks ", " of ") if word in spanish] == []


@given(found=st.lists(DIFFERENCES, min_size=1, max_size=6))
def test_runs_hold_every_session_once_and_their_sums(found: list[SessionDifference]) -> None:
    days = [replace(one, trade_date=date(2024, 3, number + 1)) for number, one in enumerate(found)]
    runs = verdict_runs("202406", days)
    assert sum(run.sessions for run in runs) == len(days)
    assert sum(run.summed.shared for run in runs) == sum(one.shared for one in days)
    assert sum(run.summed.differing for run in runs) == sum(one.differing for one in days)
    for run in runs:
        own = [one for one in days if run.first <= one.trade_date <= run.last]
        assert len({one.agrees for one in own}) == 1
        assert understood(run.words("ib", "vendor"))
        assert run.summed.agrees or {one.verdict for one in own} == {run.summed.verdict}
