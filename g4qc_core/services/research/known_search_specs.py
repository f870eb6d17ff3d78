"""The search spec that a run of the graph is about."""

from __future__ import annotations

import json

from g4qc_core.errors import UsageError
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.search_plan import find_search, known_searches
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores


def asked_search(text: str, name: str, settings: Settings, stores: Stores) -> SearchSpec:
    """Return the spec of a run.

    Args:
        text: the spec as JSON; empty: the known spec of the name.
        name: key of the partition.
        settings: name the searches file.
        stores: of searches.

    Raises:
        UsageError: the text is no search spec, or one of another name; or no such search is known.
        SettingsError: the searches file is malformed.
    """
    if not text:
        return find_search(name, settings, stores)
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise UsageError("The config of `search` is no search spec: write a JSON object, or leave it out.")
    spec = SearchSpec.asked({**values, "name": values.get("name", name)})
    if spec.name != name:
        raise UsageError(f"The config of `search` is the search {spec.name}, and the partition {name}.")
    return spec


def has_spec(name: str, settings: Settings, stores: Stores) -> bool:
    """Return True if a search of this name is in the file, or ran before."""
    return name in known_searches(settings, stores)
