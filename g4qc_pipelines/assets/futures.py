"""The group `futures`: the roll calendar, by which contracts become a continuous series."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pandas as pd

from g4qc_core.bars.fingerprint import fingerprint
from g4qc_core.futures.chain import front_periods
from g4qc_core.futures.rolls import roll_calendar as rolls_of
from g4qc_core.futures.rolls import roll_problems, rule_name
from g4qc_core.instruments import Instrument, Registry
from g4qc_core.sessions import calendar
from g4qc_core.storage import tables
from g4qc_core.timeframes import ONE_MINUTE
from g4qc_pipelines.failures import RETRIES, told_to_dagster
from g4qc_pipelines.metadata import OWNERS, column_schema, listing, table_of
from g4qc_pipelines.partitions import INSTRUMENTS
from g4qc_pipelines.resources import Stores

GROUP = "futures"

# Ten sessions on either side of a roll, with the longest run of holidays between them.
_AROUND = timedelta(days=25)


def build_roll_calendar() -> dg.AssetsDefinition:
    """The asset `roll_calendar`."""
    gaps = dg.AssetCheckSpec("gaps_known", asset="roll_calendar", description="Every roll has a measured price gap.")
    sound = dg.AssetCheckSpec(
        "every_session_once",
        asset="roll_calendar",
        description="The rolls ascend, and each leaves the contract that the one before it entered.",
        blocking=True,
    )

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
        retry_policy=RETRIES,
        backfill_policy=dg.BackfillPolicy.single_run(),
        metadata={"dagster/column_schema": column_schema(tables.rolls), "dagster/table_name": "rolls"},
        check_specs=[sound, gaps],
    )
    def roll_calendar(
        context: dg.AssetExecutionContext,
        stores: dg.ResourceParam[Stores],
        registry: dg.ResourceParam[Registry],
    ) -> Iterator[dg.MaterializeResult]:
        """The trade dates on which the front contract changes, by the instrument's rule (days before expiry), fitted to
        sessions in which both contracts have prices, with the gap between the two.
        """
        broken: list[str] = []
        unknown: list[str] = []
        with told_to_dagster():
            for symbol in context.partition_keys:
                instrument = registry[symbol]
                rolls = _rolls(instrument, stores)
                stores.rolls.replace(symbol, rule_name(instrument), rolls, fingerprint(rolls))
                broken += roll_problems(rolls)
                unknown += [
                    f"{symbol} {roll.date:%Y-%m-%d}" for roll in _unmeasured(symbol, rolls, stores).itertuples()
                ]
                context.log.info(f"{symbol}: {len(rolls)} rolls")
                context.add_asset_metadata(
                    {
                        "dagster/row_count": len(rolls),
                        "rule": rule_name(instrument),
                        "rolls": table_of(rolls),
                    },
                    partition_key=symbol,
                )
        yield dg.MaterializeResult(
            check_results=[
                dg.AssetCheckResult(
                    check_name="every_session_once", passed=not broken, description=" ".join(broken) or None
                ),
                dg.AssetCheckResult(
                    check_name="gaps_known",
                    passed=not unknown,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=f"Unknown at {listing(unknown)}" if unknown else None,
                ),
            ]
        )

    return roll_calendar


def _rolls(instrument: Instrument, stores: Stores) -> pd.DataFrame:
    """The calendar from the minutes around each date that the rule gives."""
    chain = stores.contracts.chain(instrument.symbol)
    sessions = calendar(instrument.calendar)
    nearby = []
    for period in front_periods(chain, instrument, sessions):
        around = sessions.sessions(period.end - _AROUND, period.end + _AROUND)
        nearby.append(stores.bars.bars(instrument.symbol, ONE_MINUTE.name, around[0].open, around[-1].close))
    bars = pd.concat(nearby, ignore_index=True).drop_duplicates(["contract", "timestamp"])
    return rolls_of(bars, chain, instrument, sessions)


def _unmeasured(symbol: str, rolls: pd.DataFrame, stores: Stores) -> pd.DataFrame:
    """Rolls without a gap that a series over the stored bars would cross."""
    reach = stores.bars.reach(symbol, ONE_MINUTE.name)
    if reach is None:
        return rolls.iloc[:0]
    return rolls[rolls["gap"].isna() & (rolls["date"] > pd.Timestamp(reach[0]))]
