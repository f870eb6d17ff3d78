from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.roll_rules import DaysBeforeExpiry, FirstNotice, FixedDates, OpenInterest, Volume, parse_rule

days = st.integers(0, 120)
dates = st.sets(st.dates(date(2000, 1, 1), date(2040, 1, 1)), min_size=1, max_size=8).map(sorted).map(tuple)
rules = st.one_of(
    st.just(Volume()),
    st.just(OpenInterest()),
    st.builds(DaysBeforeExpiry, days),
    st.builds(FirstNotice, days),
    st.builds(FixedDates, dates),
)


@given(rules)
def test_a_rule_is_read_from_what_it_writes(rule) -> None:
    assert parse_rule(str(rule)) == rule


def test_spaces_make_no_difference() -> None:
    assert str(parse_rule(" days_before_expiry( 8 ) ")) == "days_before_expiry(8)"
    assert str(parse_rule("first_notice(0)")) == "first_notice"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("volumes", "Unknown roll rule 'volumes': did you mean 'volume'"),
        ("volume(2)", "Unknown roll rule"),
        ("days_before_expiry", "needs a number of days from 0 to 120"),
        ("days_before_expiry(soon)", "needs a number of days"),
        ("first_notice(-1)", "needs a number of days"),
        ("fixed_dates(2025-13-01)", "needs dates like"),
        ("fixed_dates(2025-09-11, 2025-06-12)", "must ascend"),
        ("", "Unknown roll rule"),
    ],
)
def test_a_malformed_rule_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_rule(text)


def test_every_instrument_out_of_the_box_has_a_rule_that_can_be_read() -> None:
    assert all(parse_rule(instrument.roll) for instrument in load_registry().values() if instrument.expires)
