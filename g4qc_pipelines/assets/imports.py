"""The asset `imported_bars`: raw bars of files, by instrument and month, under the names of their sources."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.bars.fingerprint import version_of
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.services.chosen_bars import file_bars, record_raw_version
from g4qc_core.services.imports.import_storing import recorded_import, store_import
from g4qc_core.services.month_keys import parse_key
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.import_store import COUNTS, ImportMonth, StoredImport
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import stored_in, table_of

IMPORTED_BARS = "imported_bars"
"""Name of the asset."""


class ImportedBarsConfig(dg.Config):
    """What to import.

    Attributes:
        import_id: number of the import, as `g4qc import` and `/imports` name it; 0: only tell what is stored.
    """

    import_id: int = 0


def build_imported_bars(settings: Settings, months: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """Return the asset `imported_bars`, partitioned by instrument and month."""

    @dg.asset(
        name=IMPORTED_BARS,
        partitions_def=months,
        group_name="extraction",
        kinds={"file", "postgres"},
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=stored_in(tables.raw_bars),
    )
    def imported_bars(
        context: dg.AssetExecutionContext,
        config: ImportedBarsConfig,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        """One-minute bars from files, stored as they are, beside those of the gateway.

        Each month of a contract is one transaction, and a month that is stored is not stored again. Which source counts
        for a session is decided when it is validated. `g4qc import PATH` plans an import and launches its runs.
        """
        with dagster_failures():
            keys = {key: parse_key(key, registry) for key in sorted(context.partition_keys)}
            stored = recorded_import(config.import_id, stores) if config.import_id else None
            if stored is not None:
                instruments = {instrument.symbol: instrument for instrument, _, _ in keys.values()}
                for instrument in instruments.values():
                    own = {first for one, first, _ in keys.values() if one.symbol == instrument.symbol}
                    store_import(stored, instrument, own, registry, stores, context.log.info, context.run.run_id)
            versions: dict[str, str] = {}
            shown: dict[str, dict[str, Any]] = {}
            for key, (instrument, first, _) in keys.items():
                versions[key], shown[key] = _told(instrument, first, stored, stores)
        with dagster_failures():
            yield from materialized(context, versions, shown)

    return imported_bars


def _told(
    instrument: Instrument, month: date, stored: StoredImport | None, stores: Stores
) -> tuple[str, dict[str, Any]]:
    """Record which raw bars count now; return the version of those of files, and what to show of them."""
    record_raw_version(instrument, month, stores)
    bars = file_bars(instrument, month, stores)
    shown: dict[str, Any] = {
        "dagster/row_count": len(bars.bars),
        "contracts": ", ".join(sorted(bars.bars["contract"].unique())) or "none",
        "sources": ", ".join(sorted(bars.sources.unique())) or "none",
    }
    if stored is not None:
        own = [one for one in stores.imports.months(stored.id) if (one.symbol, one.month) == (instrument.symbol, month)]
        shown |= _of_import(stored, own)
    return version_of(bars.bars.assign(source=bars.sources)), shown


def _of_import(stored: StoredImport, months: list[ImportMonth]) -> Mapping[str, Any]:
    files = pd.DataFrame([vars(one) for one in stored.files])
    contracts = pd.DataFrame(
        [{"contract": one.contract, **{name: getattr(one, name) for name in COUNTS}} for one in months]
    )
    return {
        "import": stored.id,
        "read as": f"{stored.profile}: times in {stored.zone} mark the {stored.label} of the bar",
        "files": table_of(files),
        **({"what it changed": table_of(contracts)} if months else {}),
        "doubts": dg.MetadataValue.md("\n".join(f"- {doubt}" for doubt in stored.doubts) or "none"),
    }
