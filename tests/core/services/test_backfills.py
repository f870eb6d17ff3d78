"""The smallest backfills: every gap in exactly one, none wider than its gaps."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.services.quality.backfills import SessionGap, smallest_backfills

DAYS = [date(2026, 9, 1) + timedelta(days=n) for n in range(90)]
gaps = st.lists(
    st.builds(SessionGap, st.sampled_from(DAYS), st.sampled_from(["", "202609", "202612"]), st.integers(1, 1380))
)
RULED = {"202609": set(DAYS[:30]), "202612": set(DAYS[20:])}


@given(gaps=gaps)
def test_every_gap_is_in_one_backfill_of_its_own_month(gaps: list[SessionGap]) -> None:
    found = smallest_backfills("ES", gaps, RULED)
    assert sorted(gap for backfill in found for gap in backfill.gaps) == sorted(gaps)
    for backfill in found:
        days = [gap.trade_date for gap in backfill.gaps]
        assert {f"ES|{day:%Y-%m}-01" for day in days} == {backfill.partition}
        asked = backfill.config["ops"]["raw_bars"]["config"]
        assert (asked["first"], asked["last"]) == (f"{min(days)}", f"{max(days)}")


@given(gaps=gaps)
def test_a_contract_is_named_only_where_the_rule_would_leave_it_out(gaps: list[SessionGap]) -> None:
    for backfill in smallest_backfills("ES", gaps, RULED):
        for gap in backfill.gaps:
            by_rule = not gap.contract or gap.trade_date in RULED[gap.contract]
            assert backfill.contract == ("" if by_rule else gap.contract)


@given(gaps=gaps, more=st.builds(SessionGap, st.just(DAYS[0]), st.just(""), st.integers(1, 9)))
def test_the_state_is_another_one_as_soon_as_a_gap_is(gaps: list[SessionGap], more: SessionGap) -> None:
    before = {b.name: b.state for b in smallest_backfills("ES", gaps, RULED)}
    assert before == {b.name: b.state for b in smallest_backfills("ES", reversed(gaps), RULED)}
    after = {b.name: b.state for b in smallest_backfills("ES", [*gaps, more], RULED)}
    assert {name for name, state in after.items() if before.get(name) != state} == {"ES|2026-09-01"}


def test_the_newest_month_comes_first() -> None:
    found = smallest_backfills(
        "ES", [SessionGap(DAYS[0], "", 1), SessionGap(DAYS[70], "", 1), SessionGap(DAYS[35], "", 1)], {}
    )
    assert [backfill.partition for backfill in found] == ["ES|2026-11-01", "ES|2026-10-01", "ES|2026-09-01"]
