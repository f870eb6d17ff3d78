"""Doubts about rows: what could not be read, and rows that break the order of time, of prices, or of the sessions."""

from __future__ import annotations

from collections.abc import Sequence

from g4qc_core.instruments.registry import Instrument
from g4qc_core.sentences import counted, listing
from g4qc_core.sources.reading.read_notes import ReadNotes
from g4qc_core.sources.review.contract_facts import ContractFacts, RowFault

_NAMED = 5


def note_doubts(notes: ReadNotes) -> list[str]:
    """Return sentences about rows that did not become bars as they are."""
    doubts = []
    if notes.unreadable:
        named = "; ".join(str(row) for row in notes.first_unreadable[:_NAMED])
        doubts.append(f"{counted(notes.unreadable, 'row')} cannot be read and will be left out: {named}.")
    if notes.unknown_contracts:
        rows = sum(notes.unknown_contracts.values())
        texts = [f"{text} ({count:,})" for text, count in notes.unknown_contracts.most_common()]
        doubts.append(f"{counted(rows, 'row')} of contracts that no instrument has will be left out: {listing(texts)}.")
    if notes.doubled_hours:
        doubts.append(
            f"{counted(notes.doubled_hours, 'row')} lie in the hour that clocks repeat in autumn; they are read as its "
            "first pass."
        )
    if notes.off_minute:
        doubts.append(f"{counted(notes.off_minute, 'row')} do not begin on a whole minute.")
    if notes.fractions:
        doubts.append(f"{counted(notes.fractions, 'row')} have a volume that is no whole number; it is rounded.")
    return doubts


def row_doubts(facts: Sequence[ContractFacts], instrument: Instrument) -> list[str]:
    """Return sentences about the rows of one instrument's contracts that break a rule."""
    said = [
        ("outside every session", [fact.outside for fact in facts]),
        ("for a minute that had one before", [fact.duplicates for fact in facts]),
        ("earlier than the row above", [fact.out_of_order for fact in facts]),
        ("with an open or a close beyond low and high", [fact.misordered for fact in facts]),
    ]
    if instrument.has_volume:
        said.append(("without a volume will wait in quarantine", [fact.without_volume for fact in facts]))
    return [
        f"{counted(rows, 'row')} of {facts[0].symbol} {words}; the first is in line {line}{of}."
        for words, faults in said
        for rows, line, of in [_first(faults, facts)]
        if rows
    ]


def _first(faults: Sequence[RowFault], facts: Sequence[ContractFacts]) -> tuple[int, int, str]:
    rows = sum(fault.rows for fault in faults)
    for fault, fact in zip(faults, facts, strict=True):
        if fault.rows:
            return rows, fault.first_line, f" (contract {fact.month})" if fact.month else ""
    return rows, 0, ""
