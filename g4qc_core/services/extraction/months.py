"""Extraction of months of an instrument, from the stored chain to the data version of each month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from g4qc_core.bars.bar_source import BarSource
from g4qc_core.bars.fingerprint import version_of
from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.calendars.session_calendar import check_window, parse_date
from g4qc_core.errors import UsageError
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import Instrument, contract_month
from g4qc_core.services.chains import (
    Wanted,
    contracts_of_interest,
    merged,
    sessions_without_contract,
    stored_chain,
)
from g4qc_core.services.chosen_bars import record_raw_version
from g4qc_core.services.extraction.extraction_result import Extraction
from g4qc_core.services.extraction.extractor import extract_sessions
from g4qc_core.services.extraction.plan import USUAL, PlanRules
from g4qc_core.services.extraction.restated_bars import changes_after
from g4qc_core.services.window_ends import window_of
from g4qc_core.storage.stores import Stores

Days = tuple[date, date]
"""First and last trade date, both included."""


@dataclass(frozen=True)
class ExtractionScope:
    """The part of the months to extract.

    Attributes:
        contracts: contract months; empty: those that the roll rule calls for.
        days: trade dates to which the months are cut; None: whole months.
    """

    contracts: tuple[str, ...] = ()
    days: Days | None = None

    @classmethod
    def parse(cls, contracts: Sequence[str], first: str, last: str) -> ExtractionScope:
        """Return the scope that the texts spell.

        Args:
            contracts: contract months, like 201403.
            first: trade date, like 2026-10-01, or empty.
            last: the same; both or neither are given.

        Raises:
            UsageError: a text is malformed, only one date is given, or the dates are reversed.
        """
        months = tuple(contract_month(month) for month in contracts)
        if bool(first) != bool(last):
            raise UsageError("Give both `first` and `last`, or neither.")
        if not first:
            return cls(months)
        days = parse_date(first), parse_date(last)
        check_window(*days)
        return cls(months, days)

    def cut(self, month: Days) -> Days:
        """Return the part of the month that lies in the scope."""
        return month if self.days is None else (max(month[0], self.days[0]), min(month[1], self.days[1]))


WHOLE_MONTHS = ExtractionScope()
"""Whole months of the contracts that the roll rule calls for."""


@dataclass(frozen=True)
class ExtractedMonth:
    """The raw bars of a month after an extraction.

    Attributes:
        key: partition key, like `ES|2025-09-01`.
        bars: number of the gateway's raw bars in the month.
        version: data version of these bars.
        contracts: the wanted contract months, by expiry.
        extraction: the part of the extraction that belongs to the month.
        changes: `CHANGE_COLUMNS` of the month's restated bars.
        without_contract: trade dates on which no known contract trades.
    """

    key: str
    bars: int
    version: str
    contracts: tuple[str, ...]
    extraction: Extraction
    changes: pd.DataFrame
    without_contract: tuple[date, ...]


@dataclass(frozen=True)
class ExtractedMonths:
    """The result of one extraction of several months: as a whole, and by month."""

    extraction: Extraction
    months: tuple[ExtractedMonth, ...]


def extract_months(
    instrument: Instrument,
    months: Mapping[str, Days],
    source: BarSource,
    stores: Stores,
    tell: Callable[[str], None],
    scope: ExtractionScope = WHOLE_MONTHS,
    rules: PlanRules = USUAL,
    overrides: Iterable[RollOverride] = (),
    run_id: str | None = None,
) -> ExtractedMonths:
    """Request the missing bars of the months, store them, and record the data version of each month.

    A failed request leaves the others: `ExtractedMonths.extraction.missed` names it.

    Args:
        instrument: whose chain is stored.
        months: first and last day by partition key.
        source: gives the bars; its clock is "now".
        stores: keep bars, ledger and versions.
        tell: receives a line of progress for each request.
        scope: the part of the months to extract.
        rules: of planning.
        overrides: rolls that the user set, of any instrument.
        run_id: the Dagster run that asks, if there is one.

    Raises:
        UsageError: no chain is stored, or it lacks a contract of the scope.
        ContractNotFound: no contract of the chain trades in one of the months.
        GatewayError: the source's clock cannot be read.
    """
    chain, last_entry, overrides = stored_chain(instrument, stores), stores.ledger.last(), list(overrides)
    days = {key: scope.cut(month) for key, month in months.items()}
    wanted = {
        key: contracts_of_interest(instrument, chain, *window, scope.contracts, overrides)
        for key, window in days.items()
    }
    # One plan for all months, because a request may reach from one month into the next.
    done = extract_sessions(instrument, merged(wanted.values()), source, stores, run_id, tell, rules)
    changes = changes_after(instrument.symbol, last_entry, stores)
    return ExtractedMonths(
        done,
        tuple(
            _extracted(instrument, key, month, days[key], wanted[key], done, changes, stores)
            for key, month in months.items()
        ),
    )


def _extracted(
    instrument: Instrument,
    key: str,
    month: Days,
    days: Days,
    wanted: Wanted,
    done: Extraction,
    changes: pd.DataFrame,
    stores: Stores,
) -> ExtractedMonth:
    window = window_of(instrument, *month)
    chosen = record_raw_version(instrument, month[0], stores)
    # The gateway's own bars, whatever counts.
    raw = chosen.bars if chosen.sources.eq(GATEWAY).all() else stores.raw.bars(instrument.symbol, *window)
    version = version_of(raw)
    return ExtractedMonth(
        key,
        len(raw),
        version,
        tuple(contract.month for contract in wanted),
        done.within(*window),
        changes[changes["timestamp"].between(*window, inclusive="left")],
        tuple(sessions_without_contract(instrument, wanted, *days)),
    )
