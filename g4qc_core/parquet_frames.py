"""Frames from the bytes of Parquet files."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
import pyarrow.parquet as pq


def parquet_frame(content: bytes) -> pd.DataFrame:
    """Return the frame of a Parquet file.

    Args:
        content: the file. Parquet has no seconds: naive timestamps, which are trade dates, become datetime64[s] again.
    """
    frame: pd.DataFrame = pq.read_table(BytesIO(content)).to_pandas()
    dates = [
        name for name in frame.columns if frame[name].dtype.kind == "M" and getattr(frame[name].dt, "tz", None) is None
    ]
    return frame.astype(dict.fromkeys(dates, "datetime64[s]")) if dates else frame
