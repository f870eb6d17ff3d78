"""The check of `verification`: what is stored is what comes out when it is made again."""

from __future__ import annotations

import dagster as dg

from g4qc_core.sentences import listing
from g4qc_core.services.verification.verification_run import Verification

DERIVED_EQUALS_REBUILT = "derived_equals_rebuilt"


def verification_spec(asset: str) -> dg.AssetCheckSpec:
    """Return the specification of the check."""
    return dg.AssetCheckSpec(
        DERIVED_EQUALS_REBUILT,
        asset=asset,
        description="Validated minutes, timeframes, quality and rolls are equal to what their sources give now, unless "
        "they wait to be made again.",
        blocking=False,
    )


def verification_result(found: Verification) -> dg.AssetCheckResult:
    """Return the evaluation."""
    words = [f"{one.symbol} {one.part}, {one.what}: {one.about}" for one in found.differences]
    return dg.AssetCheckResult(
        check_name=DERIVED_EQUALS_REBUILT,
        passed=not words,
        severity=dg.AssetCheckSeverity.ERROR,
        description=listing(words) or None,
        metadata={"months": found.months, "wait to be made again": len(found.outdated)},
    )
