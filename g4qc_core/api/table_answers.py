"""Answers with a table: pages of JSON by columns, or a CSV, Parquet or Arrow file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import pyarrow as pa
from fastapi import Depends, Header, Path, Query, Response
from pydantic import BaseModel, Field

from g4qc_core.api.bar_encoding import Format, choose_format
from g4qc_core.api.downloads import SHORT_ID, Download, download_headers
from g4qc_core.api.problems import NO_NUL, documented, problem
from g4qc_core.api.table_encoding import encode_table, json_columns

_PAGE_ROWS = 1000
_BINARY = {"schema": {"type": "string", "format": "binary"}}

TABLE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The table",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            Format.PARQUET.media_type: _BINARY,
            Format.ARROW.media_type: _BINARY,
        },
    },
    **documented(404, 406),
}
"""OpenAPI entries of a route that answers with a table."""

TABLE_WORDS = "As JSON in pages by columns, or as a CSV, Parquet or Arrow file with all rows."

TableName = Annotated[str, Path(max_length=100, pattern=NO_NUL, description="Name of one of its tables")]


class TablePage(BaseModel):
    """A page of a table by columns of equal length; times are UTC, null stands for what is undefined."""

    id: str = Field(description="Of what the table belongs to")
    name: str
    columns: dict[str, list[Any]]
    next_offset: int | None = Field(description="Send it as `offset` for the next page; null at the end")


class TableRows:
    """Rows and form of a table that a request wants, from its query."""

    def __init__(
        self,
        format: Annotated[Format | None, Query(description="Format; takes precedence over the header Accept")] = None,
        limit: Annotated[
            int | None, Query(ge=1, le=100_000, description="Most rows; default: 1,000 of JSON, and all of a file")
        ] = None,
        offset: Annotated[int, Query(ge=0, le=10**9, description="Rows to leave out")] = 0,
        download: Download = False,
        accept: Annotated[str | None, Header(include_in_schema=False)] = None,
    ) -> None:
        self._form, self._limit, self._offset = choose_format(Format, format, accept), limit, offset
        self._download = download

    def answer(
        self,
        owner: str,
        name: str,
        read: Callable[[int | None, int], pa.Table],
        stored: Callable[[], bytes] | None = None,
        title: Sequence[str] = (),
    ) -> Any:
        """Return the table in the form that is wanted.

        Args:
            owner: id of what the table belongs to.
            name: of the table.
            read: returns at most so many rows after so many; None: all.
            stored: returns the whole table as Parquet, where it is kept so.
            title: parts of the name of its file before the id and the table's own name.
        """
        form = self._form
        if form is None:
            known = ", ".join(one.media_type for one in Format)
            return problem(406, f"Tables come as {known}: accept one, or name a format.")
        if form is Format.PARQUET and stored is not None and self._limit is None and not self._offset:
            return self._file(stored(), form, [*title, owner[:SHORT_ID], name])
        if form is not Format.JSON:
            content = encode_table(read(self._limit, self._offset), form)
            return self._file(content, form, [*title, owner[:SHORT_ID], name])
        limit = self._limit or _PAGE_ROWS
        found = read(limit + 1, self._offset)
        more = len(found) > limit
        return TablePage(
            id=owner,
            name=name,
            columns=json_columns(found.slice(0, limit)),
            next_offset=self._offset + limit if more else None,
        )

    def _file(self, content: bytes, form: Format, parts: Sequence[str]) -> Response:
        return Response(content, media_type=form.media_type, headers=download_headers(self._download, parts, form))


TableAsked = Annotated[TableRows, Depends()]
