"""Requested sessions that are missing among an answer's bars, as named in its document and in its headers.

Must not know how a missing session is found.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from g4qc_core.bars.missing_sessions import Completeness, Lack

COUNT_HEADER, WORDS_HEADER = "X-Missing-Sessions", "X-Missing-Sessions-About"


class MissingRange(BaseModel):
    """Neighbouring sessions that were asked for and have no bars, for one reason."""

    first: date = Field(description="First trade date")
    last: date = Field(description="Last trade date")
    sessions: int
    contract: str = Field(description="Contract month that is read then; empty where none is known")
    reason: str = Field(description=f"One of {', '.join(lack.code for lack in Lack if not lack.refuses)}")


HEADERS: dict[str, dict[str, Any]] = {
    COUNT_HEADER: {
        "schema": {"type": "integer"},
        "description": "Sessions that were asked for and have no bars, in every format; absent where none is missing",
    },
    WORDS_HEADER: {"schema": {"type": "string"}, "description": "The same as a sentence that names them"},
}
"""Descriptions of the headers, for a route's OpenAPI entry."""


def headers_of(known: Completeness) -> dict[str, str]:
    """Return the headers of an answer; empty if no session is missing."""
    return {COUNT_HEADER: f"{len(known.missing)}", WORDS_HEADER: known.words()} if known.missing else {}


def shown(known: Completeness) -> list[dict[str, Any]]:
    """Return the field `missing` of a document: a list of `MissingRange`, by date."""
    return [
        MissingRange(
            first=run.first, last=run.last, sessions=run.sessions, contract=run.contract, reason=run.lack.code
        ).model_dump(mode="json")
        for run in known.runs()
    ]
