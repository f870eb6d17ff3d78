"""Choice of backtest results by spec, strategy, instrument, tags and age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from g4qc_core.errors import UsageError
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord, BacktestStore


@dataclass(frozen=True)
class ResultChoice:
    """Criteria for results; a result must meet all that are given.

    Attributes:
        spec: name of the spec under which it was run.
        strategy, instrument: of its spec.
        tags: tags that it must all have.
        made_before: time before which it was made, UTC.
    """

    spec: str | None = None
    strategy: str | None = None
    instrument: str | None = None
    tags: tuple[str, ...] = ()
    made_before: datetime | None = None

    def found(self, store: BacktestStore) -> list[BacktestRecord]:
        """Return the results, the newest first."""
        return [record for record in store.results(self.spec) if self._fits(record)]

    def check_narrow(self) -> None:
        """Raise UsageError for a choice without spec, strategy, instrument and tags: too wide for a deletion."""
        if not (self.spec or self.strategy or self.instrument or self.tags):
            raise UsageError("Say which results: by id, spec, strategy, instrument or tag.")

    def _fits(self, record: BacktestRecord) -> bool:
        return (
            self.strategy in (None, record.spec.get("strategy"))
            and self.instrument in (None, record.spec.get("instrument"))
            and {tag.lower() for tag in self.tags} <= set(record.tags)
            and (self.made_before is None or record.created_at < self.made_before)
        )
