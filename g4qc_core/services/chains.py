"""The stored chain of an instrument, and the contracts that a window of trade dates needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from g4qc_core.bars.bar_source import BarSource, ChainPartlyUnreadable
from g4qc_core.calendars.session_calendar import Session, calendar
from g4qc_core.errors import ContractNotFound, UsageError
from g4qc_core.futures.chain import contracts_for
from g4qc_core.futures.rolls.roll_files import RollOverride
from g4qc_core.instruments.registry import Contract, Instrument
from g4qc_core.storage.stores import Stores

Wanted = Mapping[Contract, Sequence[Session]]
"""The sessions to extract, ascending, by contract."""


def stored_chain(instrument: Instrument, stores: Stores) -> list[Contract]:
    """Return all known contracts of the instrument, by last trade date.

    Raises:
        UsageError: none is known yet.
    """
    chain = stores.contracts.chain(instrument.symbol)
    if not chain:
        raise UsageError(
            f"The chain of {instrument.symbol} is not stored yet: materialize the asset `contracts` first."
        )
    return chain


def readable_chain(instrument: Instrument, source: BarSource) -> tuple[list[Contract], dict[str, str]]:
    """Return the source's readable contracts, and a sentence about each of the others, by local symbol.

    Raises:
        GatewayError: see `BarSource.chain`.
    """
    try:
        return source.chain(instrument), {}
    except ChainPartlyUnreadable as partly:
        return partly.contracts, partly.unread


def refreshed_chain(instrument: Instrument, source: BarSource, stores: Stores) -> tuple[list[Contract], list[str]]:
    """Store the source's chain.

    A stored contract that cannot be read now keeps its stored details and stays in the chain.

    Returns:
        The contracts by last trade, and a sentence for each contract that cannot be read.

    Raises:
        GatewayError, InvalidBars, SettingsError: there is no chain, none of its contracts can be read, or it is not
            the instrument's.
        ContractChanged: a month now belongs to another product than its stored bars.
    """
    chain, unread = readable_chain(instrument, source)
    stores.contracts.merge(chain, source.server_time())
    if unread:
        months = {contract.month for contract in chain}
        stored = stores.contracts.chain(instrument.symbol)
        chain += [c for c in stored if c.local_symbol in unread and c.month not in months]
    return sorted(chain, key=lambda c: c.last_trade_at), list(unread.values())


def ruled_contracts(
    instrument: Instrument, chain: Iterable[Contract], first: date, last: date, overrides: Iterable[RollOverride]
) -> dict[Contract, list[Session]]:
    """Return the sessions that each contract needs by the roll rule and by the user's rolls.

    Args:
        instrument: the instrument of the chain.
        chain: its contracts.
        first: trade date.
        last: trade date, included.
        overrides: rolls that the user set, of any instrument.
    """
    own = [override for override in overrides if override.symbol == instrument.symbol]
    return contracts_for(chain, first, last, instrument, calendar(instrument.calendar), overrides=own)


def contracts_of_interest(
    instrument: Instrument,
    chain: Sequence[Contract],
    first: date,
    last: date,
    only: Sequence[str] = (),
    overrides: Iterable[RollOverride] = (),
) -> dict[Contract, list[Session]]:
    """Return the sessions to extract, by contract.

    Args:
        instrument: the instrument of the chain.
        chain: its contracts, by last trade.
        first: trade date.
        last: trade date, included.
        only: contract months; empty: the front contract, and both contracts around a roll.
        overrides: rolls that the user set, of any instrument.

    Raises:
        ContractNotFound: the roll rule needs no contract of the chain on any of these dates.
        UsageError: a contract of `only` is not in the chain.
    """
    sessions = calendar(instrument.calendar)
    if not only:
        wanted = ruled_contracts(instrument, chain, first, last, overrides)
        if not wanted and sessions.sessions(first, last):
            raise ContractNotFound(
                f"No known contract of {instrument.symbol} trades between {first} and {last}: the stored chain "
                f"reaches from {chain[0].month} to {chain[-1].month}. Materialize the asset `contracts`; what expired "
                "more than two years ago is no longer served by Interactive Brokers."
            )
        return wanted
    known = {contract.month: contract for contract in chain}
    for month in only:
        if month not in known:
            raise UsageError(f"{instrument.symbol} has no contract {month}. Known: {', '.join(sorted(known))}.")
    window = sessions.sessions(first, last)
    return {known[month]: [s for s in window if s.open < known[month].last_trade_at] for month in only}


def merged(wanted: Iterable[Mapping[Contract, Sequence[Session]]]) -> dict[Contract, list[Session]]:
    """Return the sessions of several windows together, each once and ascending, contracts by expiry."""
    found: dict[Contract, dict[date, Session]] = {}
    for one in wanted:
        for contract, sessions in one.items():
            found.setdefault(contract, {}).update({s.trade_date: s for s in sessions})
    by_expiry = sorted(found, key=lambda c: (c.last_trade_date, c.month))
    return {contract: [session for _, session in sorted(found[contract].items())] for contract in by_expiry}


def sessions_without_contract(
    instrument: Instrument, wanted: Mapping[Contract, Sequence[Session]], first: date, last: date
) -> list[date]:
    """Return the trade dates from `first` to `last` on which no contract is wanted, because the chain has a hole."""
    covered = {session.trade_date for sessions in wanted.values() for session in sessions}
    window = calendar(instrument.calendar).sessions(first, last)
    return [session.trade_date for session in window if session.trade_date not in covered]
