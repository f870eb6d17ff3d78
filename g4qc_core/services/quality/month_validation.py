"""Validation of one instrument's month: raw bars to validated bars, quarantine and quality rows, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from g4qc_core.bars.columns import BAR_COLUMNS, QUALITY_COLUMNS
from g4qc_core.bars.fingerprint import version_of
from g4qc_core.bars.minute_classes import missing, session_quality
from g4qc_core.bars.quarantine.decisions import undecided
from g4qc_core.bars.schema import SchemaFailure, schema_failures
from g4qc_core.bars.source_choice import GATEWAY
from g4qc_core.bars.validation.validate import validate
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.sentences import counted
from g4qc_core.services.chains import ruled_contracts
from g4qc_core.services.chosen_bars import chosen_bars
from g4qc_core.services.coverage.source_answers import SourceByDay, clock_of, known_windows
from g4qc_core.services.extraction.answers import reopened_sessions
from g4qc_core.services.month_keys import key_of
from g4qc_core.storage.bar_stores.validated_sessions import Received
from g4qc_core.storage.bar_stores.version_store import Made
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


@dataclass(frozen=True)
class ValidatedMonth:
    """The result of validating one instrument's month.

    Attributes:
        key: the partition.
        bars: number of good bars, of all contracts.
        sessions: number of trade dates with a good bar.
        quarantined: bars that broke a rule, with the reason.
        undecided: quarantined bars that await a decision, or the answer to a refetch.
        quality: one row per contract and session, minutes by class.
        failures: violations of the schema of good bars; any is a defect of validation itself.
        version: fingerprint of the good bars.
    """

    key: str
    bars: int
    sessions: int
    quarantined: pd.DataFrame
    undecided: pd.DataFrame
    quality: pd.DataFrame
    failures: list[SchemaFailure]
    version: str

    @property
    def gaps(self) -> int:
        """Expected minutes that are unknown, because a request failed or was never made."""
        return int(missing(self.quality).sum())

    def __str__(self) -> str:
        text = (
            f"{counted(self.bars, 'bar')}, {counted(self.sessions, 'session')}, {len(self.quarantined):,} quarantined"
        )
        return f"{text}, {counted(self.gaps, 'minute')} missing" if self.gaps else text


@dataclass(frozen=True)
class RebuiltMinutes:
    """What validation makes of the raw bars of a month, before it is stored.

    Attributes:
        start: open of the first session, UTC.
        end: close of the last session, UTC.
        bars: good bars.
        quarantined: bars that broke a rule.
        quality: one row per contract and session.
        received: the raw bars.
    """

    start: datetime
    end: datetime
    bars: pd.DataFrame
    quarantined: pd.DataFrame
    quality: pd.DataFrame
    received: Received


def rebuilt_minutes(
    instrument: Instrument, first: date, last: date, stores: Stores, overrides: Collection[RollOverride] = ()
) -> RebuiltMinutes:
    """Return what validation makes of the stored raw bars of a month of trade dates, and store nothing.

    Minutes are expected by the clock of extraction: until the newest request about this month, and for sessions that
    were over by the newest request of all, until their close. Accepted bars pass every rule that is only a suspicion.

    Args:
        instrument: the instrument.
        first: first trade date of the month.
        last: last trade date of the month.
        stores: the stores.
        overrides: rolls set by hand, whose sessions are expected too.
    """
    sessions = calendar(instrument.calendar)
    window = sessions.sessions(first, last)
    start, end = window[0].open, window[-1].close
    contracts = {contract.month: contract for contract in stores.contracts.chain(instrument.symbol)}
    received = chosen_bars(instrument, start, end, stores)
    raw = received.bars
    accepted = stores.quarantine.accepted(instrument.symbol, start, end)
    validated = validate(raw, instrument, contracts, sessions, accepted)
    bars = validated.good[list(BAR_COLUMNS)]
    found = _Found(bars, validated.quarantined, _files_by_contract(received, instrument))
    quality = _quality(instrument, contracts, window, found, stores, overrides)
    return RebuiltMinutes(start, end, bars, validated.quarantined, quality, received)


def validate_month(
    instrument: Instrument, first: date, last: date, stores: Stores, overrides: Collection[RollOverride] = ()
) -> ValidatedMonth:
    """Validate the stored raw bars of a month of trade dates and replace the month's validated bars.

    If good bars violate their schema, nothing is written and the stored bars stay. The arguments are those of
    `rebuilt_minutes`.
    """
    found = rebuilt_minutes(instrument, first, last, stores, overrides)
    failures, version = schema_failures(found.bars), version_of(found.bars)
    if not failures:
        made = Made(first, version, version_of(found.received.bars))
        parts = (found.bars, found.quarantined, found.quality)
        stores.bars.replace_partition(
            instrument.symbol, found.start, found.end, *parts, first, last, made, found.received
        )
    return ValidatedMonth(
        key=key_of(instrument.symbol, first),
        bars=len(found.bars),
        sessions=int(found.bars["trade_date"].nunique()),
        quarantined=found.quarantined,
        undecided=undecided(stores.quarantine.listed(instrument.symbol, found.start, found.end)),
        quality=found.quality,
        failures=failures,
        version=version,
    )


@dataclass(frozen=True)
class _Found:
    """The bars of a month: good ones, quarantined ones, and by contract the days on which those of a file count."""

    bars: pd.DataFrame
    quarantined: pd.DataFrame
    files: Mapping[str, SourceByDay]


def _files_by_contract(received: Received, instrument: Instrument) -> dict[str, dict[date, str]]:
    own = (received.sources != GATEWAY).to_numpy()
    rows = received.bars[own].assign(source=received.sources[own])
    days = calendar(instrument.calendar).assign(rows["timestamp"])["trade_date"]
    keys = rows.assign(day=days.to_numpy())[["contract", "day", "source"]].drop_duplicates().dropna()
    found: dict[str, dict[date, str]] = {}
    for contract, day, source in keys.itertuples(index=False):
        found.setdefault(str(contract), {})[day.date()] = str(source)
    return found


def _quality(
    instrument: Instrument,
    contracts: Mapping[str, Contract],
    window: Sequence[Session],
    found: _Found,
    stores: Stores,
    overrides: Collection[RollOverride],
) -> pd.DataFrame:
    """Return the quality rows of the contracts that the roll rule selects, and of others that were requested."""
    start, end = window[0].open, window[-1].close
    entries = stores.ledger.entries(instrument.symbol, None, ONE_MINUTE.name, start, end, source=None)
    newest = stores.ledger.last()
    # A session that is over by the clock of any extraction is expected completely, even if it was never requested.
    over = [s.close for s in window if newest is not None and s.close <= newest.requested_at]
    until = max([*map(clock_of, entries), *over], default=start)
    reopened = reopened_sessions(instrument, start, end, stores)
    heads = stores.contracts.heads(instrument.symbol)
    ruled = ruled_contracts(instrument, contracts.values(), window[0].trade_date, window[-1].trade_date, overrides)
    rows = []
    for month, contract in contracts.items():
        own = [e for e in entries if e.contract == month]
        requested = [s for s in window if any(e.window_start < s.close and e.window_end > s.open for e in own)]
        wanted = sorted({*ruled.get(contract, []), *requested}, key=lambda s: s.open)
        if not wanted:
            continue
        known = known_windows(own, wanted, found.files.get(month, {}), reopened, heads.get(month))
        good, bad = (one.loc[one["contract"] == month, "timestamp"] for one in (found.bars, found.quarantined))
        rows.append(session_quality(contract, wanted, good, bad, known.answered, known.failed, until))
    if not rows:
        return pd.DataFrame(columns=list(QUALITY_COLUMNS))
    quality = pd.concat(rows, ignore_index=True)
    return quality[quality["expected"] > 0].reset_index(drop=True)
