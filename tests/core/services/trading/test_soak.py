"""A trader through weeks: resets each night and after each week, a change of the clocks, holidays, and rolls."""

from __future__ import annotations

from datetime import date
from itertools import zip_longest
from pathlib import Path

import pytest

from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.storage.server.database import Database
from tests.core.services.trading.soak import Soak

FORTNIGHT = date(2027, 3, 10), date(2027, 3, 29)
"""ES rolls on the 11th and CL on the 17th, the clocks go forward on the 14th, and Good Friday is the 26th."""
THANKSGIVING = date(2026, 11, 27), date(2026, 11, 30)
"""The first session spans two days, with a pause and an early close that differ by instrument."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("window", "symbols", "months"),
    [
        (FORTNIGHT, ["ES", "EC", "CL"], {"ES": 2, "EC": 1, "CL": 2}),
        (THANKSGIVING, ["EC", "CL"], {"EC": 1, "CL": 1}),
    ],
    ids=["two weeks", "an early close"],
)
def test_weeks(
    embedded_database: Database, tmp_path: Path, synthetic_market: SyntheticMarket, window: tuple[date, date],
    symbols: list[str], months: dict[str, int],
) -> None:  # fmt: skip
    soak = Soak(embedded_database, tmp_path / "home", synthetic_market, symbols, *window)
    with soak.stage as stage:
        stage.begin()
        soak.go()
        check(soak)
    for symbol in symbols:
        assert len({one.month for one in soak.fills(symbol)}) == months[symbol]


def check(soak: Soak) -> None:
    """Every close was reconciled, every bar was decided, and decisions and fills are those of the backtest."""
    assert soak.stores.safety.locks(soak.stage.account) == [], soak.stage.said[-30:]
    assert set(soak.reconciled) == set(soak.sessions)
    for symbol, sessions in soak.sessions.items():
        # The close before the first session is one more.
        assert soak.reconciled[symbol] == [True] * (len(sessions) + 1)
        targets, (decided, fills) = soak.targets(symbol), soak.planned(symbol)
        assert sorted(targets) == soak.bars(symbol)
        # What the last bar decides is carried out in a session that is not stored.
        assert {at: target for at, target in targets.items() if at in decided} == decided
        made = soak.fills(symbol)
        other = [(ours, theirs) for ours, theirs in zip_longest(made, fills) if ours != theirs]
        assert not other, f"{len(other)} of {len(fills)} fills of {symbol} differ, the first ones: {other[:3]}"
