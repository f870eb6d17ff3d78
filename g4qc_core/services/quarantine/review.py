"""Review of quarantined bars: which bars a decision is about, whether it is allowed, and what it rebuilds.

Commands and the API share these functions. They record no decision and start no run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from g4qc_core.bars.quarantine.decisions import Preview, awaiting, fingerprint, groups_of
from g4qc_core.bars.quarantine.reasons import Decision, Reason, gravest_first, in_words
from g4qc_core.bars.quarantine.selection import BarKey, Selection, parse_bar_key
from g4qc_core.calendars.session_calendar import calendar, month_window
from g4qc_core.errors import DecidedMeanwhile, UsageError
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.sentences import counted
from g4qc_core.services.coverage.completeness import not_made_of
from g4qc_core.services.extraction.answers import session_at
from g4qc_core.services.month_keys import key_of
from g4qc_core.services.quarantine.selected_bars import read_selected
from g4qc_core.storage.stores import Stores


@dataclass(frozen=True)
class DecisionRequest:
    """A decision, and the bars that it is about.

    Attributes:
        decision: the decision.
        bars: names of bars or of runs of bars; empty: all bars of the selection.
        selection: restricts the bars.
        seen: `Preview.seen` of the preview that the user confirmed; None: no preview was shown.
    """

    decision: Decision
    bars: Sequence[str] = ()
    selection: Selection = field(default_factory=Selection)
    seen: str | None = None


@dataclass(frozen=True)
class Chosen:
    """Bars of one instrument as `read_selected` returns them."""

    instrument: Instrument
    bars: pd.DataFrame


@dataclass(frozen=True)
class Rebuild:
    """One month to rebuild after a decision: its validated minutes, and all timeframes if `timeframes` is True."""

    month: str
    timeframes: bool


def choose_bars(asked: DecisionRequest, registry: Registry, stores: Stores) -> list[Chosen]:
    """Return the bars that a request is about, after checking that the decision is allowed for all of them.

    Named bars are included whatever was decided before. A selection contains the bars that await a decision, or for
    REOPEN the decided ones; if there are none, the bars that already have this decision, so that repeating a request
    changes nothing.

    Args:
        asked: the decision and its bars.
        registry: all instruments.
        stores: the stores.

    Raises:
        UsageError: a name or the selection matches no bar, or a bar for which this decision is not allowed.
        DecidedMeanwhile: the bars differ from the confirmed ones.
    """
    asked.selection.check()
    if not asked.bars and not asked.selection:
        raise UsageError("Name bars, or select them by instrument, contract, reason, session or time.")
    keys = list(dict.fromkeys(parse_bar_key(key, registry) for key in asked.bars))
    chosen = []
    for instrument in _instruments(asked, keys, registry):
        own = [key for key in keys if key.symbol == instrument.symbol]
        bars = read_selected(stores.quarantine, instrument, asked.selection, own)
        _check_named(own, bars)
        chosen.append(Chosen(instrument, bars))
    chosen = [one for one in (chosen if keys else _decidable(chosen, asked.decision)) if not one.bars.empty]
    if not chosen:
        none = "has a decision that could be taken back" if asked.decision is Decision.REOPEN else "awaits a decision"
        command = asked.selection.command()
        raise UsageError(f"No bar in quarantine that meets this {none}: `{command} --all` shows what there is.")
    for one in chosen:
        _check(one, asked.decision, stores)
    if asked.seen is not None and asked.seen != _seen(chosen, asked.decision):
        raise DecidedMeanwhile(
            "These bars changed since they were shown, so that nothing is recorded: look at them again, then decide."
        )
    return chosen


def preview_of(chosen: Sequence[Chosen], decision: Decision, stores: Stores) -> Preview:
    """Return a summary of the bars, and of the runs that the decision starts."""
    months = [one.month for one in rebuilds(chosen, decision, stores)]
    return Preview(
        decision,
        groups_of({one.instrument.symbol: one.bars for one in chosen}),
        sum(int((one.bars["decision"] == decision).sum()) for one in chosen),
        months,
        len(months) + (len(sessions_of(chosen)) if decision is Decision.REFETCH else 0),
        _seen(chosen, decision),
    )


def rebuilds(chosen: Iterable[Chosen], decision: Decision, stores: Stores) -> list[Rebuild]:
    """Return the months to rebuild after the decision, ascending.

    Every decision validates its months again. Dropping quarantined bars changes no minute, so that timeframes are
    rebuilt only where they are out of date.
    """
    found = []
    for one in chosen:
        for month in sorted({day.replace(day=1) for day in one.bars["trade_date"]}):
            leaves = decision is not Decision.DROP or bool((one.bars["decision"] == Decision.ACCEPT).any())
            timeframes = leaves or bool(not_made_of(stores, one.instrument, *month_window(month)))
            found.append(Rebuild(key_of(one.instrument.symbol, month), timeframes))
    return sorted(found, key=lambda rebuild: rebuild.month)


def sessions_of(chosen: Iterable[Chosen]) -> list[tuple[str, str, date]]:
    """Return instrument, contract and trade date of each session that contains one of the bars, ascending."""
    pairs = ((one, *pair) for one in chosen for pair in zip(one.bars["contract"], one.bars["trade_date"], strict=True))
    return sorted({(one.instrument.symbol, contract, day) for one, contract, day in pairs})


def _instruments(asked: DecisionRequest, keys: Sequence[BarKey], registry: Registry) -> list[Instrument]:
    named = dict.fromkeys([*(key.symbol for key in keys)] or asked.selection.instruments or registry)
    wanted = set(asked.selection.instruments) or set(named)
    return [registry[symbol] for symbol in named if symbol in wanted]


def _decidable(found: Sequence[Chosen], decision: Decision) -> list[Chosen]:
    """Return the bars of a selection that the decision can change; if there are none, those that already have it."""
    open_ones = [_kept(one, _open(one.bars, decision)) for one in found]
    if all(one.bars.empty for one in open_ones):
        return [_kept(one, one.bars["decision"] == decision) for one in found]
    return open_ones


def _open(bars: pd.DataFrame, decision: Decision) -> pd.Series:
    waits = pd.Series(awaiting(bars), index=bars.index)
    return ~waits if decision is Decision.REOPEN else waits


def _kept(one: Chosen, which: pd.Series) -> Chosen:
    return Chosen(one.instrument, one.bars[which].reset_index(drop=True))


def _seen(chosen: Iterable[Chosen], decision: Decision) -> str:
    return fingerprint([(one.instrument.symbol, one.bars) for one in chosen], decision)


def _check_named(keys: Iterable[BarKey], bars: pd.DataFrame) -> None:
    for key in keys:
        named = (bars["contract"] == key.contract) & bars["timestamp"].between(key.first, key.last)
        if not named.any():
            raise UsageError(
                f"{key} is not in quarantine: `g4qc quarantine list --instrument {key.symbol} --all` shows what is."
            )


def _check(chosen: Chosen, decision: Decision, stores: Stores) -> None:
    """Raise UsageError if the decision is not allowed for one of the bars."""
    if decision is Decision.ACCEPT:
        acceptable = chosen.bars["reason"].map(lambda reason: Reason(reason).acceptable).astype(bool)
        _refuse_grave(chosen, chosen.bars[~acceptable])
    if decision is Decision.REOPEN:
        never = chosen.bars[~chosen.bars["decision"].isin([Decision.ACCEPT, Decision.DROP, Decision.REOPEN])]
        if not never.empty:
            raise UsageError(f"{_names(chosen, never)} no decision that could be taken back: leave that out.")
    if decision is Decision.REFETCH:
        unknown = chosen.bars[~chosen.bars.apply(_askable(chosen.instrument, stores), axis=1).astype(bool)]
        if not unknown.empty:
            raise UsageError(
                f"{_first(chosen, unknown)} cannot be asked for again, because the contract has no session then: "
                f"drop it{_others(unknown)}."
            )


def _refuse_grave(chosen: Chosen, grave: pd.DataFrame) -> None:
    if grave.empty:
        return
    rest = [str(reason) for reason in gravest_first(chosen.bars["reason"]) if reason.acceptable]
    others = (
        f" To accept the others, select the {'reasons' if rest[1:] else 'reason'} {', '.join(rest)}." if rest else ""
    )
    if len(grave) == 1:
        bar = grave.iloc[0]
        raise UsageError(
            f"{_first(chosen, grave)} cannot be accepted, because it is not merely suspect but impossible "
            f"({bar['reason']}: {bar['detail']}): drop it, or refetch it to ask the gateway again.{others}"
        )
    raise UsageError(
        f"{len(grave):,} of these {counted(len(chosen.bars), 'bar')} cannot be accepted, because they are not merely "
        f"suspect but impossible: {in_words(Counter(map(Reason, grave['reason'])))}. Drop or refetch these.{others}"
    )


def _askable(instrument: Instrument, stores: Stores) -> Callable[[pd.Series], bool]:
    """Return a function that returns True if the session of a bar can be requested from the gateway."""
    contracts = {one.month: one for one in stores.contracts.chain(instrument.symbol)}
    hours = calendar(instrument.calendar)

    def askable(bar: pd.Series) -> bool:
        contract, session = contracts.get(bar["contract"]), session_at(hours, bar["timestamp"].to_pydatetime())
        return session is not None and contract is not None and session.open < contract.last_trade_at

    return askable


def _first(chosen: Chosen, bars: pd.DataFrame) -> str:
    """Return the name of the first bar."""
    start = bars["timestamp"].iloc[0].to_pydatetime()
    return str(BarKey(chosen.instrument.symbol, bars["contract"].iloc[0], start, start))


def _names(chosen: Chosen, bars: pd.DataFrame) -> str:
    more = len(bars) - 1
    return f"{_first(chosen, bars)} has" if not more else f"{_first(chosen, bars)} and {counted(more, 'more bar')} have"


def _others(bars: pd.DataFrame) -> str:
    return f", and {len(bars) - 1:,} more of which this holds" if len(bars) > 1 else ""
