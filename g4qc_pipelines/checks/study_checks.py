"""Asset checks of studies: those of the kind, and whether what a study read is still what is stored."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from g4qc_core.services.backtests.result_inputs import Inputs
from g4qc_core.services.research.study import StudyCheck, StudyKind
from g4qc_pipelines.checks.bar_checks import Check
from g4qc_pipelines.checks.last_findings import LastFindings

_CURRENT = Check(
    "inputs_current",
    "What the study read is what is stored now: no bar, roll or result that it reads has changed since.",
    blocking=False,
    telling=True,
    then="Run the study again, after the partitions that its reason names.",
)


def study_checks(kind: StudyKind) -> tuple[Check, ...]:
    """Return the checks of the asset of a kind."""
    own = (Check(name, words, blocking=False, telling=True) for name, words in kind.checks.items())
    return (*own, _CURRENT)


def study_results(
    kind: StudyKind, name: str, found: Sequence[StudyCheck], inputs: Inputs, findings: LastFindings | None
) -> list[dg.AssetCheckResult]:
    """Return the evaluations after a study that is done.

    Args:
        kind: of the study.
        name: of the study.
        found: what the kind says of it.
        inputs: of the study.
        findings: last findings in the other partitions; None: unknown.
    """
    by_name = {one.name: one for one in study_checks(kind)}
    results = [
        by_name[one.name].result(
            {name: "" if one.passed else one.words},
            findings,
            words=one.words,
            figures=dg.MetadataValue.json(dict(one.figures)),
        )
        for one in found
    ]
    return [*results, _inputs_result(inputs, findings)]


def inputs_evaluation(kind: str, inputs: Sequence[Inputs], findings: LastFindings | None) -> dg.AssetCheckEvaluation:
    """Return the evaluation of the check of inputs by a sensor, which belongs to no run.

    Args:
        kind: of the studies.
        inputs: of the studies, one or more.
        findings: last findings in the other partitions; None: unknown.
    """
    result = _CURRENT.result({one.spec: _stale(one) for one in inputs}, findings)
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(kind),
        check_name=_CURRENT.name,
        passed=bool(result.passed),
        severity=result.severity,
        description=result.description,
        metadata=result.metadata,
    )


def _inputs_result(inputs: Inputs, findings: LastFindings | None) -> dg.AssetCheckResult:
    return _CURRENT.result({inputs.spec: _stale(inputs)}, findings, words=inputs.why)


def _stale(inputs: Inputs) -> str:
    return "" if inputs.current else inputs.why
