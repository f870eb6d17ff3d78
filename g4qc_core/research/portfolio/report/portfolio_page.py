"""The report of a portfolio: what it is made of, and the page as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from g4qc_core.backtest.tear_sheet.page_shell import whole_page, writer_of
from g4qc_core.backtest.tear_sheet.sheet_words import AUTO, say
from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.analysis.portfolio_frames import FRAMES

FAR = 0.25
"""Tracking error, as a share of the ideal volatility, from which whole contracts are called far from the ideal."""


@dataclass(frozen=True)
class PortfolioCheck:
    """The outcome of one check of the portfolio.

    Attributes:
        name: of the check.
        passed: whether it is as it should be.
        words: one sentence.
    """

    name: str
    passed: bool
    words: str


@dataclass(frozen=True, eq=False)
class PortfolioPage:
    """Everything that the report of a portfolio shows.

    Attributes:
        name: of the portfolio.
        currency: of the account.
        capital: money before the first session.
        frames: those of `portfolio_frames.FRAMES`, by name.
        summary: figures of `portfolio_summary`, by name.
        figures: of the account in whole contracts, any of `metrics.DEFINITIONS`.
        checks: what the checks say.
        inputs: everything that decides the numbers.
        notes: sentences about the portfolio.
        far: relative distance from which the verdict calls whole contracts far from the ideal.
    """

    name: str
    currency: str
    capital: float
    frames: Mapping[str, pd.DataFrame]
    summary: Mapping[str, float | int | None]
    figures: Mapping[str, Any] = field(default_factory=dict)
    checks: Sequence[PortfolioCheck] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    far: float = FAR

    def __post_init__(self) -> None:
        lacking = [name for name in FRAMES if name not in self.frames]
        if lacking:
            raise UsageError(f"The report of a portfolio lacks the frame {lacking[0]}.")

    @property
    def names(self) -> list[str]:
        """The instruments."""
        return self.frames["instruments"]["instrument"].tolist()

    @property
    def days(self) -> pd.DatetimeIndex:
        """The trade dates."""
        return pd.DatetimeIndex(self.frames["equity"]["trade_date"])


def verdict_of(page: PortfolioPage) -> tuple[str, dict[str, Any]]:
    """Return the key of the sentence that sums up the portfolio, and its values."""
    held, distance = page.summary.get("instruments_held"), page.summary.get("relative_distance")
    values: dict[str, Any] = {
        "capital": ("money", page.capital),
        "currency": page.currency,
        "held": held,
        "all": page.summary.get("instruments"),
        "error": ("percent", page.summary.get("tracking_error")),
        "distance": ("percent", distance),
    }
    if not held:
        least = page.frames["instruments"]["least_capital"].min()
        values["least"] = ("money", float(least)) if pd.notna(least) and least < float("inf") else ("money", None)
        return "portfolio.verdict.nothing", values
    if distance is None:
        return "portfolio.verdict.unknown", values
    return f"portfolio.verdict.{'far' if distance > page.far else 'near'}", values


def verdict_words(page: PortfolioPage, language: str = "en") -> str:
    """Return the sentence that sums up the portfolio.

    Args:
        page: what the report shows.
        language: `en` or `es`.

    Raises:
        UsageError: there is no such language.
    """
    key, values = verdict_of(page)
    return say(language, key, values)


def render_portfolio(page: PortfolioPage, *, origin_note: str | None = None, language: str = AUTO) -> str:
    """Return the page as text.

    Args:
        page: what it shows.
        origin_note: text of a banner, for bars that are not of a real market.
        language: that the reader sees first: `en`, `es`, or `auto` for that of the browser. The page can change it.

    Raises:
        UsageError: there is no such language.
    """
    from g4qc_core.research.portfolio.report.portfolio_body import portfolio_body
    from g4qc_core.research.portfolio.report.portfolio_charts import portfolio_charts
    from g4qc_core.research.portfolio.report.session_charts import session_axis

    write = writer_of(language)
    return whole_page(
        page.name,
        portfolio_body(page, write, origin_note),
        write.own(page.name),
        charts=portfolio_charts(page),
        data={"bars": len(page.days), "axis": session_axis(page.days)},
        language=language,
    )
