"""A stored study as a document: what the API sends and what the client without a server shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from g4qc_core.backtest.user_strategies import is_external
from g4qc_core.errors import NotFound, UsageError
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.report_file import ReportFile
from g4qc_core.services.research.study import StudyKind, report_of_study
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import plain_json
from g4qc_core.storage.result_stores.study_store import StudyRecord
from g4qc_core.storage.stores import Stores
from g4qc_core.study_paths import study_path

_SUMMARY = ("id", "kind", "name", "state", "started_at", "ended_at", "seconds", "run_id")
_DETAIL = ("spec", "data_version", "code", "summary")


def study_summary(record: StudyRecord, kind: StudyKind) -> dict[str, Any]:
    """Return what a list shows of a study; before its end it has no key figures."""
    figures = plain_json(kind.key_figures(record)) if record.state == "done" else {}
    return {**{name: getattr(record, name) for name in _SUMMARY}, "figures": figures}


def study_document(record: StudyRecord, kind: StudyKind, stores: Stores) -> dict[str, Any]:
    """Return a study with its spec, summary, checks and tables, and the path of its report below the API's prefix."""
    done = record.state == "done"
    checks = [
        {"name": one.name, "passed": one.passed, "words": one.words, "figures": plain_json(one.figures)}
        for one in (kind.checked(record) if done else ())
    ]
    tables = [
        {"name": name, "about": kind.tables.get(name, ""), "rows": rows}
        for name, rows in stores.studies.frames(record.id).items()
    ]
    report = f"{study_path(record.kind)}/{record.id}/report" if done else None
    more = {name: getattr(record, name) for name in _DETAIL}
    return {**study_summary(record, kind), **more, "checks": checks, "tables": tables, "report": report}


def find_study(study_id: str, kind: StudyKind, stores: Stores) -> StudyRecord:
    """Return the study of an id.

    Raises:
        NotFound: no study of this kind has it.
    """
    found = stores.studies.find(study_id)
    if found is None or found.kind != kind.name:
        raise NotFound(f"There is no {kind.title} {study_id}: /api/v1{study_path(kind.name)} lists them.")
    return found


def check_table(record: StudyRecord, name: str, kind: StudyKind, stores: Stores) -> None:
    """Raise NotFound for a table that a study does not have; the sentence names those that it has."""
    known = stores.studies.frames(record.id)
    if name in known:
        return
    what = f"The {kind.title} {record.name}"
    if not known:
        raise NotFound(f"{what} is {record.state} and has no tables: a study has them when it is done.")
    raise NotFound(f"{what} has no table {name[:100]}: its tables are {', '.join(known)}.")


def study_report(
    record: StudyRecord,
    kind: StudyKind,
    settings: Settings,
    registry: Registry,
    stores: Stores,
    before: StudyRecord | None = None,
) -> ReportFile:
    """Return the file of a study's report, and write it first if it is not there or tells of other bounds.

    Args:
        record: the study.
        kind: of it.
        settings: name the folder of reports.
        registry: the instruments.
        stores: of its tables.
        before: the same study before it was asked for again; None: it was not.

    Raises:
        NotFound: the study is not done.
        SettingsError: the file cannot be written.
    """
    if record.state != "done":
        raise NotFound(f"The {kind.title} {record.name} is {record.state}: it has a report when it is done.")
    report = report_of_study(record, settings)
    made_after = report.written_since(record.ended_at)
    same = before is None or before.spec == record.spec
    return report if made_after and same else kind.publish(record, settings, registry, stores)


def refuse_external_strategies(given: Mapping[str, Any], kind: StudyKind) -> None:
    """Raise UsageError if fields that came from elsewhere name a strategy by its module, like `package.module:Class`.

    Args:
        given: fields of a spec, JSON-safe.
        kind: of the study.
    """
    if any(map(is_external, _strategies(given))):
        command = kind.name.replace("_", "-")
        raise UsageError(f"The API runs only the strategies of G4QC: run your own with `g4qc {command}`.")


def _strategies(given: Any, within: bool = False) -> list[str]:
    """Return the texts of all fields whose name begins with `strateg`, at any depth."""
    if isinstance(given, Mapping):
        own = [str(name) for name in given] if within else []
        return own + [
            text
            for name, value in given.items()
            for text in _strategies(value, within or str(name).startswith("strateg"))
        ]
    if isinstance(given, list | tuple):
        return [text for value in given for text in _strategies(value, within)]
    return [given] if within and isinstance(given, str) else []
