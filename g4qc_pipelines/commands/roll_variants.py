"""`g4qc sensitivity`: one spec on the series of every roll rule and adjustment, as a table with its spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click
import pandas as pd
from rich.table import Table

from g4qc_core.backtest.roll_sensitivity import in_words
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.preflight import check_names, check_variants
from g4qc_core.services.backtests.spec_variants import Sensitivity, roll_sensitivity
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json, wide_console
from g4qc_pipelines.commands.result_view import print_notes
from g4qc_pipelines.commands.spec_words import given_fields, spec_by_words, strategy_by_words


def show_variants(
    settings: Settings,
    words: str,
    options: Mapping[str, Any],
    rules: Sequence[str],
    adjustments: Sequence[str],
    as_json: bool,
) -> None:
    """Run the spec with every rule and adjustment, and print the results with their spread.

    Args:
        settings: the settings.
        words: name of a spec, or a strategy; see `spec_by_words`.
        options: fields given on the command line, by name; None if not given.
        rules: roll rules; empty: all with a calendar.
        adjustments: adjustments; empty: all that the strategy allows.
        as_json: print JSON instead of a table.

    Raises:
        UsageError: the spec, a rule or an adjustment is unknown or cannot run.
    """
    registry = load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        where = (settings, registry, stores.backtests)
        given = given_fields(options.get("strategy") or strategy_by_words(words, *where), options)
        spec = spec_by_words(words, given, *where)
        check_names(spec, registry, stores)
        named, kinds = check_variants(spec, rules, adjustments, registry, stores)
        refuse_other_overrides(registry[spec.instrument], stores, settings)
        found = roll_sensitivity(spec, registry, stores, named, kinds)
    if as_json:
        echo_json(_document(spec.name, found))
    else:
        _print(spec.name, found, registry[spec.instrument].currency)


def _document(name: str, found: Sensitivity) -> dict[str, Any]:
    variants = found.variants.astype(object)
    rows = variants.where(variants.notna(), None).to_dict("records")
    spread = asdict(found.spread) | {"width": found.spread.width}
    return {"spec": name, "variants": rows, "spread": spread, "notes": found.notes}


def _print(name: str, found: Sensitivity, currency: str) -> None:
    wide_console(120).print(_table(name, found.variants))
    for _, row in found.variants[found.variants["refused"] != ""].iterrows():
        click.echo(f"{row['rule']}, {row['adjustment']}: {row['refused']}")
    click.echo(in_words(found.spread, currency))
    print_notes(found.notes)
    if found.spread.large:
        click.echo("That is a large spread: the result depends on how the contracts are joined, not on the strategy.")


def _table(name: str, variants: pd.DataFrame) -> Table:
    table = Table(title=f"{name} by roll rule and adjustment; * is the spec's own")
    for column in ("", "rule", "adjustment"):
        table.add_column(column)
    for column in ("net profit", "return", "Sharpe", "max drawdown", "trades"):
        table.add_column(column, justify="right")
    for _, row in variants.iterrows():
        table.add_row("*" if row["own"] else "", row["rule"], row["adjustment"], *_figures(row))
    return table


def _figures(row: pd.Series) -> list[str]:
    if row["refused"]:
        return ["refused", "", "", "", ""]
    sharpe = "-" if pd.isna(row["sharpe"]) else f"{row['sharpe']:.2f}"
    figures = [f"{row['net_profit']:,.2f}", f"{row['total_return']:.2%}", sharpe, f"{row['max_drawdown']:.2%}"]
    return [*figures, f"{row['trades']:.0f}"]
