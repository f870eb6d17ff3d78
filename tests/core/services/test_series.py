"""The stored series equals the core's view of the same bars, for every window, rule, position and adjustment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from g4qc_core.bars.columns import CONTINUOUS_COLUMNS
from g4qc_core.bars.resampling import resample
from g4qc_core.errors import BacktestRefused, UsageError
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import continuous
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.futures.segments import Segment
from g4qc_core.roll_rules import DaysBeforeExpiry, Volume
from g4qc_core.services.series.continuous_series import continuous_bars, roll_exits
from g4qc_core.services.series.series_segments import readable, segments_of
from g4qc_core.services.window_ends import window_of
from g4qc_core.storage.bar_stores.bar_reader import BarExtent, BarQuery, last_start
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE, timeframe
from tests.core.bars.builders import EQUITY, ES, THIRD_FRIDAYS, es_contract, good_bars

CHAIN = [es_contract(month) for month in THIRD_FRIDAYS]
MONTHS = ["202506", "202509", "202512"]
MINUTES = good_bars(MONTHS, EQUITY.sessions(date(2025, 5, 26), date(2025, 10, 10)), share=0.03)
HOURS = resample(MINUTES, timeframe("1h"), EQUITY)
LONGER = {name: resample(MINUTES, timeframe(name), EQUITY) for name in ("4h", "1d")}
MAKER = RollMaker(MINUTES, CHAIN, ES, EQUITY)
EARLY = DaysBeforeExpiry(12)
REACH = (date(2025, 5, 26), date(2025, 10, 10))
RULES = (DaysBeforeExpiry(8), EARLY, Volume())


@pytest.fixture
def stores(database: Database) -> Stores:
    stores = Stores(database)
    stores.contracts.merge(CHAIN, datetime(2025, 1, 1, tzinfo=UTC))
    for name, bars in {"1min": MINUTES, "1h": HOURS, **LONGER}.items():
        window = bars["timestamp"].min(), bars["timestamp"].max() + pd.Timedelta(minutes=1)
        stores.bars.replace_bars("ES", name, *window, bars)
    return stores


def keep(stores: Stores, *rules) -> None:
    for rule in rules:
        made = MAKER.calendar(rule)
        stores.rolls.replace(made)
        stores.rolls.replace(MAKER.following(made))


def test_the_series_is_the_cores_own_by_every_rule_and_adjustment(stores: Stores) -> None:
    keep(stores, *RULES)
    for rule in RULES:
        rolls = MAKER.calendar(rule).rolls
        for adjustment in Adjustment:
            for name, bars in {"1min": MINUTES, "1h": HOURS, **LONGER}.items():
                series = continuous_bars(stores, ES, timeframe(name), adjustment, rule=str(rule))
                pd.testing.assert_frame_equal(series, continuous(bars, rolls, adjustment))


def test_the_long_bars_of_a_rolls_date_are_whole_and_the_new_contracts(stores: Stores) -> None:
    keep(stores, DaysBeforeExpiry(8))
    day = pd.Timestamp("2025-09-11")
    minutes = MINUTES[(MINUTES["trade_date"] == day) & (MINUTES["contract"] == "202512")].sort_values("timestamp")
    for name in LONGER:
        series = continuous_bars(stores, ES, timeframe(name))
        bars = series[series["trade_date"] == day]
        session = EQUITY.session(day.date())
        assert session is not None
        assert set(bars["contract"]) == {"202512"}
        assert bars["timestamp"].iloc[0] == session.open
        assert (bars["open"].iloc[0], bars["close"].iloc[-1]) == (minutes["open"].iloc[0], minutes["close"].iloc[-1])
        assert bars["volume"].sum() == minutes["volume"].sum()
        assert series[series["trade_date"] == "2025-09-10"]["contract"].unique().tolist() == ["202509"]


def test_a_window_that_is_the_whole_is_adjusted_by_the_rolls_within_it_alone(stores: Stores) -> None:
    keep(stores, DaysBeforeExpiry(8))
    first, last = date(2025, 6, 2), date(2025, 8, 29)
    inside = HOURS[HOURS["trade_date"].between(pd.Timestamp(first), pd.Timestamp(last))]
    series = continuous_bars(stores, ES, timeframe("1h"), Adjustment.RATIO, first, last, whole=True)
    rolls = MAKER.calendar(DaysBeforeExpiry(8)).rolls
    pd.testing.assert_frame_equal(series, continuous(inside, rolls, Adjustment.RATIO))
    assert (series["factor"] == 1).iloc[-1]


@pytest.mark.parametrize("adjustment", list(Adjustment))
def test_an_adjusted_price_is_the_same_in_every_window_and_by_every_reader(
    stores: Stores, adjustment: Adjustment
) -> None:
    keep(stores, DaysBeforeExpiry(8))
    series = continuous_bars(stores, ES, timeframe("1h"), adjustment)
    assert series["contract"].nunique() == 3
    # Windows of one contract, over one roll and over all, some with later and some with earlier rolls outside them.
    for first, last in [("2025-05-28", "2025-06-03"), ("2025-06-02", "2025-08-29"), ("2025-08-01", "2025-10-10")]:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        inside = series[series["trade_date"].between(first, last)].reset_index(drop=True)
        window = continuous_bars(stores, ES, timeframe("1h"), adjustment, start, end)
        pd.testing.assert_frame_equal(window, inside)
        streamed = answered(stores, adjustment, start, end)
        for name in ("open", "high", "low", "close", "factor", "adjustment", "contract"):
            assert list(streamed[name]) == list(inside[name])


def answered(stores: Stores, adjustment: Adjustment, first: date, last: date, rule: str | None = None) -> pd.DataFrame:
    """Return the bars that the API reads for a window."""
    found = segments_of(stores, ES, adjustment=adjustment, rule=rule)
    segments = readable(stores, ES, "1h", found, *window_of(ES, first, last))
    return pa.Table.from_batches(stores.bar_batches.batches(BarQuery("ES", "1h", segments))).to_pandas()


@pytest.mark.parametrize(("first", "last"), [("2025-06-02", "2025-08-29"), ("2025-05-28", "2025-06-03")])
def test_the_extent_of_a_window_is_what_its_batches_contain(stores: Stores, first: str, last: str) -> None:
    keep(stores, DaysBeforeExpiry(8))
    window = window_of(ES, date.fromisoformat(first), date.fromisoformat(last))
    segments = readable(stores, ES, "1h", segments_of(stores, ES), *window)
    bars = pa.Table.from_batches(stores.bar_batches.batches(BarQuery("ES", "1h", segments))).to_pandas()
    extent = stores.bar_batches.extent("ES", "1h", segments)
    assert extent == BarExtent(len(bars), bars["trade_date"].iloc[0], bars["trade_date"].iloc[-1])
    assert stores.bar_batches.extent("ES", "1h", [Segment("202512", *[window[0]] * 2)]) is None
    assert stores.bar_batches.extent("ES", "1h", []) is None


def test_no_reader_shows_bars_behind_a_roll_that_the_calendar_was_made_too_early_to_know(stores: Stores) -> None:
    summer = MINUTES[MINUTES["trade_date"].between("2025-07-07", "2025-08-15")]
    stores.rolls.replace(RollMaker(summer, CHAIN, ES, EQUITY).calendar(DaysBeforeExpiry(8)))

    def both(first: date, last: date) -> int:
        series = continuous_bars(stores, ES, timeframe("1h"), Adjustment.NONE, first, last)
        assert len(answered(stores, Adjustment.NONE, first, last)) == len(series)
        return len(series)

    assert both(date(2025, 6, 2), date(2025, 8, 15)) > 0
    window = date(2025, 8, 1), date(2025, 9, 15)
    refusal = "may be among them: materialize the asset `roll_calendar`"
    with pytest.raises(UsageError, match=refusal):
        continuous_bars(stores, ES, timeframe("1h"), Adjustment.NONE, *window)
    with pytest.raises(UsageError, match=refusal):
        answered(stores, Adjustment.NONE, *window)
    keep(stores, DaysBeforeExpiry(8))
    assert both(date(2025, 6, 2), date(2025, 9, 15)) > 0


def test_a_calendar_that_was_made_again_is_known_at_once_though_it_has_the_same_rolls(stores: Stores) -> None:
    def make(last: str) -> None:
        bars = MINUTES[MINUTES["trade_date"].between("2025-07-07", last)]
        stores.rolls.replace(RollMaker(bars, CHAIN, ES, EQUITY).calendar(DaysBeforeExpiry(8)))

    make("2025-08-15")
    before = stores.rolls.version("ES", str(DaysBeforeExpiry(8)))
    with pytest.raises(UsageError, match="materialize the asset"):
        answered(stores, Adjustment.NONE, date(2025, 8, 1), date(2025, 8, 28))
    make("2025-08-29")
    assert stores.rolls.version("ES", str(DaysBeforeExpiry(8))) == before
    assert len(answered(stores, Adjustment.NONE, date(2025, 8, 1), date(2025, 8, 28)))


@pytest.mark.parametrize("adjustment", [Adjustment.NONE, Adjustment.RATIO])
def test_a_series_by_another_rule_is_the_same_for_every_reader(stores: Stores, adjustment: Adjustment) -> None:
    keep(stores, *RULES)
    for rule in map(str, RULES):
        series = continuous_bars(stores, ES, timeframe("1h"), adjustment, *REACH, rule=rule)
        streamed = answered(stores, adjustment, *REACH, rule=rule)
        for name in ("timestamp", "close", "contract", "factor"):
            assert list(streamed[name]) == list(series[name])
    for read in (answered, lambda *given: continuous_bars(stores, ES, timeframe("1h"), *given[1:])):
        with pytest.raises(UsageError, match="There are those by"):
            read(stores, adjustment, *REACH, "days_before_expiry(99)")
        with pytest.raises(UsageError, match="Unknown roll rule"):
            read(stores, adjustment, *REACH, "magic")


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("adjustment", list(Adjustment))
def test_pages_over_rolls_are_the_series_whatever_their_size(
    stores: Stores, adjustment: Adjustment, newest_first: bool
) -> None:
    keep(stores, DaysBeforeExpiry(8))
    series = continuous_bars(stores, ES, timeframe("1h"), adjustment)
    at = int((series["contract"] != series["contract"].shift()).to_numpy().nonzero()[0][1])
    query = BarQuery("ES", "1h", segments_of(stores, ES, adjustment=adjustment), newest_first=newest_first)
    # Pages that end just before, at and just after a roll, and one that is the whole.
    for size in (at - 1, at, at + 1, len(series) - at, len(series)):
        pages: list[pa.RecordBatch] = []
        while (page := list(stores.bar_batches.batches(replace(query, limit=size)))) or not pages:
            pages += page
            query = replace(query, after=last_start(pages[-1]))
        read = pa.Table.from_batches(pages).to_pandas()
        wanted = series[::-1] if newest_first else series
        for name in ("timestamp", "close", "volume", "contract", "factor", "adjustment"):
            assert list(read[name]) == list(wanted[name])
        query = replace(query, after=None)


@pytest.mark.parametrize("adjustment", list(Adjustment))
def test_a_roll_without_prices_parts_the_series_and_both_parts_are_adjusted(
    stores: Stores, adjustment: Adjustment
) -> None:
    # The calendar begins with the roll from 202503, which has no bars.
    made = MAKER.calendar(DaysBeforeExpiry(8))
    assert made.rolls["gap"].isna().tolist() == [True, False, False]
    stores.rolls.replace(made)
    expected = continuous(HOURS, made.rolls.iloc[1:], adjustment)
    series = continuous_bars(stores, ES, timeframe("1h"), adjustment)
    pd.testing.assert_frame_equal(series, expected)
    assert list(answered(stores, adjustment, *REACH)["close"]) == list(expected["close"])


@pytest.mark.parametrize("adjustment", [Adjustment.RATIO, Adjustment.RATIO_FORWARD])
def test_a_roll_at_a_price_that_is_not_positive_has_no_ratio_for_any_reader(
    stores: Stores, adjustment: Adjustment
) -> None:
    made = MAKER.calendar(DaysBeforeExpiry(8))
    stores.rolls.replace(replace(made, rolls=made.rolls.assign(to_price=-37.63)))
    for read in (answered, lambda *given: continuous_bars(stores, ES, timeframe("1h"), *given[1:])):
        with pytest.raises(BacktestRefused, match="ratio"):
            read(stores, adjustment, *REACH)


def test_a_rule_however_it_is_written_is_found_by_every_reader(stores: Stores) -> None:
    keep(stores, DaysBeforeExpiry(8))
    loose = ES.model_copy(update={"roll": "days_before_expiry( 8 )"})
    assert segments_of(stores, loose) == segments_of(stores, ES)


def test_reading_a_series_changes_no_stored_row(stores: Stores) -> None:
    keep(stores, *RULES)
    window = HOURS["timestamp"].min(), HOURS["timestamp"].max() + pd.Timedelta(minutes=1)
    before = stores.bars.bars("ES", "1h", *window)
    for adjustment in Adjustment:
        continuous_bars(stores, ES, timeframe("1h"), adjustment)
    pd.testing.assert_frame_equal(stores.bars.bars("ES", "1h", *window), before)


def test_the_next_contract_is_always_the_one_after_the_front(stores: Stores) -> None:
    keep(stores, DaysBeforeExpiry(8))
    front = continuous_bars(stores, ES, timeframe("1h"))
    following = continuous_bars(stores, ES, timeframe("1h"), position=1)
    after = dict(zip(THIRD_FRIDAYS, [*list(THIRD_FRIDAYS)[1:], ""], strict=True))
    both = front.merge(following, on="timestamp", suffixes=("", "_next"))
    assert len(both)
    assert (both["contract"].map(after) == both["contract_next"]).all()
    # 202603 has no bars: the gap into it is unknown, and nothing is adjusted across it.
    adjusted = continuous_bars(stores, ES, timeframe("1h"), Adjustment.ADDITIVE, last=date(2025, 9, 5), position=1)
    assert list(adjusted["contract"].unique()) == ["202509", "202512"]


def test_a_series_changes_contracts_at_a_sessions_open_and_nowhere_else(stores: Stores) -> None:
    keep(stores, EARLY)
    series = continuous_bars(stores, ES, ONE_MINUTE, rule=str(EARLY))
    assert (series.groupby("trade_date")["contract"].nunique() == 1).all()


def test_what_is_left_at_a_roll_is_the_old_contracts_bar_of_the_same_start(stores: Stores) -> None:
    keep(stores, DaysBeforeExpiry(8))
    series = continuous_bars(stores, ES, timeframe("1h"), Adjustment.ADDITIVE)
    exits = roll_exits(stores, ES, timeframe("1h"), series)
    assert len(exits) == 2
    for start, price in exits.items():
        month = series["contract"][series["timestamp"] < start].iloc[-1]
        own = HOURS[(HOURS["contract"] == month) & (HOURS["timestamp"] == start)]
        assert price == own["open"].item() if len(own) else price != price


def test_without_a_calendar_there_is_no_series_over_contracts(stores: Stores) -> None:
    with pytest.raises(UsageError, match="no roll calendar"):
        continuous_bars(stores, ES, ONE_MINUTE)
    assert set(continuous_bars(stores, ES, ONE_MINUTE, last=date(2025, 6, 6))["contract"]) == {"202506"}


def test_a_rule_without_a_calendar_is_named_with_those_that_there_are(stores: Stores) -> None:
    keep(stores, DaysBeforeExpiry(8))
    with pytest.raises(UsageError, match=r"by the rule volume.*There are those by days_before_expiry\(8\)"):
        continuous_bars(stores, ES, ONE_MINUTE, rule="volume")
    with pytest.raises(UsageError, match="Unknown roll rule"):
        continuous_bars(stores, ES, ONE_MINUTE, rule="volumes")


def test_a_calendar_that_was_made_before_the_bars_of_a_roll_is_refused(stores: Stores) -> None:
    early = MINUTES[MINUTES["trade_date"] < "2025-07-15"]
    stores.rolls.replace(RollMaker(early, CHAIN, ES, EQUITY).calendar(DaysBeforeExpiry(8)))
    with pytest.raises(UsageError, match="from 202509 to 202512 may be among them: materialize"):
        continuous_bars(stores, ES, ONE_MINUTE)
    assert len(continuous_bars(stores, ES, ONE_MINUTE, last=date(2025, 7, 11)))


def test_an_unknown_gap_is_refused_where_it_is_crossed(stores: Stores) -> None:
    blind = RollMaker(MINUTES[MINUTES["contract"] != "202512"], CHAIN, ES, EQUITY, ["202512"], REACH)
    stores.rolls.replace(blind.calendar(DaysBeforeExpiry(8)))
    with pytest.raises(BacktestRefused, match="from 202509 to 202512"):
        continuous_bars(stores, ES, ONE_MINUTE, Adjustment.ADDITIVE)
    assert len(continuous_bars(stores, ES, ONE_MINUTE, Adjustment.NONE))


def test_nothing_stored_is_an_empty_series(database: Database) -> None:
    series = continuous_bars(Stores(database), ES, ONE_MINUTE, Adjustment.RATIO)
    assert series.empty
    assert tuple(series.columns) == CONTINUOUS_COLUMNS
