"""Trials of a search as rows of the store, and the other way round when the search goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.research.search.kept_sample import KeptSample
from g4qc_core.research.search.searcher import TriedSet
from g4qc_core.services.research.search_plan import SearchPlan
from g4qc_core.storage.result_stores.search_store import SearchRecord, SearchStore
from g4qc_core.storage.result_stores.trial_blocks import SearchTrial


class TrialRows:
    """The trials of one search."""

    def __init__(self, plan: SearchPlan, record: SearchRecord, store: SearchStore) -> None:
        self._plan, self._record, self._store = plan, record, store

    def known(self, kept: KeptSample, earlier: Mapping[int, np.ndarray]) -> Iterator[TriedSet]:
        """Yield the trials that are stored already, by number.

        Args:
            kept: is offered the session returns of each of them that has a result.
            earlier: session returns that are stored, by number.
        """
        objective, _ = self._plan.spec.goal
        for one in self._store.trials(self._record.id):
            returns = earlier.get(one.number)
            if one.sessions is not None:
                kept.offer(one.number, returns)
            score = objective.score({objective.metric: one.objective}) if one.state == "ranked" else None
            yield TriedSet(
                number=one.number,
                parameters=one.parameters,
                state=one.state,
                words=one.words,
                objective=one.objective,
                score=score,
                fingerprint=one.fingerprint,
                metrics=one.metrics,
                returns=returns,
            )

    def stored(self, tried: TriedSet) -> SearchTrial:
        """Return a trial as the store keeps it."""
        return trial_row(tried, self._plan.backtest, self._record.data_version, self._record.code)


def trial_row(tried: TriedSet, backtest: BacktestSpec, data_version: str, code: str) -> SearchTrial:
    """Return a trial as the store keeps it.

    Args:
        tried: the trial.
        backtest: whose parameters were tried.
        data_version: fingerprint of its bars.
        code: versions of the code.
    """
    parameters = {**backtest.parameters, **tried.parameters}
    shape = {} if tried.shape is None else asdict(tried.shape)
    return SearchTrial(
        number=tried.number,
        state=tried.state,
        words=tried.words,
        objective=tried.objective,
        fingerprint=tried.fingerprint or _unrun(parameters, backtest, data_version, code),
        parameters=parameters,
        metrics=tried.metrics,
        **shape,
    )


def _unrun(parameters: Mapping[str, Any], backtest: BacktestSpec, data_version: str, code: str) -> str:
    """Return the fingerprint of a trial without a result, made of everything that decides it."""
    content = backtest.content() | {"parameters": dict(parameters)}
    text = json.dumps([content, data_version, code], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def shown_trial(tried: TriedSet) -> dict[str, Any]:
    """Return a trial JSON-safe, for progress and summaries."""
    return {
        "number": tried.number,
        "parameters": dict(tried.parameters),
        "objective": tried.objective,
        "fingerprint": tried.fingerprint,
        "metrics": dict(tried.metrics),
    }


def in_words(parameters: Mapping[str, Any]) -> str:
    """Return parameters in words: `fast 5, slow 20`."""
    return ", ".join(f"{name} {value}" for name, value in parameters.items())
