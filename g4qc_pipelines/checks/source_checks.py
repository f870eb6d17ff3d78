"""The check of `source_differences`: do sources of the same bars agree?"""

from __future__ import annotations

import dagster as dg
import pandas as pd

from g4qc_core.services.quality.source_comparison import ComparedSources, source_runs
from g4qc_pipelines.checks.bar_checks import Check, CheckSpec
from g4qc_pipelines.checks.last_findings import LastFindings
from g4qc_pipelines.metadata import table_of

_ROWS = 100

_AGREE = Check(
    "sources_agree",
    "Where two sources have bars of the same contract and session, they agree within the tolerances of the instrument "
    "and the share of minutes of G4QC_SOURCE_TOLERANCE.",
    blocking=False,
    telling=True,
    then="See the sessions with `g4qc sources compare SYMBOL`. Correct the profile of the files and import them "
    "again, or let the other source come first.",
)

SOURCE_CHECKS: tuple[CheckSpec, ...] = (_AGREE,)


class SourceChecks:
    """Evaluations of the check of `source_differences` over the months of one run."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._sessions = 0
        self._runs: list[pd.DataFrame] = []

    def add(self, month: ComparedSources) -> None:
        """Count a month."""
        self._found[month.key] = month.problem()
        self._sessions += len(month.found)
        self._runs.append(runs_table(month).assign(month=month.key))

    def results(self, findings: LastFindings | None = None) -> list[dg.AssetCheckResult]:
        """Return the evaluations of at least one month."""
        runs = pd.concat(self._runs, ignore_index=True)
        apart = runs[~runs["agrees"].astype(bool)]
        return [_AGREE.result(self._found, findings, sessions=self._sessions, apart=table_of(apart.head(_ROWS)))]


def runs_table(month: ComparedSources) -> pd.DataFrame:
    """Return the runs of a month, one row each, in words."""
    rows = [
        (
            one.run.contract,
            f"{one.first} and {one.second}",
            str(one.run.first),
            str(one.run.last),
            one.run.sessions,
            str(one.run.summed.verdict),
            one.run.summed.agrees,
            one.words,
        )
        for one in source_runs(month.found)
    ]
    names = ("contract", "sources", "first", "last", "sessions", "verdict", "agrees", "words")
    return pd.DataFrame(rows, columns=list(names))
