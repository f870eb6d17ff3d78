from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from g4qc_core.bars.columns import CLASSES
from g4qc_core.bars.day_map import MAP_COLUMNS, DayState, by_month, day_map, gaps, legend, letter
from g4qc_core.bars.day_map_picture import day_map_png

DAY = date(2025, 11, 28)


def rows(*minutes: dict[str, int], day: date = DAY) -> pd.DataFrame:
    filled = [{"trade_date": day, **dict.fromkeys(CLASSES, 0), **given} for given in minutes]
    frame = pd.DataFrame(filled, columns=["trade_date", *CLASSES])
    frame["trade_date"] = frame["trade_date"].astype("datetime64[s]")
    return frame.assign(expected=frame[list(CLASSES)].sum(axis=1))


@pytest.mark.parametrize(
    ("minutes", "state", "share"),
    [
        ({"traded": 1000, "no_trade": 380, "halt": 15}, DayState.WHOLE, 1.0),
        ({"traded": 50, "closed": 50}, DayState.OUTAGE, 0.5),
        ({"traded": 49, "closed": 50, "quarantined": 1}, DayState.QUARANTINED, 0.01),
        ({"traded": 48, "closed": 50, "quarantined": 1, "never_asked": 1}, DayState.NEVER_ASKED, 0.01),
        ({"never_asked": 99, "failed": 1}, DayState.FAILED, 0.01),
    ],
)
def test_the_worst_that_is_known_of_a_session_counts(minutes: dict[str, int], state: DayState, share: float) -> None:
    [found] = day_map(rows(minutes)).to_dict("records")
    assert (found["state"], found["share"]) == (state, share)
    assert {name: found[name] for name in CLASSES} == {**dict.fromkeys(CLASSES, 0), **minutes}


def test_contracts_add_up_and_the_worst_of_them_gives_the_share() -> None:
    [found] = day_map(rows({"traded": 90, "failed": 10}, {"traded": 40, "failed": 60})).to_dict("records")
    assert (found["state"], found["share"]) == (DayState.FAILED, 0.6)
    assert (found["expected"], found["failed"], found["traded"]) == (200, 70, 130)


def test_a_session_of_which_nobody_says_anything_was_never_asked_for() -> None:
    days = day_map(rows({"traded": 1380}), {DAY + timedelta(days=3): 1380})
    assert days["state"].tolist() == [DayState.WHOLE, DayState.NEVER_ASKED]
    assert gaps(days)["trade_date"].dt.date.tolist() == [DAY + timedelta(days=3)]


def test_nothing_is_known_of_nothing() -> None:
    assert tuple(day_map(rows()).columns) == MAP_COLUMNS
    assert day_map(rows()).empty
    assert by_month(day_map(rows())) == {}


def test_a_letter_says_what_a_colour_says_and_a_capital_that_it_is_more_than_half() -> None:
    assert len({state.letter for state in DayState} | {state.colour for state in DayState}) == 2 * len(DayState)
    assert [letter(DayState.FAILED, share) for share in (0.01, 0.5, 0.51, 1)] == ["f", "f", "F", "F"]
    assert letter(DayState.WHOLE, 1) == DayState.WHOLE.letter
    assert legend([DayState.FAILED, DayState.WHOLE]).startswith("\N{MIDDLE DOT} whole, f request failed (")
    assert legend([DayState.WHOLE]) == "\N{MIDDLE DOT} whole"


def test_months_without_a_session_have_their_place() -> None:
    found = by_month(day_map(pd.concat([rows({"traded": 1}), rows({"failed": 1}, day=date(2026, 2, 3))])))
    assert {month: list(days) for month, days in found.items()} == {
        "2025-11": [28],
        "2025-12": [],
        "2026-01": [],
        "2026-02": [3],
    }


minutes = st.fixed_dictionaries({name: st.integers(0, 5) for name in CLASSES})


@given(st.lists(st.tuples(st.integers(0, 40), minutes), max_size=12))
@pytest.mark.slow
def test_every_minute_of_every_row_is_in_the_map_and_a_gap_is_what_nobody_knows(found) -> None:
    quality = pd.concat([rows(), *(rows(given, day=DAY + timedelta(days=n)) for n, given in found)])
    days = day_map(quality)
    assert days["trade_date"].is_monotonic_increasing
    assert days["trade_date"].is_unique
    assert days[list(CLASSES)].sum().tolist() == quality[list(CLASSES)].sum().tolist()
    assert days["share"].between(0, 1).all()
    unknown = days[(days["failed"] + days["never_asked"]) > 0]
    assert gaps(days)["trade_date"].tolist() == unknown["trade_date"].tolist()
    assert set(gaps(days)["state"]) <= {DayState.FAILED, DayState.NEVER_ASKED}


def test_a_picture_shows_each_session_in_the_colour_of_its_state() -> None:
    cells = {"202512": {1: (DayState.WHOLE, 1.0), 31: (DayState.FAILED, 1.0)}, "202603": {}}
    png = day_map_png(cells, "ES")
    assert png == day_map_png(cells, "ES")
    assert len(png) < 20_000
    pixels = np.asarray(Image.open(BytesIO(png)).convert("RGB")).reshape(-1, 3)
    colours = {f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.unique(pixels, axis=0)}
    assert {DayState.WHOLE.colour, DayState.FAILED.colour} <= colours
    assert DayState.NEVER_ASKED.colour not in colours


def test_a_picture_of_ten_years_is_small() -> None:
    whole = dict.fromkeys(range(1, 32), (DayState.WHOLE, 1.0))
    assert len(day_map_png({f"{n}": whole for n in range(120)}, "ES")) < 60_000
