"""What the results of backtests were made of, and whether it is still what is stored.

A result carries the fingerprint of the series that it read. Dagster cannot say which results a restated bar touches: it
knows that a backtest reads bars, and not which instrument, months and contract; here the series itself is asked.
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
        now: version of the series as it is stored; None where it cannot be read.
        pending: partitions that the series is read from, and that were never made or whose bars changed since.
        problem: why the series cannot be read, where it cannot.
    """

    spec: str
    used: str
    now: str | None
    pending: list[str]
    problem: str | None = None

    @property
    def current(self) -> bool:
        """True when running the spec again would read the very same series."""
        return self.now == self.used and not self.pending

    @property
    def why(self) -> str:
        """One sentence that says how the result stands to its inputs."""
        if self.problem is not None and not self.pending:
            return self.problem
        reasons = []
        if self.now not in (None, self.used):
            reasons.append("its series has changed since: run `backtest` again")
        if self.pending:
            reasons.append(f"bars that it reads were restated: materialize {listing(self.pending)}")
        return "; ".join(reasons) or "made of what is stored now"

    def to_dict(self) -> dict[str, Any]:
        """The values that a program reads."""
        return {"current": self.current, "why": self.why, "used": self.used, "now": self.now, "pending": self.pending}


def inputs_of_newest(stores: Stores, registry: Registry) -> list[Inputs]:
    """The inputs of the newest result of each spec whose instrument is known, by the spec's name."""
    versions = stores.versions.versions()
    records = [record for record in stores.backtests.newest() if record.spec["instrument"] in registry]
    return [inputs_of(record, stores, registry, versions) for record in records]


def inputs_of(record: BacktestRecord, stores: Stores, registry: Registry, versions: Sequence[MonthVersion]) -> Inputs:
    """The inputs of one result.

    Args:
        versions: of the instrument's months, or of all.
    """
    used = str(record.inputs["data_version"])
    pending: list[str] = []
    try:
        spec = BacktestSpec.from_dict(record.spec)
        pending = _pending(spec, versions)
        return Inputs(record.spec_name, used, data_version(spec, registry, stores), pending)
    except G4qcError as error:
        return Inputs(record.spec_name, used, None, pending, str(error))


def _pending(spec: BacktestSpec, versions: Iterable[MonthVersion]) -> list[str]:
    own = [version for version in versions if version.symbol == spec.instrument]
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
