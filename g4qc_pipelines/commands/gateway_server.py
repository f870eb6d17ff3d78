"""`g4qc gateway`: the simulated gateway, with a synthetic market or recorded bars, until it is stopped."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from g4qc_core.instruments.registry import load_registry
from g4qc_core.settings import Settings

if TYPE_CHECKING:
    from g4qc_core.gateway.markets.simulated_market import SimulatedMarket


def serve_gateway(
    settings: Settings,
    as_json: bool,
    host: str,
    port: int,
    replay: Path | None,
    now: datetime | None,
    seed: int,
    max_version: int,
    faults: Path | None,
    speed: float,
    cash: Decimal,
    slippage_ticks: float,
    read_only: bool,
    account: Path | None,
) -> None:
    """Serve the simulated gateway until it is stopped."""
    from g4qc_core.gateway.broker.trading_rules import TradingRules
    from g4qc_core.gateway.faults.fault_script import FaultScript
    from g4qc_core.gateway.gateway_clock import GatewayClock
    from g4qc_core.gateway.markets.simulated_products import products
    from g4qc_core.gateway.markets.synthetic import SyntheticMarket
    from g4qc_core.gateway.simulated_gateway import SimulatedGateway, run

    clock, trading = (
        GatewayClock(now, speed=speed),
        TradingRules(cash, slippage_ticks=slippage_ticks, read_only=read_only, file=account),
    )
    script = None
    if faults is not None:
        script = FaultScript.load(faults)
        _show_log("g4qc_core.gateway.faults.director")
    registry = load_registry(settings.own_instruments)
    market: SimulatedMarket = SyntheticMarket(products(registry), seed=seed)
    if replay is not None:
        from g4qc_core.gateway.markets.replay import ReplayMarket

        market = ReplayMarket(replay, registry)
        _warn_of_the_clock(market, replay, clock.now())

    def ready(gateway: SimulatedGateway) -> None:
        if as_json:
            click.echo(json.dumps({"host": gateway.host, "port": gateway.port}))
        else:
            what = f"bars of {replay}" if replay is not None else f"synthetic bars, seed {seed}"
            click.echo(f"The simulated gateway serves {what} on {gateway.host}:{gateway.port}. Ctrl-C stops it.")
        sys.stdout.flush()

    run(market, host, port, clock, max_version, script, ready, trading)


def _warn_of_the_clock(market: SimulatedMarket, replay: Path, now: datetime) -> None:
    """Warn if no contract of the folder exists at the gateway's time."""
    from g4qc_core.gateway.protocol.contract_lookup import visible

    if not any(visible(item, True, now) for item in market.listings(now)):
        click.echo(
            f"Warning: at the gateway's time, {now:%Y-%m-%d}, it lists no contract of {replay}: all began later, or "
            "ended more than two years before. Give the time of their bars with --now.",
            err=True,
        )


def _show_log(name: str) -> None:
    """Send the log of a module to the error stream."""
    logger, handler = logging.getLogger(name), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
