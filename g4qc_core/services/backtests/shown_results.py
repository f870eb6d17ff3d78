"""Which result the report of a spec shows: the newest that there was when the report was written."""

from __future__ import annotations

from collections.abc import Collection

from g4qc_core.services.backtests.spec_run import spec_report
from g4qc_core.services.report_file import is_since, known_reports
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.result_times import result_times
from g4qc_core.storage.stores import Stores


def shown_results(specs: Collection[str], settings: Settings, stores: Stores) -> dict[str, str]:
    """Return the id of the result that the report of each spec shows; no entry where there is none.

    Args:
        specs: names of specs.
        settings: name the place of the reports.
        stores: of the results.

    Raises:
        StoreUnavailable: the place of the reports is gone or closed.
    """
    files = {name: spec_report(settings, name) for name in specs}
    if len(files) == 1:
        written = {name: file.written() for name, file in files.items()}
    else:
        times = known_reports(settings)
        written = {name: times.get(file.name) for name, file in files.items()}
    found = {}
    for name, results in result_times(stores.database, specs).items():
        time = written[name]
        shown = next((one for one, made in results if time is not None and is_since(time, made)), None)
        if shown is not None:
            found[name] = shown
    return found
