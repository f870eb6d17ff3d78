"""The command `g4qc sensitivity`: how much of a backtest's result hangs on how its contracts were joined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from g4qc_pipelines.cli.options import json_option
from g4qc_pipelines.cli.spec_options import SpecCommand

if TYPE_CHECKING:
    from g4qc_core.settings import Settings


@click.command(cls=SpecCommand, skipped=("name", "roll", "adjustment"))
@click.argument("spec")
@click.option("--roll", "--rule", "rules", multiple=True, help="Roll rule, like volume; repeatable. Default: all that "
              "have a calendar; see `g4qc rolls`.")  # fmt: skip
@click.option("--adjustment", "adjustments", multiple=True, help="none, additive, ratio, additive_forward or "
              "ratio_forward; repeatable. Default: all that the strategy can have.")  # fmt: skip
@json_option
def sensitivity(spec: str, rules: tuple[str, ...], adjustments: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Run the backtest SPEC by every roll rule and adjustment, and show how far the results lie apart.

    SPEC and its options are those of `g4qc backtest`. The spread is large when the net profits differ by more than half
    of their median and by more than 1 % of the cash.
    """
    from g4qc_core.settings import load_settings

    _show(load_settings(), spec, options, rules, adjustments, as_json)


def _show(
    settings: Settings,
    words: str,
    options: Mapping[str, Any],
    rules: tuple[str, ...],
    adjustments: tuple[str, ...],
    as_json: bool,
) -> None:
    from dataclasses import asdict

    from rich.table import Table

    from g4qc_core.backtest.roll_sensitivity import in_words
    from g4qc_core.instruments.registry import load_registry
    from g4qc_core.services.backtests.preflight import check_names, check_variants
    from g4qc_core.services.backtests.spec_variants import roll_sensitivity
    from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
    from g4qc_core.storage.stores import open_stores
    from g4qc_pipelines.commands.printing import echo_json, wide_console
    from g4qc_pipelines.commands.result_view import print_notes
    from g4qc_pipelines.commands.spec_words import given_fields, spec_by_words, strategy_by_words

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
        variants = found.variants.astype(object)
        rows = variants.where(variants.notna(), None).to_dict("records")
        spread = asdict(found.spread) | {"width": found.spread.width}
        echo_json({"spec": spec.name, "variants": rows, "spread": spread, "notes": found.notes})
        return
    table = Table(title=f"{spec.name} by roll rule and adjustment; * is the spec's own")
    for column in ("", "rule", "adjustment"):
        table.add_column(column)
    for column in ("net profit", "return", "Sharpe", "max drawdown", "trades"):
        table.add_column(column, justify="right")
    for _, row in found.variants.iterrows():
        mark = "*" if row["own"] else ""
        if row["refused"]:
            table.add_row(mark, row["rule"], row["adjustment"], "refused", "", "", "", "")
            continue
        sharpe = "-" if row["sharpe"] != row["sharpe"] or row["sharpe"] is None else f"{row['sharpe']:.2f}"
        figures = [f"{row['net_profit']:,.2f}", f"{row['total_return']:.2%}", sharpe, f"{row['max_drawdown']:.2%}"]
        table.add_row(mark, row["rule"], row["adjustment"], *figures, f"{row['trades']:.0f}")
    wide_console(120).print(table)
    for _, row in found.variants[found.variants["refused"] != ""].iterrows():
        click.echo(f"{row['rule']}, {row['adjustment']}: {row['refused']}")
    click.echo(in_words(found.spread, registry[spec.instrument].currency))
    print_notes(found.notes)
    if found.spread.large:
        click.echo("That is a large spread: the result is one of the joining rather than of the strategy.")
