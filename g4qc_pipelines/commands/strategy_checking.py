"""The command `g4qc strategies check`: all checks on synthetic bars, and on stored ones of an instrument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from g4qc_core.backtest.known_strategies import find_strategy, strategies_in_file
from g4qc_core.backtest.strategy_checks.check_bars import synthetic_subject
from g4qc_core.backtest.strategy_checks.findings import RuleFinding
from g4qc_core.backtest.strategy_checks.run_checks import THOROUGH, check_strategy
from g4qc_core.backtest.strategy_checks.strategy_decisions import CheckSubject
from g4qc_core.errors import BacktestRefused, PermanentError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted
from g4qc_core.settings import Settings
from g4qc_pipelines.commands.printing import echo_json
from g4qc_pipelines.commands.spec_words import given_fields

_SYNTHETIC = "ES"


@dataclass(frozen=True)
class _Checked:
    strategy: str
    bars: str
    findings: list[RuleFinding]

    @property
    def failures(self) -> list[str]:
        return [f"{self.strategy}, {one.check}: {one.text}" for one in self.findings if one.state == "failed"]


def check_strategies(
    settings: Settings,
    words: str,
    instrument: str | None,
    timeframe: str,
    parameters: Sequence[str],
    as_json: bool,
) -> None:
    """Check the strategy of that name, or all strategies of a file, and print what was found.

    Raises:
        UsageError: no such strategy, file, instrument or parameter.
        PermanentError: a check failed; a sentence for each other one that failed is printed before.
    """
    names = strategies_in_file(Path(words)) if words.endswith(".py") else [find_strategy(words).name]
    checked: list[_Checked] = []
    for name in names:
        given = given_fields(name, {"parameters": parameters}).get("parameters", {})
        for subject, bars in _subjects(settings, name, instrument, timeframe, given, as_json):
            checked.append(_Checked(name, bars, check_strategy(subject, THOROUGH)))
            if not as_json:
                _print(checked[-1])
    if as_json:
        echo_json([
            {"strategy": one.strategy, "bars": one.bars, "findings": [found.to_dict() for found in one.findings]}
            for one in checked
        ])  # fmt: skip
    failures = list(dict.fromkeys(sentence for one in checked for sentence in one.failures))
    for sentence in failures[:-1]:
        click.echo(f"Error: {sentence}", err=True)
    if failures:
        raise PermanentError(failures[-1])


def _subjects(
    settings: Settings, name: str, symbol: str | None, timeframe: str, parameters: dict[str, Any], as_json: bool
) -> list[tuple[CheckSubject, str]]:
    registry = load_registry(settings.own_instruments)
    synthetic = synthetic_subject(name, registry[symbol or _SYNTHETIC], timeframe, parameters)
    found = [(synthetic, f"synthetic bars of {synthetic.spec.instrument}, {timeframe}")]
    if symbol is None:
        return found
    from g4qc_core.services.backtests.checked_bars import stored_subject
    from g4qc_core.storage.stores import open_stores

    with open_stores(settings) as stores:
        try:
            stored = stored_subject(name, symbol, timeframe, parameters, registry, stores)
        except BacktestRefused as refused:
            click.echo(f"No check on stored bars of {symbol}: {refused}", err=True)
            return found
    return [*found, (stored, f"{counted(len(stored), 'stored bar')} of {symbol}, {timeframe}")]


def _print(checked: _Checked) -> None:
    click.echo(f"{checked.strategy} on {checked.bars}")
    for one in checked.findings:
        click.echo(f"  {one.state:<9} {one.check:<12} {one.text}")
    click.echo()
