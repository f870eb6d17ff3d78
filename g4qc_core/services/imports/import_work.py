"""The work of an import: which months its files touch, and whether these months are stored and validated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from g4qc_core.services.imports.import_plan import ImportPlan
from g4qc_core.services.imports.import_start import BegunImport
from g4qc_core.storage.bar_stores.version_store import RAW
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE


def touched_months(plan: ImportPlan) -> dict[str, list[date]]:
    """Return the first days of the months of trade dates that files hold, ascending, by instrument."""
    found: dict[str, set[date]] = {}
    for one in plan.contracts:
        found.setdefault(one.contract.symbol, set()).update(one.months)
    return {symbol: sorted(own) for symbol, own in found.items()}


def nothing_left(begun: BegunImport, stores: Stores, months: Mapping[str, Sequence[date]]) -> bool:
    """Return True if the bars are stored and every month was validated since.

    Args:
        begun: the import.
        stores: of its database.
        months: as `touched_months` returns them.
    """
    if not begun.complete:
        return False
    versions = stores.versions.versions()
    raw = {(one.symbol, one.month): one.version for one in versions if one.kind == RAW}
    made = {(one.symbol, one.month): one.made_of for one in versions if one.kind == ONE_MINUTE.name}
    return all((key := (symbol, month)) in raw and made.get(key) == raw[key]
               for symbol, own in months.items() for month in own)  # fmt: skip
