"""The inputs of stored results, and whether they are still the stored ones.

A result has the fingerprint of the series that it read. Dagster does not know which results a restated bar affects: it
knows that a backtest reads bars, but not which instrument, months and contracts. So the series is read again and
compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import listing
from g4qc_core.services.backtests.spec_run import data_version
from g4qc_core.services.month_keys import key_of
from g4qc_core.storage.bar_stores.version_store import RAW, MonthVersion, never_made, outdated
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


@dataclass(frozen=True)
class Inputs:
    """The inputs of the newest result of a spec.

    Attributes:
        spec: its name.
        used: version of the series that the result was made of.
        now: version of the series as it is stored; None if it cannot be read.
        pending: partitions of the series that were never made, or whose bars have changed since.
        problem: why the series cannot be read, if it cannot.
        asset: what is run to make the result.
    """

    spec: str
    used: str
    now: str | None
    pending: list[str]
    problem: str | None = None
    asset: str = "backtest"

    @property
    def current(self) -> bool:
        """True if a run of the spec would read exactly the same series."""
        return self.now == self.used and not self.pending

    @property
    def why(self) -> str:
        """One sentence on whether the result is current, and why."""
        if self.problem is not None and not self.pending:
            return self.problem
        reasons = []
        if self.now not in (None, self.used):
            reasons.append(f"its series has changed since: run `{self.asset}` again")
        if self.pending:
            reasons.append(f"bars that it reads were restated: materialize {listing(self.pending)}")
        return "; ".join(reasons) or "made of what is stored now"

    def to_dict(self) -> dict[str, Any]:
        """Return the values for programs."""
        return {"current": self.current, "why": self.why, "used": self.used, "now": self.now, "pending": self.pending}


def inputs_of_newest(stores: Stores, registry: Registry) -> list[Inputs]:
    """Return the inputs of the newest result of each spec whose instrument is known, by the spec's name."""
    versions = stores.versions.versions()
    records = [record for record in stores.backtests.newest() if record.spec["instrument"] in registry]
    return [inputs_of(record, stores, registry, versions) for record in records]


def inputs_of(record: BacktestRecord, stores: Stores, registry: Registry, versions: Sequence[MonthVersion]) -> Inputs:
    """Return the inputs of one result.

    Args:
        record: the result.
        stores: of the bars.
        registry: the instruments.
        versions: of the instrument's months, or of all.
    """
    used = str(record.inputs["data_version"])
    pending: list[str] = []
    try:
        spec = BacktestSpec.from_dict(record.spec)
        pending = pending_bars(spec, versions)
        return Inputs(record.spec_name, used, data_version(spec, registry, stores), pending)
    except G4qcError as error:
        return Inputs(record.spec_name, used, None, pending, str(error))


def pending_bars(spec: BacktestSpec, versions: Iterable[MonthVersion]) -> list[str]:
    """Return the partitions of a spec's series that were never made, or whose bars have changed since.

    Args:
        spec: the backtest.
        versions: of its instruments' months, or of all.
    """
    own = [version for version in versions if version.symbol in spec.instruments]
    steps: Mapping[str, str] = {ONE_MINUTE.name: RAW, spec.timeframe: ONE_MINUTE.name}
    if spec.timeframe == ONE_MINUTE.name:
        steps = {ONE_MINUTE.name: RAW}
    return [
        f"bars_{kind} {key_of(symbol, month)}"
        for kind, made_from in steps.items()
        for symbol, month in sorted(outdated(own, kind, made_from) | never_made(own, kind, made_from))
        if _reads(spec, month)
    ]


def _reads(spec: BacktestSpec, month: date) -> bool:
    first, last = month_window(month)
    return (spec.first is None or spec.first <= last) and (spec.last is None or spec.last >= first)
