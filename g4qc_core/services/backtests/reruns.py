"""Which backtests to run again because the series that they read changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from g4qc_core.services.backtests.result_inputs import Inputs


def due_reruns(found: Iterable[Inputs], launched: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """Return the version of the changed series, by spec, for each backtest that is due.

    A backtest whose bars are still being made is not due. Each version of a series is run once, whatever the outcome.

    Args:
        found: inputs of the newest result of each spec.
        launched: version for which each spec was last launched.
        known: specs that can be run.
    """
    return {
        one.spec: one.now
        for one in found
        if one.now not in (None, one.used)
        and not one.pending
        and one.spec in known
        and launched.get(one.spec) != one.now
        and one.now is not None
    }
