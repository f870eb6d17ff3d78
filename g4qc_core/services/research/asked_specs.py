"""The spec of a search or a study that a run of the graph is given, and whether a spec is known at all."""

from __future__ import annotations

import json
from typing import Any

from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.research.search_plan import find_search, known_searches
from g4qc_core.services.research.study import StudyKind
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores


def asked_search(text: str, name: str, settings: Settings, stores: Stores) -> SearchSpec:
    """Return the search spec of a run.

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
    spec = SearchSpec.asked(_values(text, name, "search"))
    _refuse_other(spec.name, name, "search")
    return spec


def has_search(name: str, settings: Settings, stores: Stores) -> bool:
    """Return True if a search of this name is in the file, or ran before."""
    return name in known_searches(settings, stores)


def asked_study(kind: StudyKind, text: str, name: str, settings: Settings, registry: Registry, stores: Stores) -> Any:
    """Return the spec of a run of a study.

    Args:
        kind: of the study.
        text: the spec as JSON; empty: the known spec of the name.
        name: key of the partition.
        settings: name the files of specs.
        registry: the instruments.
        stores: of studies.

    Raises:
        UsageError: the text is no spec of the kind, or one of another name; or no such study is known.
        SettingsError: the file of specs is malformed.
    """
    if not text:
        return kind.find(name, settings, registry, stores)
    spec = kind.model.asked(_values(text, name, kind.name))  # type: ignore[attr-defined]  # a `StudySpec`
    _refuse_other(spec.name, name, kind.name)
    return spec


def _values(text: str, name: str, asset: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        words = asset.replace("_", " ")
        raise UsageError(f"The config of `{asset}` is no {words} spec: write a JSON object, or leave it out.")
    return {**values, "name": values.get("name", name)}


def _refuse_other(name: str, partition: str, asset: str) -> None:
    if name != partition:
        raise UsageError(f"The config of `{asset}` is the {asset.replace('_', ' ')} {name}, the partition {partition}.")
