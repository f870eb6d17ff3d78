"""`g4qc extract`: the graph of one instrument, from the chain to the roll calendar, over a window of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import click

from g4qc_core.bars.minute_classes import missing
from g4qc_core.bars.quarantine.decisions import undecided
from g4qc_core.bars.quarantine.selection import Selection, in_quarantine
from g4qc_core.counts import counted
from g4qc_core.futures.rolls.roll_overrides import load_overrides
from g4qc_core.instruments.registry import contract_month, load_registry
from g4qc_core.services.chains import contracts_of_interest
from g4qc_core.services.extraction.reopening import reopen
from g4qc_core.services.month_keys import key_of, months_between
from g4qc_core.services.quarantine.selected_bars import read_selected
from g4qc_core.settings import Settings
from g4qc_pipelines.commands.show import steps
from g4qc_pipelines.commands.workbench import workbench
from g4qc_pipelines.jobs import BAR_ASSETS, CHAIN_ASSETS, ROLL_ASSETS, UPDATE_ROLLS
from g4qc_pipelines.partitions.graph_months import check_months, check_sessions, last_asked
from g4qc_pipelines.runner import Incomplete

# One step beside the assets looks for contracts that cannot be read, and one for requests without an answer.
_STEPS = len(CHAIN_ASSETS) + 1 + len(BAR_ASSETS) + 1 + len(ROLL_ASSETS)


def extract_bars(
    settings: Settings,
    symbol: str,
    first: date,
    last: date | None,
    contracts: Sequence[str],
    order: str = "newest",
    again: bool = False,
) -> None:
    """Runs the graph of one instrument from the chain to the roll calendar, for the sessions of the window.

    Bars that came are derived although other requests failed.

    With `again`, sessions that the ledger covers are asked for once more; where that fails, the next extraction of them
    does it.

    Args:
        last: None: the trade date of the newest session that has begun, by the gateway's clock.

    Raises:
        Incomplete: some requests failed, or contracts could not be read or were left out of timeframes; the text names
            them.
    """
    instrument = load_registry(settings.own_instruments)[symbol]
    if last is None:
        check_months(first, first)
    else:
        check_sessions(instrument, first, last)
    contracts = [contract_month(month) for month in contracts]
    with workbench(settings, symbols=[symbol], since=first) as bench, steps(_STEPS):
        if last is None:
            last = last_asked(instrument, first, bench.gateway.source())
        months = [key_of(symbol, month) for month in months_between(first, last)]
        config = {"raw_bars": {"contracts": contracts, "first": f"{first}", "last": f"{last}", "order": order}}
        bench.runner.check(BAR_ASSETS, [months[0], months[-1]])
        incomplete: list[Incomplete] = []
        try:
            bench.runner.run(CHAIN_ASSETS, symbol)
        except Incomplete as error:
            incomplete.append(error)
        if again:
            chain, overrides = bench.stores.contracts.chain(symbol), load_overrides(settings.rolls)
            wanted = contracts_of_interest(instrument, chain, first, last, contracts, overrides)
            reopen(instrument, wanted, bench.stores, datetime.now(UTC))
        try:
            bench.runner.run(BAR_ASSETS, months[0], months[-1], config, then=UPDATE_ROLLS)
        except Incomplete as error:
            # Bars that arrived are derived and the rolls are built from them; then the run is reported as failed.
            incomplete.append(error)
        bench.runner.run(ROLL_ASSETS, symbol)
        quality = bench.stores.bars.quality(symbol, first, last)
        doubted = Selection((symbol,), first=first, last=last)
        waiting = len(undecided(read_selected(bench.stores.quarantine, instrument, doubted)))
    click.echo(
        f"{symbol}, trade dates {first} to {last}: "
        f"{counted(quality['trade_date'].nunique(), 'session')}, "
        f"{counted(int(quality['traded'].sum()), 'minute')} with trades, "
        f"{counted(int(missing(quality).sum()), 'minute')} missing."
    )
    if waiting:
        click.echo(f"{in_quarantine(waiting, doubted)}.")
    if incomplete:
        raise Incomplete(" ".join(map(str, incomplete)))
