"""When the lanes of a portfolio are decided: together, all or none, and those that become smaller first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from g4qc_core.backtest.portfolio_account.lane_standing import NextPosition
from g4qc_core.calendars.session import Session
from g4qc_core.calendars.session_calendar import calendar
from g4qc_core.errors import TradingRefused
from g4qc_core.research.portfolio.trading.next_contracts import PortfolioStanding
from g4qc_core.services.trading.live.awaited_bars import AwaitedBars, AwaitedMinutes
from g4qc_core.services.trading.traded.portfolio_trader import PortfolioTrader
from g4qc_core.services.trading.traded.spec_trader import SpecTrader
from g4qc_core.trading.limits import TradingLimits
from tests.core.backtest.series import series

pytestmark = pytest.mark.fast

DAY = date(2026, 1, 5)
# The last of the bars begins at 17:00.
BARS = series([20000] * 8, [20004] * 8)[:4]
START = datetime(2026, 1, 5, 17, tzinfo=UTC)
END = START + timedelta(hours=1)
SESSION = calendar("equity_index").session(DAY)


@dataclass
class Lane:
    """A lane that notes what it is told."""

    name: str
    position: int = 0
    bar: tuple[datetime, datetime, Session | None] | None = (START, END, SESSION)
    lost: bool = False
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        own = SimpleNamespace(next_open=lambda end: (end, DAY))
        front = SimpleNamespace(front=lambda _: "202603")
        self.unit = SimpleNamespace(instrument=SimpleNamespace(symbol=self.name), own=own, series=front)

    def undecided(self, _: datetime) -> tuple[datetime, datetime, Session | None] | None:
        return self.bar

    def pass_over(self, *_: object) -> None:
        """Nothing was left out."""

    def held(self) -> int:
        return self.position

    def holdings(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(quantity=self.position)]

    def astray(self, _: pd.DataFrame) -> bool:
        return self.lost

    def profit(self, _: str, close: Decimal) -> Decimal:
        return self.position * close

    def skip(self, start: datetime, end: datetime, reason: str, now: datetime) -> None:
        self.told.append(("skip", reason))

    def hold(self, bar: datetime, month: str, target: int, price: Decimal, seen: str, now: datetime) -> None:
        self.told.append(("hold", target, price, seen))


class Unit:
    """A portfolio of ES and NQ whose bars are given."""

    name = "joint"

    def __init__(self, bars: Mapping[str, pd.DataFrame], wanted: Mapping[str, int], lacking: frozenset[str]) -> None:
        self.plan = SimpleNamespace(spec=SimpleNamespace(cash=Decimal(1000)))
        self._bars, self._wanted = bars, wanted
        self.asked: list[PortfolioStanding] = []
        feed = SimpleNamespace(newest=END, reaches=lambda _: True, heard_after=lambda _: True, histories=0)
        self.followed = [
            SimpleNamespace(symbol=name, awaited=lambda until, _, name=name: AwaitedMinutes(
                name, None if name in lacking else feed, until))  # type: ignore[arg-type]
            for name in bars
        ]  # fmt: skip

    def bars_at(self, *_: object) -> dict[str, SimpleNamespace]:
        return {name: SimpleNamespace(bars=bars) for name, bars in self._bars.items()}

    def bars_of(self, lane: str, read: Mapping[str, SimpleNamespace]) -> SimpleNamespace:
        return read[lane]

    def next_positions(self, _: object, standing: PortfolioStanding) -> tuple[dict[str, NextPosition], str]:
        self.asked.append(standing)
        return {name: NextPosition(wanted, capped=False) for name, wanted in self._wanted.items()}, "seen"


def trader(
    lanes: list[Lane], wanted: Mapping[str, int], lacking: frozenset[str] = frozenset(), **bars: pd.DataFrame
) -> tuple[PortfolioTrader, Unit]:
    unit = Unit({one.name: bars.get(one.name, BARS) for one in lanes}, wanted, lacking)
    named: Any = {one.name: one for one in lanes}
    given: Any = (
        unit,
        named,
        DAY,
        TradingLimits.model_validate({"stale_after": 90}),
        lambda _: {},
        AwaitedBars(),
    )
    return PortfolioTrader(*given), unit


def test_lanes_are_decided_together_and_smaller_positions_first() -> None:
    order: list[str] = []
    lanes = [Lane("ES", 1), Lane("NQ", 3)]
    for lane in lanes:
        lane.hold = lambda *given, lane=lane: order.append(f"{lane.name} {given[2]}")  # type: ignore[method-assign]
    made, unit = trader(lanes, {"ES": 2, "NQ": -1})
    assert made.due(END + timedelta(seconds=1)) == []
    assert order == ["NQ -1", "ES 2"]
    (standing,) = unit.asked
    close = Decimal("5001")
    assert standing.equity == 1000 + 4 * close
    assert {name: (one.held, one.decides, one.anew) for name, one in standing.lanes.items()} == {
        "ES": (1, True, False), "NQ": (3, True, False)}  # fmt: skip


def test_none_is_decided_until_all_are_complete_and_all_are_skipped_if_one_is_late() -> None:
    lanes = [Lane("ES"), Lane("NQ")]
    made, unit = trader(lanes, {"ES": 1, "NQ": 1}, frozenset({"NQ"}))
    assert [one.symbol for one in made.due(END + timedelta(seconds=5))] == ["NQ"]
    assert [lane.told for lane in lanes] == [[], []]
    made.due(END + timedelta(seconds=91))
    for lane in lanes:
        assert lane.told == [("skip", "it was late: 91 s after its close the bars of NQ were not complete")]
    assert unit.asked == []


def test_a_silent_lane_is_skipped_alone() -> None:
    lanes = [Lane("ES"), Lane("NQ", 2)]
    made, unit = trader(lanes, {"ES": 1, "NQ": 2}, NQ=BARS[:3])
    made.due(END + timedelta(seconds=1))
    assert lanes[0].told == [("hold", 1, Decimal("5001.0"), "seen")]
    assert lanes[1].told == [("skip", "no live bar of NQ arrived in it")]
    assert [one.decides for one in unit.asked[0].lanes.values()] == [True, False]


def test_a_lane_whose_bar_goes_on_is_not_decided() -> None:
    lanes = [Lane("ES"), Lane("NQ", bar=None)]
    made, unit = trader(lanes, {"ES": 1, "NQ": 5})
    made.due(END + timedelta(seconds=1))
    assert (len(lanes[0].told), lanes[1].told) == (1, [])
    assert not unit.asked[0].lanes["NQ"].decides


def test_what_cannot_be_computed_skips_all_with_the_reason() -> None:
    lanes = [Lane("ES"), Lane("NQ")]
    made, unit = trader(lanes, {"ES": 1, "NQ": 1})

    def refused(*_: object) -> dict[str, SimpleNamespace]:
        raise TradingRefused("Bars of NQ are missing.")

    unit.bars_at = refused  # type: ignore[method-assign]
    made.due(END + timedelta(seconds=1))
    assert [lane.told for lane in lanes] == [[("skip", "Bars of NQ are missing.")]] * 2


@pytest.mark.parametrize(
    ("last", "anew"),
    [
        ((START - timedelta(hours=1), 2), False),
        ((START - timedelta(hours=1), 3), True),
        ((START - timedelta(hours=2), 2), True),
        (None, True),
    ],
)
def test_who_missed_a_bar_or_an_order_decides_anew(last: tuple[datetime, int] | None, anew: bool) -> None:
    spec: Any = SimpleNamespace(_last=last, held=lambda: 2)
    assert SpecTrader.astray(spec, BARS) is anew
    lanes = [Lane("ES", 2, lost=anew)]
    made, unit = trader(lanes, {"ES": 2})
    made.due(END + timedelta(seconds=1))
    assert unit.asked[0].lanes["ES"].anew is anew
