"""The path of an underlying price: days with trends and clustered volatility, and minutes between them.

Pure numbers from a seed.
"""

from __future__ import annotations

import zlib
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from g4qc_core.calendars.session_calendar import Session
from g4qc_core.instruments.registry import Instrument

STEPS = 6
"""Points of the path in one minute; open, high, low and close of a minute come from them."""

_FIRST, _LAST = np.datetime64("1999-12-01"), np.datetime64("2060-01-01")
_FUTURES_OPEN, _CHICAGO = time(17, 0), ZoneInfo("America/Chicago")
_YEAR = 365.25 * 86_400
_NOTIONAL = 100_000.0

# Daily volatility and yearly carry by calendar, as a proxy for the kind of product.
_EQUITIES = (0.010, 0.038)
_CHARACTERS = {
    "fx": (0.0045, 0.018),
    "forex_spot": (0.0045, 0.0),
    "energy": (0.020, -0.030),
    "metals": (0.011, 0.042),
    "rates": (0.0035, -0.010),
    "grains": (0.013, 0.030),
    "livestock": (0.009, 0.010),
}

_TRADES_A_DAY = {
    "ES": 350_000.0,
    "NQ": 280_000.0,
    "EC": 70_000.0,
    "RTY": 90_000.0,
    "YM": 80_000.0,
    "MES": 400_000.0,
    "MNQ": 500_000.0,
    "CL": 150_000.0,
    "GC": 120_000.0,
    "ZN": 110_000.0,
    "ZC": 90_000.0,
    "ZS": 80_000.0,
    "EURUSD": 90_000.0,
}
_OTHER_TRADES_A_DAY = 40_000.0
_BRIDGE, _DAYS, _VOLUME = 1, 2, 3


class Underlying:
    """The price behind all contract months of an instrument, as a natural logarithm.

    Args:
        instrument: gives level, volatility and carry; without a typical price, a contract is worth about 100,000 in
            its currency.
        seed: seed of the market.
    """

    def __init__(self, instrument: Instrument, seed: int) -> None:
        self._instrument = instrument
        self._seed = seed
        self._salt = zlib.crc32(instrument.symbol.encode())
        self._daily, self._carry = _CHARACTERS.get(instrument.calendar, _EQUITIES)
        quoted = _NOTIONAL * instrument.price_magnifier / float(instrument.multiplier)
        level = float(instrument.typical_price or quoted)
        self._levels, self._volatility = self._walk(np.log(level))

    def generator(self, day: date, stream: int) -> np.random.Generator:
        """Return the random generator of one stream in one session."""
        return np.random.default_rng([self._seed, self._salt, day.toordinal(), stream])

    def path(self, session: Session) -> np.ndarray:
        """Return logarithms of the price through a session, `STEPS` values per minute.

        The path starts near the level of the business day before and ends at the level of its own trade date.
        """
        minutes, at = session.length, _business_days_since_first(session.trade_date)
        generator = self.generator(session.trade_date, _BRIDGE)
        size = minutes * STEPS
        spread = _activity(minutes, _hours_before(session)).repeat(STEPS) * _clusters(generator, minutes).repeat(STEPS)
        steps = generator.standard_normal(size) * spread
        steps *= self._volatility[at] / np.sqrt((spread**2).sum())
        gap = generator.normal(0.0, 0.15) * self._volatility[at]
        start, end = self._levels[at - 1] + gap, self._levels[at]
        share = np.cumsum(spread**2) / (spread**2).sum()
        walk = np.cumsum(steps)
        return start + walk - share * (walk[-1] - (end - start))

    def carry(self, minutes: np.ndarray, last_trade_at: datetime) -> np.ndarray:
        """Return the premium of a contract over the underlying, as a logarithm: `len(minutes) * STEPS` values."""
        end = np.datetime64(last_trade_at.replace(tzinfo=None), "us")
        years = (end - minutes).astype("timedelta64[s]").astype(float) / _YEAR
        return (self._carry * np.maximum(years, 0.0)).repeat(STEPS)

    def volume(self, trade_date: date) -> float:
        """Return the expected number of trades of all contract months in a full session."""
        usual = _TRADES_A_DAY.get(self._instrument.symbol, _OTHER_TRADES_A_DAY)
        busy = self._volatility[_business_days_since_first(trade_date)] / self._daily
        chance = np.exp(self.generator(trade_date, _VOLUME).normal(0.0, 0.12))
        return usual * float(np.sqrt(busy) * chance)

    def _walk(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return logarithm of the price and volatility on every business day since the first."""
        days = int(np.busday_count(_FIRST, _LAST)) + 1
        generator = np.random.default_rng([self._seed, self._salt, _DAYS])
        volatility = self._daily * np.exp(_autoregressive(generator, days, 0.97, 0.10))
        noise = generator.standard_normal(days) * volatility
        # A weak pull towards the level keeps the price plausible in every decade.
        wander = _recursion(noise, 0.985)
        periods = generator.uniform(40.0, 700.0, 6)
        phases = generator.uniform(0.0, 2 * np.pi, 6)
        sizes = self._daily * np.sqrt(periods) * 0.2
        waves = sizes * np.sin(2 * np.pi * np.arange(days)[:, None] / periods + phases)
        return level + wander + waves.sum(axis=1), volatility


def _business_days_since_first(day: date) -> int:
    return int(np.busday_count(_FIRST, np.datetime64(day, "D")))


def _autoregressive(generator: np.random.Generator, size: int, memory: float, spread: float) -> np.ndarray:
    return _recursion(generator.normal(0.0, spread, size), memory)


def _recursion(shocks: np.ndarray, memory: float) -> np.ndarray:
    values = np.empty(len(shocks))
    value = 0.0
    for i, shock in enumerate(shocks.tolist()):
        value = memory * value + shock
        values[i] = value
    return values


@lru_cache(maxsize=64)
def _activity(minutes: int, hours_before: float) -> np.ndarray:
    """Return relative activity per minute: quiet evening, busy morning, busier at the cash open and close."""
    hour = hours_before + np.arange(minutes) / 60.0
    evening = 0.45 + 0.25 * np.exp(-hour / 1.5)
    europe = 0.45 * np.exp(-(((hour - 10.0) / 2.0) ** 2))
    cash_open = 1.6 * np.exp(-np.abs(hour - 15.6) / 1.1)
    cash = 0.7 * ((hour > 15.5) & (hour < 22.0))
    cash_close = 1.1 * np.exp(-(((hour - 21.9) / 0.35) ** 2))
    return evening + europe + cash_open + cash + cash_close


def _clusters(generator: np.random.Generator, minutes: int) -> np.ndarray:
    """Return slowly changing activity within a session, around 1."""
    width = 45
    noise = generator.standard_normal(minutes + width)
    smooth = np.cumsum(noise)
    return np.exp(0.35 * (smooth[width:] - smooth[:-width]) / np.sqrt(width))


def activity(session: Session) -> np.ndarray:
    """Return each minute's share of a day's trades; the shares of a full session of futures sum to 1."""
    lively = _activity(session.length, _hours_before(session)) ** 1.7
    return lively / (_activity(1_380, 0.0) ** 1.7).sum()


def _hours_before(session: Session) -> float:
    """Return the hours from 17:00 in Chicago, when futures open, to the session's open."""
    futures_open = datetime.combine(session.trade_date - timedelta(days=1), _FUTURES_OPEN, _CHICAGO)
    return (session.open - futures_open) / timedelta(hours=1) % 24
