"""A stored search or study as a document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from g4qc_core.storage.result_stores.search_store import SearchRecord
from g4qc_core.storage.result_stores.study_store import StudyRecord


def document_of(record: SearchRecord | StudyRecord, brief: bool = False) -> dict[str, Any]:
    """Return a record for programs; `brief` leaves its summary out."""
    values = asdict(record)
    for name in ("started_at", "ended_at"):
        values[name] = None if values[name] is None else values[name].isoformat()
    if brief:
        del values["summary"]
    return values
