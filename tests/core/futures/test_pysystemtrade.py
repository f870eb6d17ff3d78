"""pysystemtrade's published adjusted prices, for every instrument whose files are next to the project."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from g4qc_core.bars.columns import PRICES
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.futures.continuous import continuous
from g4qc_core.futures.rolls.roll_calendar import roll_frame
from tests.market_data import MARKET_DATA, needs_market_data

FOLDER = MARKET_DATA / "pysystemtrade"
MULTIPLE = "_multiple_prices.csv"
FILES = sorted(FOLDER.glob(f"*{MULTIPLE}*"))


def bars_and_rolls(prices: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Multiple prices as bars and rolls: each row is a bar and a session of its own, because rolls come within a day.

    At each change of PRICE_CONTRACT the roll is priced in the row before it: PRICE is the old contract's price there
    and FORWARD the new one's.
    """
    n = len(prices)
    days = pd.DatetimeIndex(np.arange(n).astype("datetime64[D]").astype("datetime64[s]"))
    months = (prices["PRICE_CONTRACT"].astype("int64") // 100).astype(str)
    bars = pd.DataFrame({"contract": months, "timestamp": days.tz_localize("UTC"), "trade_date": days, "volume": 0})
    bars = bars.assign(**dict.fromkeys(PRICES, prices["PRICE"]))
    at = np.flatnonzero(months.to_numpy()[1:] != months.to_numpy()[:-1]) + 1
    old, new = prices["PRICE"].to_numpy()[at - 1], prices["FORWARD"].to_numpy()[at - 1]
    rolls = [
        {"symbol": "SP500", "rule": "published", "position": 0, "date": days[row], "from_contract": months[row - 1],
         "to_contract": months[row], "from_price": before, "to_price": after, "gap": after - before,
         "priced_at": pd.NaT, "source": "rule", "note": ""}
        for row, before, after in zip(at, old, new, strict=True)
    ]  # fmt: skip
    return bars, roll_frame(rolls)


def published(path: Path) -> tuple[pd.DataFrame, pd.Series]:
    prices = pd.read_csv(path)
    adjusted = pd.read_csv(path.with_name(path.name.replace(MULTIPLE, "_adjusted_prices.csv")))
    assert list(prices.iloc[:, 0]) == list(adjusted.iloc[:, 0])
    return prices, adjusted["price"]


@needs_market_data
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.split(MULTIPLE)[0])
def test_additive_adjustment_is_the_published_one_to_the_ninth_digit(path: Path) -> None:
    prices, expected = published(path)
    series = continuous(*bars_and_rolls(prices), Adjustment.ADDITIVE)
    assert list(series["close"].isna()) == list(expected.isna())
    np.testing.assert_allclose(series["close"], expected, rtol=0, atol=1e-9)


@needs_market_data
def test_the_published_prices_of_the_sp500_have_157_rolls() -> None:
    prices, _ = published(FOLDER / "SP500_multiple_prices.csv.gz")
    assert len(bars_and_rolls(prices)[1]) == 157


@needs_market_data
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.split(MULTIPLE)[0])
def test_a_price_that_is_not_known_is_not_known_in_any_adjustment(path: Path) -> None:
    prices, _ = published(path)
    holes = prices.assign(PRICE=prices["PRICE"].mask(np.arange(len(prices)) % 97 == 5))
    bars, rolls = bars_and_rolls(prices)
    bars = bars.assign(**dict.fromkeys(PRICES, holes["PRICE"]))
    for adjustment in Adjustment:
        assert list(continuous(bars, rolls, adjustment)["close"].isna()) == list(holes["PRICE"].isna())
