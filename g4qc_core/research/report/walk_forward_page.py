"""The report of a walk-forward analysis: what it is made of, and the page as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from g4qc_core.backtest.tear_sheet.page_shell import whole_page, writer_of
from g4qc_core.backtest.tear_sheet.sheet_words import AUTO
from g4qc_core.research.report.walk_forward_body import walk_forward_body
from g4qc_core.research.report.walk_forward_charts import walk_forward_charts


@dataclass(frozen=True, eq=False)
class WalkForwardPage:
    """Everything that the report of an analysis shows.

    Attributes:
        name: of the analysis.
        family: the strategy.
        market: instrument and timeframe, in words.
        windows: a row for each window, `windows` of the study.
        stitched: session equity, `stitched` of the study.
        parameters: chosen values, `parameters` of the study.
        paths: combinatorial paths, `paths` of the study; empty: there are none.
        trials: what became of the sets, `trials` of the study.
        summary: of the study.
        inputs: everything that decides the numbers.
    """

    name: str
    family: str
    market: str
    windows: pd.DataFrame
    stitched: pd.DataFrame
    parameters: pd.DataFrame
    paths: pd.DataFrame
    trials: pd.DataFrame
    summary: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def notes(self) -> Sequence[str]:
        """Sentences about the analysis."""
        return tuple(self.summary.get("notes", ()))


def render_walk_forward(page: WalkForwardPage, *, origin_note: str | None = None, language: str = AUTO) -> str:
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
        walk_forward_body(page, write, origin_note),
        write.own(f"{page.name} · {page.family}"),
        charts=walk_forward_charts(page),
        data={},
        language=language,
    )
