"""The layouts by name."""

from __future__ import annotations

from collections.abc import Mapping

from g4qc_core.errors import unknown
from g4qc_core.sources.layouts.bar_layout import BarLayout
from g4qc_core.sources.layouts.csv_layout import CsvLayout
from g4qc_core.sources.layouts.lean_layout import LeanLayout
from g4qc_core.sources.layouts.nautilus_layout import NautilusLayout
from g4qc_core.sources.layouts.parquet_layout import ParquetLayout

LAYOUTS: Mapping[str, BarLayout] = {
    "parquet": ParquetLayout(),
    "csv": CsvLayout(),
    "lean": LeanLayout(),
    "nautilus": NautilusLayout(),
}


def layout_named(name: str) -> BarLayout:
    """Return a layout.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in LAYOUTS:
        raise unknown("layout", name, LAYOUTS)
    return LAYOUTS[name]
