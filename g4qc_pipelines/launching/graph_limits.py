"""Limits of the graph: which months it has, and which partitions an asset can have.

Dagster would start a run that makes nothing, or that fails; this module refuses it. Must not launch anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from g4qc_core.api.job_launcher import ExtractionRequest
from g4qc_core.calendars.session_calendar import month_window
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.month_keys import key_of, parse_key
from g4qc_pipelines.launching.graphql import MONTHS
from g4qc_pipelines.partitions.graph_months import check_months, check_sessions


@dataclass(frozen=True)
class Limits:
    """The limits of the graph, now."""

    registry: Registry

    def check_order(self, instrument: Instrument, order: ExtractionRequest) -> None:
        """Raise UsageError for a window or a contract that the graph cannot extract."""
        check_sessions(instrument, order.first, order.last)
        if order.contracts and not instrument.expires:
            raise UsageError(f"{instrument.symbol} has no contract months: name none.")
        for contract in order.contracts:
            ends = month_window(date(int(contract[:4]), int(contract[4:]), 1))[1]
            if ends < order.first:
                raise UsageError(f"{instrument.symbol} {contract} ends before {order.first}: ask for earlier sessions.")

    def check_keys(self, asset: str, kind: str, first: str | None, last: str | None) -> None:
        """Raise UsageError for partitions that the asset cannot have.

        Args:
            kind: kind of the asset's partitions, as in `Graph.assets`.
            first, last: the partition, or the ends of a range.
        """
        if not kind and (first is not None or last is not None):
            raise UsageError(f"The asset {asset} has no partitions: name none.")
        if kind and first is None:
            raise UsageError(f"The asset {asset} has partitions: name one.")
        if first is None:
            return
        if kind == MONTHS:
            begins, ends = (self._month(key) for key in (first, last or first))
            if begins[0] != ends[0] or ends < begins:
                raise UsageError("A range goes along the months of one instrument, the earlier one first.")
            check_months(begins[1], ends[1])
        elif last not in (None, first):
            raise UsageError(f"The asset {asset} is made one partition at a time: name one.")

    def _month(self, key: str) -> tuple[str, date]:
        instrument, month, _ = parse_key(key, self.registry)
        if key != (wanted := key_of(instrument.symbol, month)):
            raise UsageError(f"'{key}' is no partition: write {wanted}.")
        return instrument.symbol, month
