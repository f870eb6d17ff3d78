"""The group `futures`: the roll calendar, by which contracts become a continuous series."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.futures.rolls.roll_calendar import RollCalendar, expired_fronts, implausible_gaps, roll_problems
from g4qc_core.instruments.registry import Instrument, Registry
from g4qc_core.sentences import counted
from g4qc_core.services.rolls.instrument_rolls import in_chain, make_rolls, span, unmeasured
from g4qc_core.services.rolls.roll_page import roll_picture, roll_table
from g4qc_core.settings import Settings
from g4qc_core.storage import tables
from g4qc_core.storage.stores import Stores
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.checks.last_findings import last_findings_of
from g4qc_pipelines.checks.roll_checks import ROLL_CHECKS, RollChecks
from g4qc_pipelines.data_versions import materialized
from g4qc_pipelines.failures import dagster_failures, retries
from g4qc_pipelines.metadata import OWNERS, picture, stored_in, table_of
from g4qc_pipelines.partitions.definitions import INSTRUMENTS

GROUP = "futures"


def build_roll_calendar(settings: Settings) -> dg.AssetsDefinition:
    """The asset `roll_calendar`."""

    @dg.asset(
        partitions_def=INSTRUMENTS,
        deps=[
            "contracts",
            dg.AssetDep(
                f"bars_{ONE_MINUTE}", partition_mapping=dg.MultiToSingleDimensionPartitionMapping("instrument")
            ),
        ],
        group_name=GROUP,
        kinds={"pandas", "postgres"},
        owners=OWNERS,
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
        """The trade dates on which the contract in front changes, by the instrument's rule and by others beside it,
        fitted to sessions in which both contracts have prices, with both prices; what a person set by hand wins.
        """
        checked = RollChecks()
        failed: list[str] = []
        versions, shown = {}, {}
        with dagster_failures():
            for symbol in context.partition_keys:
                instrument = registry[symbol]
                try:
                    made = make_rolls(instrument, stores, settings)
                except (UsageError, SettingsError) as error:
                    if len(context.partition_keys) == 1:
                        raise
                    failed.append(f"{symbol}: {error}")
                    continue
                own, chain = made[0], stores.contracts.chain(symbol)
                broken: list[str] = []
                for one in made:
                    expired = expired_fronts(one, chain, span(one, instrument), in_chain(instrument, chain))
                    broken += [f"{symbol} by {one.rule}: {text}" for text in (*roll_problems(one.rolls), *expired)]
                unknown = [f"{roll.date:%Y-%m-%d}" for roll in unmeasured(own).itertuples()]
                checked.add(symbol, broken, unknown, list(implausible_gaps(instrument, own.rolls)))
                context.log.info(f"{symbol}: {counted(len(own.rolls), 'roll')}")
                versions[symbol] = fingerprint(pd.concat([one.rolls for one in made]))
                shown[symbol] = {"dagster/row_count": len(own.rolls), **_shown(instrument, made, stores)}
            if not versions:
                raise UsageError(" ".join(failed))
            results = checked.results(last_findings_of(context, stores))
        with dagster_failures():
            yield from materialized(context, versions, shown, results)
            if failed:
                raise UsageError(" ".join(failed))

    return roll_calendar


def _shown(instrument: Instrument, made: Sequence[RollCalendar], stores: Stores) -> dict[str, Any]:
    """Return the metadata of one instrument's calendars, its own first in `made`."""
    shown: dict[str, Any] = {"rule": made[0].rule, "front": made[0].front, "rolls": table_of(roll_table(made))}
    drawn = roll_picture(instrument, made, stores)
    if drawn is not None:
        shown["picture"] = picture(*drawn)
    return shown
