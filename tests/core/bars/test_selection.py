"""Which bars in quarantine a selection means, how a command writes it, and which reason comes first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.bars.quarantine.reasons import WAYS_OUT, Reason, gravest_first, in_words
from g4qc_core.bars.quarantine.selection import Selection, by_gravity, in_quarantine, parse_reasons, trade_dates
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import UsageError

EQUITY = calendar("equity_index")
FIRST = datetime(2026, 10, 5, 13, 30, tzinfo=UTC)
DAY = date(2026, 10, 5)

BARS = pd.DataFrame(
    {
        "contract": ["202612", "202612", "202703", "202612"],
        "timestamp": pd.to_datetime([FIRST + timedelta(hours=24 * n) for n in range(4)], utc=True),
        "reason": ["spike", "flat_run", "ohlc_order", "spike"],
        "trade_date": [DAY + timedelta(days=n) for n in range(4)],
    }
)

# --- gravity


def test_every_reason_has_one_rank_and_contradictions_are_graver_than_suspicions() -> None:
    assert sorted(reason.rank for reason in Reason) == list(range(len(Reason)))
    assert set(WAYS_OUT) == set(Reason)
    acceptable = [reason.acceptable for reason in sorted(Reason, key=lambda reason: reason.rank)]
    assert acceptable == sorted(acceptable)


@given(st.dictionaries(st.sampled_from(list(Reason)), st.integers(1, 10**6)))
def test_words_and_lists_put_the_gravest_reason_first_however_rare_it_is(counts: dict[Reason, int]) -> None:
    ordered = gravest_first(counts)
    assert [reason.rank for reason in ordered] == sorted(reason.rank for reason in counts)
    told = in_words(counts).split("; ") if counts else []
    assert [one.split()[1] for one in told] == [str(reason) for reason in ordered]


def test_bars_are_listed_by_gravity_then_contract_and_time() -> None:
    assert list(by_gravity(BARS)["reason"]) == ["ohlc_order", "spike", "spike", "flat_run"]
    assert by_gravity(BARS.iloc[::-1])["timestamp"].tolist() == by_gravity(BARS)["timestamp"].tolist()


# --- criteria


@pytest.mark.parametrize(
    ("criteria", "rows"),
    [
        ({}, [0, 1, 2, 3]),
        ({"contracts": ("202703",)}, [2]),
        ({"reasons": (Reason.SPIKE,)}, [0, 3]),
        ({"reasons": (Reason.SPIKE, Reason.FLAT_RUN), "first": DAY + timedelta(days=1)}, [1, 3]),
        ({"sessions": (DAY, DAY + timedelta(days=2))}, [0, 2]),
        ({"first": DAY + timedelta(days=1), "last": DAY + timedelta(days=2)}, [1, 2]),
        ({"start": FIRST, "end": FIRST}, [0]),
        ({"start": FIRST + timedelta(minutes=1)}, [1, 2, 3]),
        ({"contracts": ("202612",), "reasons": (Reason.OHLC_ORDER,)}, []),
    ],
)
def test_a_bar_meets_all_criteria_at_once(criteria: dict[str, Any], rows: list[int]) -> None:
    meets = Selection(**criteria).matches(BARS)
    assert list(BARS.index[meets]) == rows


@given(st.data())
def test_the_window_of_a_selection_holds_every_bar_that_meets_it(data: st.DataObject) -> None:
    days = st.sampled_from([DAY + timedelta(days=n) for n in range(4)])
    selection = Selection(
        sessions=tuple(data.draw(st.lists(days, max_size=2))),
        first=data.draw(st.none() | days),
        last=data.draw(st.none() | days),
        start=data.draw(st.none() | st.just(FIRST)),
        end=data.draw(st.none() | st.just(FIRST + timedelta(days=2))),
    )
    start, end = selection.window
    found = BARS[selection.matches(BARS)]
    assert start is None or (found["timestamp"] >= start).all()
    assert end is None or (found["timestamp"] < end).all()


@pytest.mark.parametrize(
    ("selection", "command"),
    [
        (Selection(), "g4qc quarantine list"),
        (Selection(("ES",), ("202612",), (Reason.SPIKE,)), "list --instrument ES --contract 202612 --reason spike"),
        (Selection(first=DAY, last=DAY), "g4qc quarantine list --session 2026-10-05"),
        (Selection(first=DAY), "g4qc quarantine list --from 2026-10-05"),
        (Selection(start=FIRST), "g4qc quarantine list --start 2026-10-05T13:30Z"),
    ],
)
def test_a_selection_is_written_as_the_options_of_its_command(selection: Selection, command: str) -> None:
    assert selection.command().endswith(command)
    assert in_quarantine(2, selection).startswith("2 bars wait in quarantine: `g4qc quarantine list")
    assert in_quarantine(1, selection).startswith("1 bar waits")


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ({"first": DAY, "last": DAY - timedelta(days=1)}, "reversed"),
        ({"start": FIRST, "end": FIRST - timedelta(minutes=1)}, "reversed"),
        ({"contracts": ("2026",)}, "no contract month"),
    ],
)
def test_criteria_that_make_no_sense_are_refused(criteria: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Selection(**criteria).check()


def test_a_reason_that_is_none_is_refused_with_the_nearest() -> None:
    assert parse_reasons(["spike", "schema"]) == (Reason.SCHEMA, Reason.SPIKE)
    with pytest.raises(UsageError, match="did you mean 'spike'"):
        parse_reasons(["spikes"])


# --- trade dates


def test_a_bar_outside_every_session_counts_to_the_last_one_before_it() -> None:
    friday, monday = EQUITY.session(date(2026, 10, 9)), EQUITY.session(date(2026, 10, 12))
    assert friday is not None
    assert monday is not None
    instants = [friday.open, friday.close - timedelta(minutes=1), friday.close + timedelta(hours=20), monday.open]
    found = trade_dates(pd.Series(pd.to_datetime(instants, utc=True)), EQUITY)
    assert found == [friday.trade_date] * 3 + [monday.trade_date]
    assert trade_dates(pd.Series(pd.to_datetime([], utc=True)), EQUITY) == []
