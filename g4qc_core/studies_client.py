"""The methods of both clients that start and read searches and studies.

>>> import g4qc_core as g4
>>> study = g4.G4QC().monte_carlo("sma_cross-ES-1h")  # doctest: +SKIP
>>> study.figures, study.checks, study.frames()  # doctest: +SKIP
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from g4qc_core.client_frames import with_instants
from g4qc_core.client_study import SEARCH, Progress, Study, StudySource, StudyWork


class StudiesClient(ABC):
    """The methods of both clients that start and read searches and studies."""

    @property
    @abstractmethod
    def _studies(self) -> StudySource:
        """Where they run and are stored."""

    def walk_forward(
        self,
        spec: str | Mapping[str, Any],
        *,
        wait: bool = True,
        progress: Progress = True,
        seconds: float | None = None,
        **fields: Any,
    ) -> Study:
        """Search a strategy again in each window of time and run each choice on the sessions after it.

        Args:
            spec: name of an entry of the walk-forward file, of one that ran, or of a search or backtest whose
                parameters are searched; or the fields of the spec.
            wait: wait until it has ended; otherwise it is started, `Study.job` has the id of its job, and `Study.wait`
                waits.
            progress: where each line of progress goes: the error stream, nowhere, or a function.
            seconds: longest time to wait; None: as long as it takes.
            fields: further fields of the spec, in place of those that it has.

        Raises:
            G4qcError: the spec is refused, or the run failed; the message says why.
        """
        return self.run_study("walk_forward", spec, wait=wait, progress=progress, seconds=seconds, **fields)

    def monte_carlo(
        self,
        spec: str | Mapping[str, Any],
        *,
        wait: bool = True,
        progress: Progress = True,
        seconds: float | None = None,
        **fields: Any,
    ) -> Study:
        """Simulate what else could have come of a result: drawdowns to expect, risk of ruin, capital needed.

        Args:
            spec: id of a result, name of a backtest or of a simulation that ran; or the fields of the spec.
            wait: as in `walk_forward`.
            progress: as in `walk_forward`.
            seconds: as in `walk_forward`.
            fields: further fields of the spec, in place of those that it has.

        Raises:
            G4qcError: the spec is refused, or the run failed; the message says why.
        """
        return self.run_study("monte_carlo", spec, wait=wait, progress=progress, seconds=seconds, **fields)

    def portfolio(
        self,
        spec: str | Mapping[str, Any],
        *,
        wait: bool = True,
        progress: Progress = True,
        seconds: float | None = None,
        **fields: Any,
    ) -> Study:
        """Run many strategies on many instruments in one account, in whole contracts.

        Args:
            spec: name of an entry of the portfolios file or of one that ran; or the fields of the spec.
            wait: as in `walk_forward`.
            progress: as in `walk_forward`.
            seconds: as in `walk_forward`.
            fields: further fields of the spec, in place of those that it has.

        Raises:
            G4qcError: the spec is refused, or the run failed; the message says why.
        """
        return self.run_study("portfolio", spec, wait=wait, progress=progress, seconds=seconds, **fields)

    def search(
        self,
        backtest: str | Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
        *,
        wait: bool = True,
        progress: Progress = True,
        seconds: float | None = None,
        **more: Any,
    ) -> Study:
        """Try many parameter sets of a backtest; a search that was stopped goes on.

        The frames are `trials`, `proposed`, `heat_maps`, `slices` and `optima`. With `wait=False` the search is only
        started: `Study.job` has the id of its job.

        Args:
            backtest: name of the spec whose parameters are searched, or its fields.
            parameters: values to try by parameter: a list, or `{"from": 5, "to": 50, "step": 5}`; None: the strategy's
                own ranges.
            wait: as in `walk_forward`.
            progress: as in `walk_forward`.
            seconds: as in `walk_forward`.
            more: any other field of a search spec, like `objective`, `method`, `trials` or `constraints`.

        Raises:
            BacktestRefused: no set keeps the constraints.
            G4qcError: the spec is refused, or the run failed; the message says why.
        """
        given = {"backtest": backtest, "parameters": parameters, **more}
        return self.run_study(SEARCH, given, wait=wait, progress=progress, seconds=seconds)

    def run_study(
        self,
        kind: str,
        spec: str | Mapping[str, Any],
        *,
        wait: bool = True,
        progress: Progress = True,
        seconds: float | None = None,
        **fields: Any,
    ) -> Study:
        """Run a study of any kind; `walk_forward`, `monte_carlo` and `portfolio` are this with their kind.

        Args:
            kind: name of the kind.
            spec: what the study is about by its name, or the fields of its spec.
            wait: as in `walk_forward`.
            progress: as in `walk_forward`.
            seconds: as in `walk_forward`.
            fields: further fields of the spec.

        Raises:
            G4qcError: the spec is refused, or the run failed; the message says why.
        """
        of = spec if isinstance(spec, str) else _plain(spec)
        study = Study(self._studies, self._studies.start(kind, of, _plain(fields)))
        return study.wait(seconds, progress) if wait else study

    def study(self, kind: str, words: str) -> Study:
        """Return a study that was run before.

        Args:
            kind: `search`, `walk_forward`, `monte_carlo` or `portfolio`.
            words: its id, or the name of its spec: then the newest one of that name.

        Raises:
            NotFound: there is none.
        """
        study_id = self._studies.find(kind, words)
        found = self._studies.document(kind, study_id)
        return Study(self._studies, StudyWork(kind, found["name"], found["spec"]), study_id)

    def studies(self, kind: str, name: str | None = None, limit: int = 100) -> pd.DataFrame:
        """Return the studies of a kind, one row each with its key figures, newest first.

        Args:
            kind: `search`, `walk_forward`, `monte_carlo` or `portfolio`.
            name: only those of this name.
            limit: most studies to return.
        """
        rows = [
            {label: value for label, value in one.items() if label != "figures"} | one.get("figures", {})
            for one in self._studies.listed(kind, name, limit)
        ]
        return with_instants(pd.DataFrame(rows), ("started_at", "ended_at"))

    def trials(self, search: str, ranked: bool = True, limit: int = 1000, offset: int = 0) -> pd.DataFrame:
        """Return trials of a search, one row each with parameters and figures.

        Args:
            search: id of the search.
            ranked: the best first, without those that are not ranked; otherwise all, as they were proposed.
            limit: most trials to return.
            offset: trials to leave out before the first.
        """
        return self._studies.trials(search, ranked, limit, offset)


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields JSON-safe, without those that are None."""
    return {str(name): _value(value) for name, value in fields.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _value(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset | range):
        return [_value(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Path):
        return str(value)
    return value.item() if hasattr(value, "item") else value
