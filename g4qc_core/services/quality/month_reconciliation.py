"""Comparison of one instrument's month with the gateway's own hourly and session bars.

Every complete session is compared once, in the contract that traded most. A request for a month of hours costs as much
as one for a session, so a month is requested at once. Sessions that agreed before are not requested again: the
gateway's values are stored and compared with our current bars. `g4qc_core.bars.bar_comparison` decides when two bars
agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from g4qc_core.bars.bar_comparison import COMPARED_COLUMNS, FAULTS, by_trade_date, compare_bars, faults
from g4qc_core.bars.bar_source import BarRequest, BarSource
from g4qc_core.bars.columns import VALUES
from g4qc_core.bars.minute_classes import missing
from g4qc_core.bars.missing_sessions import in_sentences
from g4qc_core.calendars.session_calendar import Session, SessionCalendar, calendar
from g4qc_core.errors import GatewayError, InvalidBars, NoData
from g4qc_core.ib.history_requests import chunk_sessions
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.sentences import counted
from g4qc_core.services.coverage.completeness import not_made_of
from g4qc_core.services.extraction.ledgered_request import LedgeredRequest, empty_outcome, outcome_of
from g4qc_core.services.extraction.patience import Patience
from g4qc_core.services.extraction.unanswered import Missed
from g4qc_core.services.month_keys import key_of
from g4qc_core.storage.request_ledger import Outcome
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import SESSION, Timeframe, timeframe

HOUR = timeframe("1h")

Fronts = dict[date, str]
"""The contract month in which each trade date is compared."""

_NOTHING_COMPARED = pd.DataFrame(columns=list(COMPARED_COLUMNS))
_NO_BARS = pd.DataFrame({name: np.array([], float) for name in VALUES}).assign(
    timestamp=pd.DatetimeIndex([], tz="UTC").as_unit("us")
)

# Interactive Brokers restates a session for some hours after its close, and sends its daily bar after the settlement.
_SETTLED_AFTER = timedelta(hours=12)


@dataclass(frozen=True)
class ReconciledMonth:
    """The result of comparing one instrument's month.

    Attributes:
        key: the partition.
        compared: `COMPARED_COLUMNS`, one row per bar.
        requests: number of requests.
        unmade: sentences about hours or sessions that were not derived from minutes and so cannot be compared.
        missed: failed requests; earlier findings about their sessions stay.
    """

    key: str
    compared: pd.DataFrame
    requests: int
    unmade: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()

    @property
    def faults(self) -> pd.DataFrame:
        """The rows that differ."""
        return faults(self.compared)

    def __str__(self) -> str:
        sessions = self.compared["trade_date"].nunique()
        text = (
            f"{counted(len(self.compared), 'bar')} of {counted(sessions, 'session')} compared, "
            f"{counted(len(self.faults), 'differs', 'differ')}"
        )
        return f"{text}. {' '.join(self.unmade)}" if self.unmade else text


def reconcile_month(
    instrument: Instrument,
    first: date,
    last: date,
    source: BarSource,
    stores: Stores,
    run_id: str | None,
    patience: Patience | None = None,
) -> ReconciledMonth:
    """Compare every complete and settled session of a month of trade dates, and store the findings.

    A failed request does not stop the others; it is in the ledger and in `missed`.

    Args:
        instrument: the instrument.
        first: first trade date of the month.
        last: last trade date of the month.
        source: the gateway.
        stores: the stores.
        run_id: the Dagster run, for the ledger.
        patience: shared by all months of a run; None: a new one.

    Raises:
        GatewayError: the gateway's clock cannot be read.
    """
    patience = patience or Patience()
    now = source.server_time()
    sessions = calendar(instrument.calendar)
    window = [s for s in sessions.sessions(first, last) if s.close + _SETTLED_AFTER <= now]
    fronts = _whole_fronts(instrument, window, stores)
    known = stores.comparisons.bars(instrument.symbol, first, last)
    agreed = _agreed(known, fronts)
    chain = {contract.month: contract for contract in stores.contracts.chain(instrument.symbol)}
    compared: list[pd.DataFrame] = []
    missed: list[Missed] = []
    lost: set[date] = set()
    requests = 0
    for span in _timeframes(window) if fronts else ():
        ours = _of_days(stores.bars.bars(instrument.symbol, span.name, *_instants(window)), fronts)
        theirs = [_stored_answers(known, span, agreed)]
        for month in sorted({*fronts.values()}):
            days = {day: front for day, front in fronts.items() if front == month and day not in agreed}
            for request in _requests(chain[month], span, days, sessions, now):
                answer = _try(request, source, stores, run_id, patience)
                if isinstance(answer, Missed):
                    missed.append(answer)
                    lost |= days.keys()
                else:
                    theirs.append(_of_days(_named(answer, request, sessions), days))
                requests += 1
        compared.append(compare_bars(ours, pd.concat(theirs, ignore_index=True), span, instrument))
    found = pd.concat(compared, ignore_index=True) if compared else _NOTHING_COMPARED
    found = _with_known_of(lost, found, known)
    stores.comparisons.replace_bars(instrument.symbol, first, last, found, now)
    lacking = not_made_of(stores, instrument, first, last, (HOUR, SESSION))
    unmade = tuple(in_sentences(instrument.symbol, lacking))
    return ReconciledMonth(key_of(instrument.symbol, first), found, requests, unmade, tuple(missed))


def _with_known_of(lost: set[date], found: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the new findings, with the earlier ones for trade dates whose request failed."""
    if not lost:
        return found
    days = [pd.Timestamp(day) for day in lost]
    before = known.loc[known["trade_date"].isin(days), list(COMPARED_COLUMNS)]
    now = found[~found["trade_date"].isin(days)]
    return pd.concat([part for part in (now, before) if len(part)] or [now], ignore_index=True)


def _agreed(known: pd.DataFrame, fronts: Fronts) -> Fronts:
    """Return the sessions that were compared before in the same contract and did not differ."""
    doubtful = known["finding"].isin([str(fault) for fault in FAULTS])
    apart = {day.date() for day in known.loc[doubtful, "trade_date"]}
    before = {day.date(): month for day, month in zip(known["trade_date"], known["contract"], strict=True)}
    return {day: month for day, month in fronts.items() if before.get(day) == month and day not in apart}


def _whole_fronts(instrument: Instrument, window: Sequence[Session], stores: Stores) -> Fronts:
    """Return the contract that traded most, for each trade date on which all its minutes are known and validated."""
    if not window:
        return {}
    first, last = window[0].trade_date, window[-1].trade_date
    quality = stores.bars.quality(instrument.symbol, first, last)
    whole = quality[(missing(quality) == 0) & (quality["quarantined"] == 0) & (quality["traded"] > 0)]
    days = stores.bars.bars(instrument.symbol, SESSION.name, *_instants(window))
    busiest = days.sort_values("volume").drop_duplicates("trade_date", keep="last")
    settled = busiest[busiest["trade_date"].isin([pd.Timestamp(s.trade_date) for s in window])]
    good = settled.merge(whole[["trade_date", "contract"]], on=["trade_date", "contract"]).sort_values("trade_date")
    return {day.date(): str(month) for day, month in zip(good["trade_date"], good["contract"], strict=True)}


def _timeframes(window: Sequence[Session]) -> tuple[Timeframe, ...]:
    """Return the timeframes to compare: the gateway's hours start on the hour, ours at the session's open."""
    return (HOUR, SESSION) if all(session.open.minute == 0 for session in window) else (SESSION,)


def _instants(window: Sequence[Session]) -> tuple[datetime, datetime]:
    return window[0].open, window[-1].close


def _of_days(bars: pd.DataFrame, days: Fronts) -> pd.DataFrame:
    """Return the bars of these sessions, each in its contract."""
    front = bars["trade_date"].map({pd.Timestamp(day): month for day, month in days.items()})
    return bars[bars["contract"].astype(object) == front.astype(object)].reset_index(drop=True)


def _stored_answers(known: pd.DataFrame, span: Timeframe, agreed: Fronts) -> pd.DataFrame:
    """Return the gateway's stored bars of these sessions, with the column names of its answers."""
    rows = known[(known["timeframe"] == span.name) & known["gateway_close"].notna()]
    named = rows[["contract", "timestamp", "trade_date"]]
    return _of_days(named.assign(**{name: rows[f"gateway_{name}"] for name in VALUES}), agreed)


def _requests(
    contract: Contract, span: Timeframe, days: Fronts, sessions: SessionCalendar, now: datetime
) -> list[BarRequest]:
    """Return the fewest requests that cover these days; days in between are requested too."""
    if not days:
        return []
    return chunk_sessions(contract, span, sessions.sessions(min(days), max(days)), sessions, now)


def _try(
    request: BarRequest, source: BarSource, stores: Stores, run_id: str | None, patience: Patience
) -> pd.DataFrame | Missed:
    """Return the bars of the request, or the failed request with its reason."""
    if not patience.asks(request.contract):
        return Missed(request, None)
    try:
        bars = _ask(request, source, stores, run_id)
    except (GatewayError, InvalidBars) as error:
        patience.failed(request.contract, error)
        return Missed(request, error)
    patience.answered(request.contract)
    return bars


def _ask(request: BarRequest, source: BarSource, stores: Stores, run_id: str | None) -> pd.DataFrame:
    ledgered = LedgeredRequest(request, source, run_id)
    try:
        bars = source.bars(request)
    except NoData as error:
        stores.ledger.record(ledgered.entry(empty_outcome(request, ledgered.at, stores.ledger), error))
        return _NO_BARS
    except (GatewayError, InvalidBars) as error:
        stores.ledger.record(ledgered.entry(outcome_of(error), error))
        raise
    stores.ledger.record(ledgered.entry(Outcome.DATA, bars=len(bars)))
    return bars


def _named(bars: pd.DataFrame, request: BarRequest, sessions: SessionCalendar) -> pd.DataFrame:
    """Return the gateway's bars with contract and trade date. A session's bar carries its date as midnight."""
    named = bars[["timestamp", *VALUES]]
    if request.timeframe.is_session:
        named = named.assign(trade_date=bars["timestamp"].dt.tz_localize(None).astype("datetime64[s]"))
        named = by_trade_date(named.sort_values("timestamp", ignore_index=True), sessions)
    else:
        named = named.assign(trade_date=sessions.assign(bars["timestamp"])["trade_date"])
    return named.assign(contract=request.contract.month)
