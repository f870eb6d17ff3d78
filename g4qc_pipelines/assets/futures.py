"""The group `futures`: the roll calendar, which joins contracts into a continuous series."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.futures.rolls.roll_calendar import RollCalendar
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.sentences import counted
from g4qc_core.services.rolls.instrument_rolls import make_rolls
from g4qc_core.services.rolls.roll_page import roll_picture, roll_table
from g4qc_core.services.rolls.roll_review import review_rolls
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.roll_checks import ROLL_CHECKS, RollChecks
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import picture, stored_in, table_of
from g4qc_pipelines.partitions.partition_definitions import INSTRUMENTS

GROUP = "futures"

_MINUTES = dg.AssetDep(f"bars_{ONE_MINUTE}", partition_mapping=dg.MultiToSingleDimensionPartitionMapping("instrument"))


def build_roll_calendar(settings: Settings) -> dg.AssetsDefinition:
    """Return the asset `roll_calendar`."""

    @dg.asset(
        partitions_def=INSTRUMENTS,
        deps=["contracts", _MINUTES],
        group_name=GROUP,
        kinds={"pandas", "postgres"},
        retry_policy=retries(settings),
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata=stored_in(tables.rolls),
        check_specs=[spec("roll_calendar") for spec in ROLL_CHECKS],
    )
    def roll_calendar(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
        settings: dg.ResourceParam[Settings],
    ) -> Iterator[dg.MaterializeResult | dg.AssetMaterialization | dg.AssetCheckResult]:
        """Hold the trade dates on which the front contract changes, with the prices of both contracts.

        One calendar by the instrument's own rule, and others by other rules for comparison. Each roll is moved to a
        session in which both contracts have prices. Rolls that the user set by hand take precedence.
        """
        with dagster_failures():
            calendars = _Calendars(context, stores, settings)
            for symbol in context.partition_keys:
                calendars.make(registry[symbol])
            results = calendars.checks.results(last_findings_of(context, stores))
        with dagster_failures():
            yield from materialized(context, calendars.versions, calendars.shown, results)
            if calendars.failed:
                raise UsageError(" ".join(calendars.failed))

    return roll_calendar


class _Calendars:
    """The roll calendars of one step, by instrument.

    Attributes:
        checks: evaluations of the asset's checks.
        versions: data version of each instrument's calendars.
        shown: metadata of each instrument's calendars.
        failed: sentences about instruments whose calendar could not be made; the step fails with them at its end.
    """

    def __init__(self, context: dg.AssetExecutionContext, stores: Stores, settings: Settings) -> None:
        self._context = context
        self._stores = stores
        self._settings = settings
        self.checks = RollChecks()
        self.versions: dict[str, str] = {}
        self.shown: dict[str, dict[str, Any]] = {}
        self.failed: list[str] = []

    def make(self, instrument: Instrument) -> None:
        """Make the calendars of an instrument; one that cannot be made fails the step at its end.

        Raises:
            UsageError, SettingsError: the only calendar of the step cannot be made, or none of several can.
        """
        symbol, keys = instrument.symbol, self._context.partition_keys
        try:
            made = make_rolls(instrument, self._stores, self._settings)
        except (UsageError, SettingsError) as error:
            if len(keys) == 1:
                raise
            self.failed.append(f"{symbol}: {error}")
            if len(self.failed) == len(keys):
                raise UsageError(" ".join(self.failed)) from None
            return
        self.checks.add(symbol, review_rolls(instrument, made, self._stores.contracts.chain(symbol)))
        rolls = made[0].rolls
        self._context.log.info(f"{symbol}: {counted(len(rolls), 'roll')}")
        self.versions[symbol] = fingerprint(pd.concat([one.rolls for one in made]))
        self.shown[symbol] = {"dagster/row_count": len(rolls), **_shown(instrument, made, self._stores)}


def _shown(instrument: Instrument, made: Sequence[RollCalendar], stores: Stores) -> dict[str, Any]:
    """Return the metadata of one instrument's calendars, its own first in `made`."""
    shown: dict[str, Any] = {"rule": made[0].rule, "front": made[0].front, "rolls": table_of(roll_table(made))}
    drawn = roll_picture(instrument, made, stores)
    if drawn is not None:
        shown["picture"] = picture(*drawn)
    return shown
