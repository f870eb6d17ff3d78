"""The backtest spec that a command line names: `g4qc backtest sma_cross --instrument ES --cash 250000`.

A name means an entry of the backtests file or a stored spec; a strategy means the entry that fits, or a new spec.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from g4qc_core.backtest.known_strategies import find_strategy, known_strategies, may_be_known
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec, load_specs
from g4qc_core.errors import UsageError, unknown
from g4qc_core.instruments.registry import Registry
from g4qc_core.services.backtests.known_specs import find_spec, own_name
from g4qc_core.settings import Settings
from g4qc_core.storage.result_stores.backtest_store import BacktestStore

_CHOOSING = ("instrument", "timeframe")


def given_fields(strategy: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given fields in the form that the model reads.

    Args:
        strategy: of the spec, if it is known: parameters of a class take the types that they have in the class.
        options: values of the command line by field; `parameters` is a list of NAME=VALUE.

    Raises:
        UsageError: a parameter is not written NAME=VALUE, or is given twice.
    """
    given = {name: value for name, value in options.items() if value is not None and name != "parameters"}
    texts = options.get("parameters") or ()
    if texts:
        own = find_strategy(strategy).own_parameters() if may_be_known(strategy) else {}
        pairs = [_parameter(text, own) for text in texts]
        if len({name for name, _ in pairs}) < len(pairs):
            raise UsageError("Give each parameter once.")
        given["parameters"] = dict(pairs)
    return given


def spec_by_words(
    words: str, given: Mapping[str, Any], settings: Settings, registry: Registry, store: BacktestStore
) -> BacktestSpec:
    """Return the spec that a name or a strategy means, with the given fields in place of its own.

    A strategy means the one entry of the backtests file with this strategy and the given instrument and timeframe, or a
    new spec if there is no such entry.

    Args:
        words: name of an entry of the file, of a stored spec or of a spec whose results were deleted; or a strategy.
        given: fields that replace those of the spec, by their names in the file. Parameters are added to its own; an
            empty text resets a field to its default.
        settings: name the backtests file.
        registry: the instruments.
        store: of the stored specs.

    Returns:
        The spec, under the name of the entry if no field was changed, otherwise under a name made from its content.

    Raises:
        UsageError: several entries fit, nothing does, or a field is missing or malformed.
        SettingsError: the file is malformed.
    """
    base = _base(words, given, settings, registry, store)
    replaced = {name: value for name, value in given.items() if value != ""}
    start = base.to_dict() if base is not None else {"strategy": words}
    values = {name: value for name, value in start.items() if name != "name" and given.get(name) != ""} | replaced
    if base is not None:
        kept = base.parameters if values["strategy"] == base.strategy else {}
        values["parameters"] = {**kept, **replaced.get("parameters", {})}
    elif missing := [name for name in _CHOOSING if name not in values]:
        raise UsageError(
            f"No entry of the backtests file has the strategy {words}: give {' and '.join(f'--{n}' for n in missing)}."
        )
    spec = BacktestSpec.asked(values)
    registry[spec.instrument]
    if base is not None and "name" not in replaced and spec.content() == base.content():
        return base
    return own_name(spec, settings, registry, store)


def strategy_by_words(words: str, settings: Settings, registry: Registry, store: BacktestStore) -> str:
    """Return the strategy of the spec that the words name; the words themselves if they name no spec."""
    try:
        return find_spec(words, settings, registry, store).strategy
    except UsageError:
        return str(store.deleted_specs().get(words, {}).get("strategy", words))


def _base(
    words: str, given: Mapping[str, Any], settings: Settings, registry: Registry, store: BacktestStore
) -> BacktestSpec | None:
    """Return the spec that the words name; None for a strategy that no entry has."""
    entries = load_specs(settings.backtests, registry)
    if words in entries:
        return entries[words]
    stored = {**store.deleted_specs(), **{one.name: one.spec for one in store.specs()}}
    if words in stored:
        return BacktestSpec.from_dict(stored[words])
    if not may_be_known(words):
        hint = "Your own strategies are files in the folder G4QC_STRATEGIES, or named like 'package.module:Name'."
        raise unknown("backtest or strategy", words, [*known_strategies(), *entries, *stored], hint)
    chosen = {name: given[name] for name in _CHOOSING if given.get(name)}
    fitting = [
        spec
        for spec in entries.values()
        if spec.strategy == words and all(getattr(spec, name) == value for name, value in chosen.items())
    ]
    if len(fitting) > 1:
        raise UsageError(
            f"{len(fitting)} entries of the backtests file fit {' '.join([words, *chosen.values()])}: name one of "
            f"{', '.join(spec.name for spec in fitting)}."
        )
    return fitting[0] if fitting else None


def _parameter(text: str, own: Mapping[str, Any]) -> tuple[str, bool | int | float | str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"'{text}' is no parameter: write NAME=VALUE, like fast=10.")
    if isinstance(own.get(name), str):
        return name, value
    if value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    for kind in (int, float):
        try:
            return name, kind(value)
        except ValueError:
            continue
    return name, value
