"""Fields and headers of an answer that name the requested sessions without bars."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from g4qc_core.bars.missing_sessions import Completeness, Lack

COUNT_HEADER, WORDS_HEADER = "X-Missing-Sessions", "X-Missing-Sessions-About"


class MissingRange(BaseModel):
    """Consecutive requested sessions without bars, for one reason."""

    first: date = Field(description="First trade date")
    last: date = Field(description="Last trade date")
    sessions: int
    contract: str = Field(description="Contract month of these sessions; empty if unknown")
    reason: str = Field(description=f"One of {', '.join(lack.code for lack in Lack if not lack.refuses)}")


HEADERS: dict[str, dict[str, Any]] = {
    COUNT_HEADER: {
        "schema": {"type": "integer"},
        "description": "Number of requested sessions without bars, in every format; absent if there is none",
    },
    WORDS_HEADER: {"schema": {"type": "string"}, "description": "A sentence that names these sessions"},
}
"""OpenAPI descriptions of the headers."""


def headers_of(known: Completeness) -> dict[str, str]:
    """Return the headers of an answer; empty if no session is missing."""
    return {COUNT_HEADER: f"{len(known.missing)}", WORDS_HEADER: known.words()} if known.missing else {}


def missing_ranges(known: Completeness) -> list[dict[str, Any]]:
    """Return the field `missing` of an answer: `MissingRange` documents by date."""
    return [
        MissingRange(
            first=run.first, last=run.last, sessions=run.sessions, contract=run.contract, reason=run.lack.code
        ).model_dump(mode="json")
        for run in known.runs()
    ]
