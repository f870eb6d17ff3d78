"""`g4qc status`, the sessions of an instrument: minutes by class, gaps, and differences from the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from rich.table import Table

from g4qc_core.bars.bar_comparison import faults
from g4qc_core.bars.calendar_comparison import Agreement
from g4qc_core.bars.columns import CLASSES
from g4qc_core.bars.day_map import day_map
from g4qc_core.bars.minute_classes import missing
from g4qc_core.bars.missing_sessions import MissingSession, NotAsked, in_sentences
from g4qc_core.calendars.session_calendar import ALL_DATES
from g4qc_core.instruments.registry import Registry
from g4qc_core.sentences import counted
from g4qc_core.services.coverage.completeness import judged_until, not_asked
from g4qc_core.services.coverage.day_maps import lacking_days, lacking_parts, newest_day, silent_days
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import DERIVED

_COLUMNS = ("sessions", "expected_minutes", *CLASSES)


def session_status(
    symbol: str, registry: Registry, stores: Stores, now: datetime
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return the state of an instrument's sessions up to `now` (UTC), as a document and as a day map.

    A gap is a session of a contract with minutes without any information, with all its minutes by class; a gap without
    a quality row names no contract.
    """
    quality = stores.bars.quality(symbol, *ALL_DATES)
    until = judged_until(stores, now)
    silent = silent_days(registry[symbol], quality, until) if symbol in registry else {}
    unasked = not_asked(registry[symbol], newest_day(quality), until) if symbol in registry else None
    lacking = lacking_days(registry[symbol], stores) if symbol in registry else {}
    gaps = [
        {"trade_date": f"{row['trade_date']:%Y-%m-%d}", "contract": row["contract"], "expected": row["expected"]}
        | {name: row[name] for name in CLASSES}
        for row in quality[missing(quality) > 0].to_dict("records")
    ]
    gaps += [
        {"trade_date": f"{day}", "contract": None, "expected": minutes}
        | dict.fromkeys(CLASSES, 0)
        | {"never_asked": minutes}
        for day, minutes in silent.items()
    ]
    counts = {name: int(quality[name].sum()) for name in CLASSES}
    counts["never_asked"] += sum(silent.values())
    document = {
        "instrument": symbol,
        "sessions": int(quality["trade_date"].nunique()),
        "expected_minutes": int(quality["expected"].sum()) + sum(silent.values()),
        **counts,
        "timeframes": {one.name: _timeframe(one.name, lacking) for one in DERIVED},
        "not_derived": in_sentences(symbol, lacking),
        "not_asked": None if unasked is None else _not_asked(unasked),
        "gaps": sorted(gaps, key=lambda gap: gap["trade_date"]),
        "calendar_disagreements": _disagreements(symbol, stores),
        "bars_unlike_the_gateways": len(faults(stores.comparisons.bars(symbol, *ALL_DATES))),
    }
    return document, day_map(quality, silent, lacking_parts(lacking))


def _not_asked(found: NotAsked) -> dict[str, Any]:
    return {
        "since": f"{found.first}",
        "last": f"{found.last}",
        "sessions": found.sessions,
        "minutes": found.minutes,
        "about": found.sentence(),
    }


def _timeframe(name: str, lacking: Mapping[str, list[MissingSession]]) -> dict[str, Any]:
    """Return whether a timeframe covers every session with minutes, and the trade dates that it lacks."""
    days = sorted({f"{session.trade_date}" for session in lacking.get(name, ())})
    return {"whole": not days, "missing": days}


def gap_table(documents: list[dict[str, Any]]) -> Table:
    """Return a table of the minutes of every instrument by class, with its first gaps."""
    table = Table(title="Minutes of all sessions, by what is known of them")
    table.add_column("")
    for name in _COLUMNS:
        table.add_column(name.replace("_", " "), justify="right")
    table.add_column("first gaps")
    for row in documents:
        gaps = [f"{gap['trade_date']} {gap['contract'] or ''}".strip() for gap in row["gaps"]]
        listed = ", ".join(gaps[:2]) + (f" and {len(gaps) - 2} more" if len(gaps) > 2 else "")
        if row["not_asked"]:
            later = f"{row['not_asked']['sessions']:,} not asked since {row['not_asked']['since']}"
            listed = f"{listed}; {later}" if listed else later
        table.add_row(row["instrument"], *(f"{row[name]:,}" for name in _COLUMNS), listed or "none")
    return table


def doubts(document: dict[str, Any]) -> list[str]:
    """Return one sentence for each stretch that was never requested and each difference from the gateway."""
    sentences = [document["not_asked"]["about"]] if document["not_asked"] else []
    days = [row["trade_date"] for row in document["calendar_disagreements"]]
    if days:
        sentences.append(
            f"{document['instrument']}: the gateway has other hours on {', '.join(days[:5])}"
            f"{' ...' if len(days) > 5 else ''}: see the check calendar_agrees."
        )
    if document["bars_unlike_the_gateways"]:
        unlike = counted(document["bars_unlike_the_gateways"], "hour or session differs", "hours or sessions differ")
        sentences.append(
            f"{document['instrument']}: {unlike} from the gateway's own: see the check agrees_with_gateway."
        )
    return sentences


def _disagreements(symbol: str, stores: Stores) -> list[dict[str, Any]]:
    days = stores.comparisons.days(symbol, *ALL_DATES)
    return [
        {
            "trade_date": f"{row['trade_date']:%Y-%m-%d}",
            "finding": row["finding"],
            **{name: _instant(row[name]) for name in ("open", "close", "gateway_open", "gateway_close")},
        }
        for row in days[days["finding"] != Agreement.AGREES].to_dict("records")
    ]


def _instant(value: Any) -> str | None:
    return None if pd.isna(value) else value.isoformat()
