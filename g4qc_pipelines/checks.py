"""Asset checks: green or red in the graph, with the rows that made them so.

A blocking check stops what would build on bad bars in the same run; a warning tells and lets pass. Evaluations carry no
partition in this version of Dagster, so that each names the months it speaks of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.bars.schema import schema_failures
from g4qc_pipelines.metadata import listing, table_of
from g4qc_pipelines.validation import ValidatedMonth

# More than this share of a month's bars in quarantine means that the feed or the instrument's definition is wrong, and
# nothing should be built on the rest.
_MAX_QUARANTINED = 0.01

CheckSpec = Callable[[str], dg.AssetCheckSpec]


@dataclass(frozen=True)
class _Check:
    name: str
    description: str
    blocking: bool

    def __call__(self, asset: str) -> dg.AssetCheckSpec:
        return dg.AssetCheckSpec(self.name, asset=asset, description=self.description, blocking=self.blocking)

    def result(self, failing: Sequence[str], **metadata: Any) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(
            check_name=self.name,
            passed=not failing,
            severity=dg.AssetCheckSeverity.ERROR if self.blocking else dg.AssetCheckSeverity.WARN,
            description=f"Not so in {listing(failing)}" if failing else None,
            metadata=metadata,
        )


_SCHEMA = _Check("schema", "Columns, types, order and finite prices are as promised (pandera).", blocking=True)
_SOUND = _Check("few_in_quarantine", "At most 1 % of a month's bars broke a rule of validation.", blocking=True)
_NOT_EMPTY = _Check("has_bars", "Every month has bars.", blocking=False)
_COVERED = _Check("coverage", "Nothing is missing: every expected minute was asked for and answered.", blocking=False)
_CONSERVED = _Check("volume_conserved", "Volume equals that of the minutes, contract by contract.", blocking=True)

BARS_CHECKS: tuple[CheckSpec, ...] = (_SCHEMA, _SOUND, _NOT_EMPTY, _COVERED)
DERIVED_CHECKS: tuple[CheckSpec, ...] = (_SCHEMA, _CONSERVED)


def check_minutes(months: Sequence[ValidatedMonth]) -> list[dg.AssetCheckResult]:
    """Evaluations of the checks of `bars_1min` over the months of one run."""
    broken = {str(m.key): m.failures for m in months if m.failures}
    quarantined = [m for m in months if len(m.quarantined) > _MAX_QUARANTINED * (len(m.quarantined) + len(m.bars))]
    incomplete = [m for m in months if m.gaps]
    reasons = pd.concat([m.quarantined[["contract", "reason"]].assign(month=m.key) for m in months])
    counted = reasons.groupby(["month", "contract", "reason"], as_index=False, observed=True).size()
    gaps = [m.quality[m.quality[["failed", "never_asked"]].sum(axis=1) > 0].assign(month=m.key) for m in months]
    return [
        _SCHEMA.result(list(broken), failures="; ".join(str(f) for fs in broken.values() for f in fs) or "none"),
        _SOUND.result([m.key for m in quarantined], quarantined=table_of(counted.head(100))),
        _NOT_EMPTY.result([m.key for m in months if m.bars.empty]),
        _COVERED.result(
            [m.key for m in incomplete],
            minutes=sum(m.gaps for m in months),
            sessions=table_of(pd.concat(gaps, ignore_index=True).head(100)),
        ),
    ]


def check_derived(
    sums: Sequence[tuple[str, pd.DataFrame, pd.DataFrame]],
) -> list[dg.AssetCheckResult]:
    """Evaluations of the checks of a derived timeframe: `(partition key, minutes, derived bars)` of one run."""
    broken = {key: failures for key, _, bars in sums if (failures := schema_failures(bars))}
    lost = [key for key, minutes, bars in sums if not _volumes(minutes).equals(_volumes(bars))]
    return [
        _SCHEMA.result(list(broken), failures="; ".join(str(f) for fs in broken.values() for f in fs) or "none"),
        _CONSERVED.result(lost),
    ]


def _volumes(bars: pd.DataFrame) -> pd.Series:
    return bars.groupby("contract")["volume"].sum().sort_index()
