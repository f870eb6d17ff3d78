"""The number of trades in a minute of a contract, and the bar that they form."""

from __future__ import annotations

import numpy as np

from g4qc_core.calendars.session_calendar import Session
from g4qc_core.gateway.markets.price_path import STEPS, activity
from g4qc_core.gateway.markets.simulated_market import Listing, MarketBars

_CONTRACTS_A_TRADE = 4.0


def expected_trades(a_day: float, share: float, session: Session) -> np.ndarray:
    """Return the expected number of trades in each minute of a session.

    Args:
        a_day: expected trades of all contract months in a full session.
        share: the contract's share of them, 0 to 1.
        session: the session.
    """
    return a_day * share * activity(session)


def trades(
    listing: Listing,
    path: np.ndarray,
    minutes: np.ndarray,
    expected: np.ndarray,
    generator: np.random.Generator,
) -> MarketBars:
    """Return the bars of a session; a minute without a trade has no row.

    Args:
        listing: contract and instrument.
        path: prices, `len(minutes) * STEPS` of them.
        minutes: starts of the session's minutes.
        expected: expected number of trades per minute.
        generator: random generator of this contract and session.
    """
    count = generator.poisson(expected * np.exp(generator.normal(0.0, 0.35, len(minutes))))
    volume = count + generator.poisson(count * (_CONTRACTS_A_TRADE - 1.0))
    traded = np.flatnonzero(count)
    digits = listing.digits
    scale = 10**digits
    tick = int(listing.tick * scale)
    grid = np.maximum(np.rint(path.reshape(-1, STEPS)[traded] * (scale / tick)), 1.0).astype(np.int64)
    count, volume = count[traded], volume[traded]
    # A minute with one trade has one price, a minute with two at most two.
    few = count <= 2
    grid[few, 1:-1] = grid[few, :1]
    grid[count == 1] = grid[count == 1, :1]
    low, high = grid.min(axis=1) * tick / scale, grid.max(axis=1) * tick / scale
    average = np.round(grid.mean(axis=1) * tick / scale, digits + 2)
    return MarketBars(
        start=minutes[traded].astype("datetime64[s]"),
        open=grid[:, 0] * tick / scale,
        high=high,
        low=low,
        close=grid[:, -1] * tick / scale,
        volume=volume.astype(np.int64),
        wap=np.clip(average, low, high),
        count=count.astype(np.int64),
    )
