"""The report of a simulation: what it is made of, and the page as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from g4qc_core.backtest.tear_sheet.page_shell import whole_page, writer_of
from g4qc_core.backtest.tear_sheet.sheet_words import AUTO
from g4qc_core.research.monte_carlo.report.monte_carlo_body import monte_carlo_body
from g4qc_core.research.monte_carlo.report.monte_carlo_charts import monte_carlo_charts


@dataclass(frozen=True, eq=False)
class MonteCarloPage:
    """Everything that the report of a simulation shows.

    Attributes:
        name: of the simulation.
        market: strategy, instrument and timeframe, in words.
        currency: of money.
        summary: what came out, as `MonteCarloOutcome.summary` and the card give it.
        frames: `fan`, `distributions`, `histograms`, `ruin`, `capital`, `scenarios`.
        inputs: everything that decides the numbers.
        notes: sentences about the simulation.
    """

    name: str
    market: str
    currency: str
    summary: Mapping[str, Any]
    frames: Mapping[str, pd.DataFrame]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()


def render_monte_carlo(page: MonteCarloPage, *, origin_note: str | None = None, language: str = AUTO) -> str:
    """Return the page as text.

    Args:
        page: what it shows.
        origin_note: text of a banner, for bars that are not of a real market.
        language: that the reader sees first: `en`, `es`, or `auto` for that of the browser. The page can change it.

    Raises:
        UsageError: there is no such language.
    """
    write = writer_of(language)
    return whole_page(
        page.name,
        monte_carlo_body(page, write, origin_note),
        write.own(f"{page.name} · {page.market}"),
        charts=monte_carlo_charts(page),
        data={},
        language=language,
    )
