"""A roll calendar that was made before the bars it is used on."""

from __future__ import annotations

from datetime import date

import pandas as pd

from g4qc_core.bars.schema import BAR_COLUMNS, empty_frame
from g4qc_core.futures.rolls import overdue, roll_calendar
from tests.core.bars.builders import EQUITY, ES, THIRD_FRIDAYS, es_contract, good_bars

CHAIN = [es_contract(month) for month in THIRD_FRIDAYS]
JUNE = EQUITY.sessions(date(2025, 6, 2), date(2025, 6, 20))
SEPTEMBER = EQUITY.sessions(date(2025, 9, 2), date(2025, 9, 19))


def bars_of(old: str, new: str, sessions) -> pd.DataFrame:
    return good_bars([old, new], sessions, share=0.02)


def test_a_calendar_that_lacks_a_roll_which_the_bars_live_through_is_overdue() -> None:
    june, september = bars_of("202506", "202509", JUNE), bars_of("202509", "202512", SEPTEMBER)
    rolls = roll_calendar(june, CHAIN, ES, EQUITY)
    assert overdue(rolls, june, CHAIN, ES, EQUITY) == []
    both = pd.concat([june, september])
    assert overdue(rolls, both, CHAIN, ES, EQUITY) == [("202509", "202512")]
    assert overdue(roll_calendar(both, CHAIN, ES, EQUITY), both, CHAIN, ES, EQUITY) == []


def test_a_roll_after_the_last_bar_is_not_overdue() -> None:
    before = bars_of("202509", "202512", SEPTEMBER[:4])
    rolls = roll_calendar(before, CHAIN, ES, EQUITY)
    assert overdue(rolls, before, CHAIN, ES, EQUITY) == []
    assert overdue(rolls, before.iloc[:0], CHAIN, ES, EQUITY) == []


def test_bars_far_from_any_roll_decide_which_rolls_are_crossed() -> None:
    rolls = roll_calendar(
        empty_frame(BAR_COLUMNS), CHAIN, ES, EQUITY, held=["202506", "202512"], last=date(2025, 10, 20)
    )
    crossed = rolls[rolls["from_contract"].isin(["202506", "202509"])]
    assert list(crossed["to_contract"]) == ["202509", "202512"]
    assert crossed["gap"].isna().all()
