"""The sensor of the registry and of the files of specs: new instruments and specs get a partition."""

from __future__ import annotations

import dagster as dg

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.research.search.searches_file import load_searches
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.settings import Settings
from g4qc_pipelines.partitions.partition_definitions import BACKTESTS, INSTRUMENTS, SEARCHES, study_partitions


def build_registry(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor `registry`; it is on from the start, because it only adds partitions."""

    @dg.sensor(
        name="registry",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Adds a partition for each newly chosen instrument, and for each new spec of a backtest, search or "
        "study that a file has.",
    )
    def registry(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        try:
            known = load_registry(settings.own_instruments)
            wanted = {
                INSTRUMENTS: chosen_instruments(settings),
                BACKTESTS: list(load_specs(settings.backtests, known)),
                SEARCHES: list(load_searches(settings.searches)),
                **{study_partitions(one.name): one.entries(settings, known) for one in STUDY_KINDS.values()},
            }
        except G4qcError as error:
            return dg.SkipReason(str(error))
        requests = []
        for definition, keys in wanted.items():
            there = set(context.instance.get_dynamic_partitions(str(definition.name)))
            missing = [key for key in keys if key not in there]
            if missing:
                requests.append(definition.build_add_request(missing))
        if not requests:
            return dg.SkipReason("Every instrument and every spec has its partition.")
        return dg.SensorResult(dynamic_partitions_requests=requests)

    return registry
