"""A ledger that grows says what adding up all executions says, whatever their order, corrections and late costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.trading.ledger import Fill, filled_of, holdings, in_force
from g4qc_core.trading.running_ledger import RunningLedger

START = datetime(2026, 10, 6, 14, tzinfo=UTC)
SPECS = ("", "one", "two")


@st.composite
def told(draw: st.DrawFn) -> list[Fill]:
    """Versions of executions in the order of their arrival, some of them again with their cost."""
    found: list[Fill] = []
    for number in range(draw(st.integers(1, 70))):
        spec, con_id = draw(st.sampled_from(SPECS)), draw(st.integers(1, 3))
        fill = Fill(
            f"e{number}.01", f"ref{draw(st.integers(0, 9))}", spec, f"S{con_id}", con_id,
            draw(st.sampled_from(["", "m"])),
            draw(st.integers(-4, 4).filter(bool)), Decimal(draw(st.integers(90, 110))),
            START + timedelta(seconds=draw(st.integers(0, 90))),
        )  # fmt: skip
        found.append(fill)
        if draw(st.integers(0, 5)) == 0:
            found.append(replace(fill, exec_id=f"e{number}.02", price=fill.price + 1, quantity=fill.quantity + 7))
    costs = [replace(fill, commission=Decimal("2.25"), currency="USD") for fill in found if draw(st.booleans())]
    return draw(st.permutations(found)) + costs


@settings(max_examples=60, deadline=None)
@given(fills=told(), looks=st.sets(st.integers(0, 150), max_size=4))
def test_it_is_the_sum_of_its_fills(fills: list[Fill], looks: set[int]) -> None:
    ledger, heard = RunningLedger(), list[Fill]()
    for number, fill in enumerate(fills, 1):
        ledger.add(fill)
        heard = [one for one in heard if one.exec_id != fill.exec_id] + [fill]
        if number in looks or number == len(fills):
            assert ledger.holdings() == holdings(heard)
            for spec in SPECS:
                assert ledger.holdings(spec) == holdings(one for one in heard if one.spec == spec)
    since = START + timedelta(seconds=30)
    for con_id in range(4):
        expected = [one for one in in_force(heard) if one.con_id == con_id and one.at >= since]
        assert ledger.since(con_id, since) == expected
    for ref in {one.ref for one in heard}:
        assert ledger.filled(ref) == filled_of(heard, ref)
    assert RunningLedger(heard).holdings() == ledger.holdings()
