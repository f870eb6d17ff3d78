from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.futures.chain import ROLL_DRIFT, ROLL_SESSIONS, contracts_for, cycle, front_contract, front_periods
from g4qc_core.futures.rolls.roll_files import RollOverride
from tests.core.bars.builders import EC, EQUITY, ES, THIRD_FRIDAYS, es_contract
from tests.market_data import needs_market_data, replay_contracts

CHAIN = [es_contract(month) for month in THIRD_FRIDAYS]
PERIODS = front_periods(CHAIN, ES, EQUITY)


def front(day: date, chain=CHAIN) -> str | None:
    contract = front_contract(front_periods(chain, ES, EQUITY), day)
    return contract and contract.month


def test_the_front_changes_eight_days_before_the_last_trade_date() -> None:
    assert [front(date(2025, 9, day)) for day in (10, 11, 12)] == ["202509", "202512", "202512"]


def test_where_that_day_is_no_business_day_the_front_changes_on_the_one_before() -> None:
    chain = [es_contract("202503", date(2025, 4, 26)), es_contract("202506")]  # less 8 days: Good Friday
    assert [p.end for p in front_periods(chain, ES, EQUITY)] == [date(2025, 4, 17), date(2025, 6, 12)]


def test_the_order_of_the_chain_and_its_other_months_make_no_difference() -> None:
    serial = es_contract("202510", date(2025, 10, 17))
    other = [*reversed(CHAIN), serial]
    assert front_periods(other, ES, EQUITY) == PERIODS
    assert [c.month for c in cycle(other, ES)] == list(THIRD_FRIDAYS)


@given(st.dates(date(2024, 12, 20), date(2026, 3, 11)))
def test_every_date_within_the_chain_has_exactly_one_contract_in_front(day: date) -> None:
    assert len([p for p in PERIODS if p.start <= day < p.end]) == 1
    contract = front_contract(PERIODS, day)
    assert contract is not None
    assert day < contract.last_trade_date


def test_outside_the_chain_nothing_is_in_front() -> None:
    assert front(date(2024, 12, 1)) is None  # 202412 would be, and the chain lacks it
    assert front(date(2024, 12, 13)) == "202503"
    assert front(date(2026, 3, 12)) is None


def test_no_contract_is_in_front_instead_of_one_that_is_missing() -> None:
    chain = [c for c in CHAIN if c.month != "202509"]
    assert front(date(2025, 6, 11), chain) == "202506"
    assert front(date(2025, 6, 12), chain) is None
    assert front(date(2025, 8, 29), chain) is None
    assert front(date(2025, 9, 11), chain) == "202512"


def test_an_empty_chain_has_no_front() -> None:
    assert front_periods([], ES, EQUITY) == []
    assert contracts_for([], date(2025, 9, 1), date(2025, 9, 30), ES, EQUITY) == {}


def months(first: date, last: date, around: int = ROLL_SESSIONS) -> dict[str, tuple[date, date]]:
    found = contracts_for(CHAIN, first, last, ES, EQUITY, around)
    return {c.month: (s[0].trade_date, s[-1].trade_date) for c, s in found.items()}


def test_a_month_without_a_roll_needs_its_front_alone() -> None:
    assert months(date(2025, 10, 1), date(2025, 10, 31)) == {"202512": (date(2025, 10, 1), date(2025, 10, 31))}


@pytest.mark.parametrize("drift", [-ROLL_DRIFT, 0, ROLL_DRIFT])
def test_wherever_volume_rolls_within_five_sessions_there_are_ten_sessions_of_both(drift: int) -> None:
    days = [session.trade_date for session in EQUITY.sessions(date(2025, 8, 1), date(2025, 10, 15))]
    roll = days.index(date(2025, 9, 11)) + drift
    held = contracts_for(CHAIN, date(2025, 8, 1), date(2025, 10, 15), ES, EQUITY)
    old, new = ({s.trade_date for s in held[es_contract(month)]} for month in ("202509", "202512"))
    assert set(days[roll - ROLL_SESSIONS : roll + ROLL_SESSIONS]) <= new
    alive = [day for day in days[roll - ROLL_SESSIONS : roll + ROLL_SESSIONS] if day <= date(2025, 9, 19)]
    assert set(alive) <= old


def test_a_rule_far_from_expiry_has_ten_sessions_of_both_around_its_own_date() -> None:
    early = ES.model_copy(update={"roll": "days_before_expiry(45)"})
    roll = EQUITY.sessions(date(2025, 9, 19) - timedelta(days=45), date(2025, 9, 19))[0].trade_date
    held = contracts_for(CHAIN, date(2025, 6, 30), date(2025, 9, 30), early, EQUITY)
    first = held[es_contract("202512")][0].trade_date
    assert len(EQUITY.sessions(first, roll - timedelta(days=1))) == ROLL_SESSIONS + ROLL_DRIFT
    assert held[es_contract("202509")][-1].trade_date == date(2025, 9, 19)


def test_a_date_that_a_person_set_has_ten_sessions_of_both_on_either_side() -> None:
    by_hand = [RollOverride("ES", date(2025, 7, 21), "202506", "202512", None, "", "")]
    held = contracts_for(CHAIN, date(2025, 5, 1), date(2025, 9, 30), ES, EQUITY, ROLL_SESSIONS, by_hand)
    usual = contracts_for(CHAIN, date(2025, 5, 1), date(2025, 9, 30), ES, EQUITY, ROLL_SESSIONS)
    first = held[es_contract("202512")][0].trade_date
    assert len(EQUITY.sessions(first, date(2025, 7, 20))) == ROLL_SESSIONS
    assert held[es_contract("202506")][-1].trade_date == date(2025, 6, 20)  # where it ends
    assert held[es_contract("202509")] == usual[es_contract("202509")]


def test_both_contracts_are_needed_ten_sessions_on_either_side_of_a_roll() -> None:
    assert months(date(2025, 9, 1), date(2025, 9, 30)) == {
        "202509": (date(2025, 9, 2), date(2025, 9, 19)),  # expires before the ten sessions are over
        "202512": (date(2025, 9, 2), date(2025, 9, 30)),  # Labor Day counts to the second
    }
    assert months(date(2025, 9, 1), date(2025, 9, 30), around=2) == {
        "202509": (date(2025, 9, 2), date(2025, 9, 12)),
        "202512": (date(2025, 9, 9), date(2025, 9, 30)),
    }


@given(st.dates(date(2025, 1, 1), date(2026, 2, 20)), st.integers(0, 40), st.integers(0, 40))
def test_a_window_needs_what_its_parts_need(first: date, days: int, more: int) -> None:
    middle, last = first + timedelta(days=days), first + timedelta(days=days + 1 + more)
    whole = contracts_for(CHAIN, first, last, ES, EQUITY)
    parts = [contracts_for(CHAIN, first, middle, ES, EQUITY)]
    parts.append(contracts_for(CHAIN, middle + timedelta(days=1), last, ES, EQUITY))
    joined = {c: [s for part in parts for s in part.get(c, [])] for c in cycle(CHAIN, ES)}
    assert whole == {c: sessions for c, sessions in joined.items() if sessions}
    for session in EQUITY.sessions(first, last):
        contract = front_contract(PERIODS, session.trade_date)
        assert contract is None or session in whole[contract]


@needs_market_data
def test_the_contracts_of_the_replay_are_in_front_when_their_bars_say_so() -> None:
    periods = front_periods(replay_contracts("ES"), ES, EQUITY)
    days = [date(2013, 10, 7), date(2013, 12, 11), date(2013, 12, 12), date(2016, 6, 1), date(2020, 1, 6)]
    fronts = [front_contract(periods, day) for day in days]
    assert [c and c.month for c in fronts] == ["201312", "201312", "201403", None, "202003"]
    [euro] = front_periods(replay_contracts("EC"), EC, calendar("fx"))
    assert (euro.start, euro.end) == (date(2023, 12, 11), date(2024, 3, 11))


@pytest.mark.parametrize("symbol", ["ES", "EC"])
def test_a_contract_of_another_instrument_is_no_part_of_the_cycle(symbol: str) -> None:
    instrument = ES if symbol == "ES" else EC
    assert all(c.symbol == symbol for c in cycle(CHAIN, instrument))
