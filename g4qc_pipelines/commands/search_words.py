"""The search that a command line names: an entry of the searches file, a search that ran, a backtest or a strategy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.errors import UsageError
from g4qc_core.instruments.registry import Registry
from g4qc_core.research.search.search_spec import SearchSpec
from g4qc_core.services.backtests.known_specs import find_spec
from g4qc_core.services.research.search_plan import find_search, known_searches
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.commands.spec_words import spec_by_words

_OWN = ("parameters", "method", "objective", "constraints", "trials", "minutes", "seed", "workers", "name")


def search_by_words(
    words: str, given: Mapping[str, Any], settings: Settings, registry: Registry, stores: Stores
) -> SearchSpec:
    """Return the search that a name means, with the given fields in place of its own.

    Args:
        words: name of a search, of a backtest, or of a strategy.
        given: fields of the search and of the backtest, by their names in the files; `parameters` is a list of
            NAME=VALUES.
        settings: name the files.
        registry: the instruments.
        stores: of backtests and searches.

    Returns:
        The search under its own name if no field was changed, otherwise under a name made from its content.

    Raises:
        UsageError: nothing of this name, or a field that is missing or malformed.
        SettingsError: a file is malformed.
    """
    own = {name: value for name, value in given.items() if name in _OWN}
    of_backtest = {name: value for name, value in given.items() if name not in _OWN}
    base: dict[str, Any] = {}
    if words in known_searches(settings, stores):
        known = find_search(words, settings, stores)
        if not own and not of_backtest:
            return known
        base = {name: value for name, value in known.to_dict().items() if name != "name"}
        if set(own) <= {"workers"} and not of_backtest:
            base["name"] = known.name
    base["backtest"] = _backtest(words, base.get("backtest"), of_backtest, settings, registry, stores)
    return SearchSpec.asked(base | _fields(own))


def _backtest(
    words: str,
    base: Any,
    given: Mapping[str, Any],
    settings: Settings,
    registry: Registry,
    stores: Stores,
) -> str | dict[str, Any]:
    """Return the backtest of the search: its name if it is known by one, otherwise its fields."""
    where = (settings, registry, stores.backtests)
    if base is None:
        spec = spec_by_words(words, given, *where)
    elif not given:
        return base
    else:
        found = BacktestSpec.asked(base) if isinstance(base, Mapping) else find_spec(base, *where)
        kept = {name: value for name, value in found.to_dict().items() if name != "name" and given.get(name) != ""}
        spec = BacktestSpec.asked(kept | {name: value for name, value in given.items() if value != ""})
    try:
        known = find_spec(spec.name, *where).content() == spec.content()
    except UsageError:
        known = False
    return spec.name if known else spec.to_dict()


def _fields(own: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(own)
    if "parameters" in fields:
        fields["parameters"] = _parameters(fields["parameters"])
    if "constraints" in fields:
        fields["constraints"] = [text for text in fields["constraints"] if text.strip()]
    return fields


def _parameters(texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"'{text}' says no values: write NAME=VALUES, like fast=5:50:5 or slow=60,90.")
        if name.strip() in found:
            raise UsageError("Give each parameter once.")
        found[name.strip()] = values
    return found
