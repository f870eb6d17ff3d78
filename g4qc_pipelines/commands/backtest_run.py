"""`g4qc backtest`: run a spec on stored bars and keep the spec in the graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import click

from g4qc_core.errors import G4qcError
from g4qc_core.services.backtests.known_specs import keep_spec
from g4qc_core.services.backtests.preflight import check_names
from g4qc_core.services.removal import Removal
from g4qc_core.settings import Settings
from g4qc_pipelines.commands.printing import echo_json, steps
from g4qc_pipelines.commands.result_view import print_result
from g4qc_pipelines.commands.spec_words import given_fields, spec_by_words, strategy_by_words
from g4qc_pipelines.commands.workbench import Workbench, workbench
from g4qc_pipelines.instance.dagster_instance import add_partitions
from g4qc_pipelines.instance.dynamic_keys import InstanceKeys
from g4qc_pipelines.stages.kinds import backtest


def run_backtest(
    settings: Settings,
    words: str,
    options: Mapping[str, Any],
    as_json: bool,
    lang: str | None = None,
    confirm: bool = False,
) -> None:
    """Run the spec that the words name on stored bars, and print the figures.

    Args:
        settings: the settings.
        words: name of a spec, or a strategy; see `spec_by_words`.
        options: fields given on the command line, by name; None where they were not given.
        as_json: print JSON instead of a table.
        lang: language in which the report opens; None: that of the settings.
        confirm: run the spec by the other engine too, and compare.

    Raises:
        G4qcError: the two engines differ.
    """
    from g4qc_core.services.backtests.confirmed_results import confirmed
    from g4qc_core.services.backtests.spec_run import load_result, publish, spec_report
    from g4qc_core.services.research.worth import worth_of_result

    with workbench(settings) as bench:
        where = (settings, bench.registry, bench.stores.backtests)
        given = given_fields(options.get("strategy") or strategy_by_words(words, *where), options)
        spec = spec_by_words(words, given, *where)
        # A spec that cannot run is refused before it is kept.
        check_names(spec, bench.registry, bench.stores)
        keep_spec(spec, "command line", settings, bench.registry, bench.stores.backtests)
        add_partitions(bench.runner.instance, [], [spec.name])
        plan = backtest(spec.name)
        with steps(plan.steps), _forgotten_when_stopped(spec.name, bench):
            bench.runner.run_job(plan)
        result, path = load_result(spec.name, bench.stores), spec_report(settings, spec.name)
        worth = worth_of_result(result, bench.stores)
        if lang is not None:
            publish(result, settings, bench.registry, bench.stores, worth.figures, lang)
        words_of_both = confirmed(result, bench.registry, bench.stores) if confirm else ""
    if as_json:
        more = {"confirmed": words_of_both} if confirm else {}
        echo_json({**result.to_dict(), "worth": worth.to_dict(), "report": str(path), **more})
        return
    print_result(result, path, worth)
    if confirm:
        click.echo(words_of_both)


@contextmanager
def _forgotten_when_stopped(name: str, bench: Workbench) -> Iterator[None]:
    """Remove the key of the spec where the user stops the command before there is a result."""
    try:
        yield
    except KeyboardInterrupt:
        with suppress(G4qcError):
            Removal(bench.settings, bench.stores, InstanceKeys(bench.runner.instance)).forget(name)
        raise
