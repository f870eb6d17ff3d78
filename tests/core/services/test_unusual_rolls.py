"""Notes of a result about rolls that are not on the date of their rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import continuous
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.roll_rules import DaysBeforeExpiry
from g4qc_core.services.rolls.instrument_rolls import unusual_rolls
from tests.core.bars.builders import EQUITY, ES, THIRD_FRIDAYS, es_contract, good_bars

CHAIN = [es_contract(month) for month in THIRD_FRIDAYS]
BARS = good_bars(["202506", "202509", "202512"], EQUITY.sessions(date(2025, 5, 27), date(2025, 9, 30)), share=0.1)


def test_rolls_within_the_series_that_were_set_by_hand_or_moved_are_told(tmp_path: Path) -> None:
    file = tmp_path / "rolls.toml"
    file.write_text('[[roll]]\nsymbol = "ES"\ndate = 2025-09-08\nfrom = "202509"\nto = "202512"\nnote = "mine"\n')
    lost = (BARS["contract"] == "202509") & (BARS["trade_date"] == "2025-06-11")
    made = RollMaker(BARS[~lost], CHAIN, ES, EQUITY).calendar(DaysBeforeExpiry(8), load_overrides(file))
    series = continuous(BARS, made.rolls, Adjustment.NONE)
    assert unusual_rolls(made, series) == [
        "The roll from 202506 to 202509 on 2025-06-11: moved from 2025-06-12, where both contracts have no common "
        "price.",
        "The roll from 202509 to 202512 on 2025-09-08: set by hand; mine.",
    ]
    assert unusual_rolls(made, series[series["trade_date"] < "2025-06-11"]) == []
    assert unusual_rolls(None, series) == []
