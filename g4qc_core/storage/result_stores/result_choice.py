"""Which results of backtests are meant: by spec, strategy, instrument, tags and age.

Must not know what becomes of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from g4qc_core.errors import UsageError
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord, BacktestStore


@dataclass(frozen=True)
class ResultChoice:
    """Results that fit all that is given.

    Attributes:
        spec: name of a spec under which they were run.
        tags: words that they all have.
        made_before: instant before which they were made.
    """

    spec: str | None = None
    strategy: str | None = None
    instrument: str | None = None
    tags: tuple[str, ...] = ()
    made_before: datetime | None = None

    def found(self, store: BacktestStore) -> list[BacktestRecord]:
        """The results, newest first."""
        return [record for record in store.results(self.spec) if self._fits(record)]

    def check_narrow(self) -> None:
        """Raise UsageError for a choice that reaches over all specs: too wide for a deletion."""
        if not (self.spec or self.strategy or self.instrument or self.tags):
            raise UsageError("Say which results: by id, spec, strategy, instrument or tag.")

    def _fits(self, record: BacktestRecord) -> bool:
        return (
            self.strategy in (None, record.spec.get("strategy"))
            and self.instrument in (None, record.spec.get("instrument"))
            and {tag.lower() for tag in self.tags} <= set(record.tags)
            and (self.made_before is None or record.created_at < self.made_before)
        )
