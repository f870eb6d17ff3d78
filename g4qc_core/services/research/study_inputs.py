"""Whether studies are still made of the bars that are stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.result_inputs import Inputs, pending_bars
from g4qc_core.services.research.study import StudyKind
from g4qc_core.settings import Settings
from g4qc_core.storage.bar_stores.version_store import MonthVersion
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores


def inputs_of_studies(
    kind: StudyKind, settings: Settings, registry: Registry, stores: Stores, names: Collection[str]
) -> list[Inputs]:
    """Return the inputs of the newest study of each name that is done.

    Args:
        kind: of the studies.
        settings: name the files of specs.
        registry: the instruments.
        stores: of bars and studies.
        names: of the studies that are wanted; the others are left out.
    """
    newest = {one.name: one for one in reversed(stores.studies.all(kind.name)) if one.state == "done"}
    versions = stores.versions.versions()
    wanted = (record for name, record in sorted(newest.items()) if name in names)
    return [inputs_of_study(record, kind, settings, registry, stores, versions) for record in wanted]


def inputs_of_study(
    record: StudyRecord,
    kind: StudyKind,
    settings: Settings,
    registry: Registry,
    stores: Stores,
    versions: Sequence[MonthVersion],
) -> Inputs:
    """Return the inputs of one study.

    Args:
        record: the study.
        kind: of the study.
        settings: name the files of specs.
        registry: the instruments.
        stores: of bars and studies.
        versions: of the months of bars.
    """
    pending: list[str] = []
    try:
        spec = kind.model.asked(record.spec)  # type: ignore[attr-defined]  # a `StudySpec`
        pending = _pending(kind.reads(spec, settings, registry, stores), versions)
        now = kind.data_version(spec, settings, registry, stores)
        return Inputs(record.name, record.data_version, now, pending, asset=kind.name)
    except G4qcError as error:
        return Inputs(record.name, record.data_version, None, pending, str(error), kind.name)


def _pending(specs: Sequence[BacktestSpec], versions: Sequence[MonthVersion]) -> list[str]:
    return list(dict.fromkeys(name for spec in specs for name in pending_bars(spec, versions)))
