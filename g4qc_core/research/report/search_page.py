"""The report of a search: what it is made of, and the page as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from g4qc_core.backtest.tear_sheet.page_shell import whole_page, writer_of
from g4qc_core.backtest.tear_sheet.sheet_words import AUTO
from g4qc_core.errors import UsageError
from g4qc_core.research.report.search_body import search_body
from g4qc_core.research.report.surface_charts import surface_charts
from g4qc_core.research.surface.surface_report import SurfaceReport


@dataclass(frozen=True, eq=False)
class SearchPage:
    """Everything that the report of a search shows.

    Attributes:
        name: of the search.
        family: the strategy.
        market: instrument and timeframe, in words.
        trials: a row for each trial with a result, the best first: a column for each parameter, one for the objective,
            and any of `metrics.DEFINITIONS`.
        parameters: names of the columns of parameters.
        objective: name of the figure that is looked for.
        currency: of money.
        counts: what became of the sets, by name: `tried`, and those of `COUNTS` that are known.
        confirmed: how many of the best trials the reference engine has confirmed.
        surface: between the parameters; None if no trial has the objective.
        worth: what all trials leave of the best one, figures by name.
        inputs: everything that decides the numbers.
        notes: sentences about the search.
    """

    name: str
    family: str
    market: str
    trials: pd.DataFrame
    parameters: Sequence[str]
    objective: str
    currency: str
    counts: Mapping[str, int] = field(default_factory=dict)
    confirmed: int = 0
    surface: SurfaceReport | None = None
    worth: Mapping[str, float | int | None] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def __post_init__(self) -> None:
        lacking = [name for name in (*self.parameters, self.objective) if name not in self.trials.columns]
        if lacking:
            raise UsageError(f"The trials have no column {lacking[0]}: give the parameters and the objective.")


def render_search(search: SearchPage, *, origin_note: str | None = None, language: str = AUTO) -> str:
    """Return the page as text.

    Args:
        search: what it shows.
        origin_note: text of a banner, for bars that are not of a real market.
        language: that the reader sees first: `en`, `es`, or `auto` for that of the browser. The page can change it.

    Raises:
        UsageError: there is no such language.
    """
    write = writer_of(language)
    return whole_page(
        search.name,
        search_body(search, write, origin_note),
        write.own(f"{search.name} · {search.family}"),
        charts=surface_charts(search),
        data={},
        language=language,
    )
