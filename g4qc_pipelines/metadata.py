"""Metadata of assets for the web UI: row counts, table schemas and pictures."""

from __future__ import annotations

import base64
from typing import Any

import dagster as dg
import pandas as pd
import sqlalchemy as sa

from g4qc_core.bars.day_map import by_month, day_map
from g4qc_pipelines.column_meanings import MEANINGS

OWNERS = ["team:quant"]


def stored_in(table: sa.Table) -> dict[str, Any]:
    """Return the metadata of an asset that is stored in this table: its name and columns."""
    return {"dagster/column_schema": column_schema(table), "dagster/table_name": table.name}


def column_schema(table: sa.Table) -> dg.TableSchema:
    """Return the columns of a database table with their meanings, as the UI shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                str(column.type).lower(),
                description=MEANINGS[column.name],
                constraints=dg.TableColumnConstraints(nullable=bool(column.nullable)),
            )
            for column in table.columns
        ]
    )


def table_of(frame: pd.DataFrame) -> dg.TableMetadataValue:
    """Return a small frame as a table; instants become text and numbers floats."""
    records = [dg.TableRecord({str(k): _plain(v) for k, v in row.items()}) for row in frame.to_dict(orient="records")]
    columns = [dg.TableColumn(str(name), _kind(frame[name])) for name in frame.columns]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns=columns))


def picture(png: bytes, alt: str) -> dg.MarkdownMetadataValue:
    """Return a picture that the UI shows in the dialog of its entry."""
    return dg.MetadataValue.md(f"![{alt}](data:image/png;base64,{base64.b64encode(png).decode()})")


def month_picture(key: str, quality: pd.DataFrame) -> dg.MarkdownMetadataValue:
    """Return a picture of a month's quality, one row per contract."""
    from g4qc_core.bars.day_map_picture import day_map_png

    cells = {}
    for contract, rows in quality.groupby("contract"):
        days = day_map(rows)
        states = zip(days["trade_date"], days["state"], days["share"], strict=True)
        cells[str(contract)] = {day.day: (state, share) for day, state, share in states}
    return picture(
        day_map_png(cells, f"{key.replace('|', ' ')[:-3]}: what is known of each session"), f"Sessions of {key}"
    )


def instrument_picture(symbol: str, days: pd.DataFrame) -> dg.MarkdownMetadataValue:
    """Return a picture of an instrument's map, one row per month."""
    from g4qc_core.bars.day_map_picture import day_map_png

    return picture(day_map_png(by_month(days), f"{symbol}: what is known of each session"), f"Sessions of {symbol}")


def _plain(value: Any) -> str | float | int | bool | None:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value else None
    return str(value)


def _kind(series: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(series):
        return "bool"
    if pd.api.types.is_integer_dtype(series):
        return "int"
    return "float" if pd.api.types.is_float_dtype(series) else "string"
