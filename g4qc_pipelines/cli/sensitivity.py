"""The command `g4qc sensitivity`: how much a backtest's result depends on how its contracts are joined."""

from __future__ import annotations

from typing import Any

import click

from g4qc_pipelines.cli.options import json_option
from g4qc_pipelines.cli.spec_options import SpecCommand


@click.command(cls=SpecCommand, skipped=("name", "roll", "adjustment"))
@click.argument("spec")
@click.option("--roll", "--rule", "rules", multiple=True, help="Roll rule, like volume; repeatable. Default: all that "
              "have a calendar; see `g4qc rolls`.")  # fmt: skip
@click.option("--adjustment", "adjustments", multiple=True, help="none, additive, ratio, additive_forward or "
              "ratio_forward; repeatable. Default: all that the strategy can have.")  # fmt: skip
@json_option
def sensitivity(spec: str, rules: tuple[str, ...], adjustments: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Run the backtest SPEC with every roll rule and adjustment, and show how far the results differ.

    SPEC and its options are those of `g4qc backtest`. The spread is large when the net profits differ by more than half
    of their median and by more than 1 % of the cash.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.roll_variants import show_variants

    show_variants(load_settings(), spec, options, rules, adjustments, as_json)
