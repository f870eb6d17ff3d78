"""What became of one parameter set: the answer of a worker to the searcher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.metrics.session_returns import session_returns
from g4qc_core.errors import ParametersMisfit, UsageError
from g4qc_core.research.search.session_shape import SessionShape

OutcomeState = Literal["done", "refused", "failed", "skipped"]

_LONGEST = 1_000


@dataclass(frozen=True)
class SetOutcome:
    """What became of one set.

    Attributes:
        number: place in the order in which the search proposed sets.
        parameters: of the strategy; all of them, defaults included, if there is a result, otherwise those of the set.
        state: `done`; `refused` by the account; `failed` in the user's code or beyond the limits; or `skipped`, because
            the values do not fit together.
        words: why there is no result, one sentence; empty if there is one.
        fingerprint: id of the result; empty if there is none.
        metrics: figures of the result.
        returns: session returns, float64; empty if there is no result, None if they were not wanted.
        shape: moments of the returns; None if there is no result.
    """

    number: int
    parameters: Mapping[str, Any]
    state: OutcomeState
    words: str = ""
    fingerprint: str = ""
    metrics: Mapping[str, float | int | None] = field(default_factory=dict)
    returns: np.ndarray | None = field(default_factory=lambda: np.empty(0))
    shape: SessionShape | None = None

    def without_returns(self) -> SetOutcome:
        """Return the outcome of a result without its session returns."""
        return self if self.state != "done" else replace(self, returns=None)


class OutOfMemory(Exception):
    """A set needed more memory than it may have."""


def evaluate_set(number: int, parameters: Mapping[str, Any], evaluator: Evaluator, cash: float) -> SetOutcome:
    """Evaluate one set; whatever the strategy does wrong is an outcome.

    Raises:
        OutOfMemory: the memory limit was reached.
    """
    try:
        found = evaluator.evaluate(parameters)
    except ParametersMisfit as error:
        return SetOutcome(number, parameters, "skipped", str(error))
    except MemoryError:
        raise OutOfMemory from None
    except UsageError as error:
        if _is_memory(error):
            raise OutOfMemory from None
        return SetOutcome(number, parameters, "failed", _cut(error))
    except Exception as error:  # noqa: BLE001 - the sandbox: one set must not end the search
        return SetOutcome(number, parameters, "failed", f"{type(error).__name__}: {_cut(error)}")
    if found.refused:
        return SetOutcome(number, found.parameters, "refused", found.refused)
    returns = session_returns(found.equity, cash)
    if not np.isfinite(returns).all():
        return SetOutcome(number, parameters, "failed", "The equity of the set is not a number in every session.")
    shape = SessionShape.of(returns)
    return SetOutcome(number, found.parameters, "done", "", found.fingerprint, found.metrics, returns, shape)


def _is_memory(error: BaseException) -> bool:
    """Return whether running out of memory is among the causes."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _cut(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
