"""`g4qc trade check`: what the trader would do, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted, listing
from g4qc_core.services.trading.trading_check import CheckedSpec, TradingCheck, check
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_pipelines.commands.printing import echo_json
from g4qc_pipelines.launching.up_gateway import with_gateway_of_up


def check_trading(settings: Settings, as_json: bool) -> None:
    """Print what the trader would do; end with exit code 1 if it cannot start so."""
    with open_stores(settings) as stores:
        by_gateway = with_gateway_of_up(settings)
        found = check(by_gateway, load_registry(settings.own_instruments), stores, datetime.now(UTC))
    if as_json:
        echo_json({**found.model_dump(mode="json"), "ready": found.ready})
    else:
        account = found.account or "the only account"
        gateway = f"the gateway {found.gateway}" if found.gateway else "the simulated gateway that `g4qc up` starts"
        click.echo(f"Trades {account} of {gateway}; mode {found.mode}, client id {found.client_id}.")
        click.echo("Limits: " + ", ".join(f"{name} {value}" for name, value in found.limits.items()))
        for spec in found.specs:
            click.echo(f"  {_spec(spec)}")
        for words in found.remarks:
            click.echo(f"Note: {words}")
        for words in found.problems:
            click.echo(f"Problem: {words}")
        click.echo(_ready(found) if found.ready else _not_ready(len(found.problems)))
    if not found.ready:
        raise SystemExit(1)


def _ready(found: TradingCheck) -> str:
    start = "`g4qc trade start`" if found.gateway else "`g4qc up --trade`"
    return f"Ready{', but for the notes' if found.remarks else ''}: {start} trades."


def _not_ready(problems: int) -> str:
    return f"Not ready: correct {counted(problems, 'problem')} first."


def _spec(spec: CheckedSpec) -> str:
    last = "no decision yet"
    if spec.decided_bar is not None:
        last = f"target {spec.target} since the bar of {spec.decided_bar:%Y-%m-%d %H:%M} UTC"
    if spec.wanted is not None and spec.wanted_bar is not None:
        last += f"; after the bar of {spec.wanted_bar:%Y-%m-%d %H:%M} UTC it wants {counted(spec.wanted, 'contract')}"
    months = listing(spec.contracts, 3) or "no contract"
    reads = f", reading {listing(spec.inputs)}" if spec.inputs else ""
    what = f"{spec.strategy} on {spec.instrument} {spec.timeframe}{reads}"
    return f"{spec.name}: {what}, {spec.order} orders; {months}; {last}"
