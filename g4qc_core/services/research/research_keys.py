"""The specs of searches and studies that the graph has keys for: those of files, and those that ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from g4qc_core.errors import G4qcError
from g4qc_core.graph_keys import KeyKind
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.searches_file import load_searches
from g4qc_core.services.research.search_plan import find_search, plan_search
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores


def research_entries(kind: KeyKind, settings: Settings, registry: Registry) -> list[str]:
    """Return the names of the entries of the kind's file; none for a kind without one.

    Raises:
        SettingsError: the file is malformed.
    """
    if kind is KeyKind.SEARCH:
        return list(load_searches(settings.searches))
    return STUDY_KINDS[kind].entries(settings, registry) if kind in STUDY_KINDS else []


def entries_on(symbol: str, settings: Settings, registry: Registry, stores: Stores) -> dict[KeyKind, list[str]]:
    """Return the entries of the files that read an instrument, by kind; an entry that cannot be read is left out.

    Raises:
        SettingsError: a file is malformed.
    """
    found = {}
    for kind in (one for one in KeyKind if one is KeyKind.SEARCH or one in STUDY_KINDS):
        names = research_entries(kind, settings, registry)
        own = [name for name in names if symbol in _instruments(kind, name, settings, registry, stores)]
        if own:
            found[kind] = own
    return found


def _instruments(kind: KeyKind, name: str, settings: Settings, registry: Registry, stores: Stores) -> set[str]:
    try:
        if kind is KeyKind.SEARCH:
            specs = [plan_search(find_search(name, settings, stores), settings, registry, stores).backtest]
        else:
            study = STUDY_KINDS[kind]
            specs = list(study.reads(study.find(name, settings, registry, stores), settings, registry, stores))
    except G4qcError:
        return set()
    return {symbol for spec in specs for symbol in spec.instruments}


def stored_research(kind: KeyKind, stores: Stores) -> Mapping[str, int]:
    """Return the number of stored searches or studies of a kind, by name."""
    records = stores.searches.all() if kind is KeyKind.SEARCH else stores.studies.all(kind)
    return Counter(one.name for one in records)
