"""Stored results as documents: the same fields in the API and for programs that have the database."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from g4qc_core.backtest.metrics import few
from g4qc_core.backtest.result_card import card_rows
from g4qc_core.storage.result_stores.backtest_store import BacktestRecord


def summary_of(record: BacktestRecord, has_report: bool, confidence: float | None) -> dict[str, Any]:
    """Return a result without inputs, card and notes; `created_at` is a datetime.

    Args:
        record: the result.
        has_report: True if there is a report of this result.
        confidence: what all trials of its strategy leave of its Sharpe ratio (`services.research.worth.confidences`).
    """
    return {
        "id": record.id,
        "name": record.spec_name,
        "title": record.title,
        "tags": list(record.tags),
        "note": record.note,
        **{name: record.spec[name] for name in ("strategy", "instrument", "timeframe")},
        "created_at": record.created_at,
        "spec": dict(record.spec),
        "metrics": dict(record.metrics),
        "confidence": confidence,
        "run_id": record.run_id,
        "has_report": has_report,
    }


def document_of(record: BacktestRecord) -> dict[str, Any]:
    """Return the rest of a result: its inputs, card, notes and the names of figures from few sessions or trades."""
    card = [asdict(row) for row in card_rows(record.id, record.spec, record.inputs)]
    return {"inputs": dict(record.inputs), "card": card, "notes": list(record.notes), "few": few(record.metrics)}
