"""`g4qc extract`: the graph of one instrument, from the chain to the roll calendar, over a window of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import click

from g4qc_core.bars.minute_classes import missing
from g4qc_core.bars.quarantine.decisions import undecided
from g4qc_core.bars.quarantine.selection import Selection, in_quarantine
from g4qc_core.futures.rolls.roll_files import load_overrides
from g4qc_core.instruments.registry import Instrument, contract_month, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.chains import contracts_of_interest
from g4qc_core.services.extraction.answers import reopen
from g4qc_core.services.quarantine.selected_bars import read_selected
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.commands.printing import steps
from g4qc_pipelines.commands.workbench import workbench
from g4qc_pipelines.named_jobs import UPDATE_BARS
from g4qc_pipelines.partitions.graph_months import check_months, last_asked
from g4qc_pipelines.runner import Incomplete
from g4qc_pipelines.stages.checks import check_extraction
from g4qc_pipelines.stages.job_plan import RunStage
from g4qc_pipelines.stages.kinds import extraction


def extract_bars(
    settings: Settings,
    symbol: str,
    first: date,
    last: date | None,
    contracts: Sequence[str],
    order: str = "newest",
    again: bool = False,
) -> None:
    """Run the graph of one instrument from the chain to the roll calendar, for the sessions of the window.

    Bars that arrived are derived, and the rolls built from them, although other requests failed.

    Args:
        settings: the settings.
        symbol: the instrument.
        first: first trade date.
        last: last trade date; None for that of the newest session that has begun, by the gateway's clock.
        contracts: contract months like 202512; empty: the months that the roll rule needs.
        order: bars to fetch first, `newest` or `oldest`.
        again: request sessions that the ledger covers once more; if that fails, their next extraction does it.

    Raises:
        UsageError: no such instrument or contract month, or no such session.
        Incomplete: some requests failed, or contracts could not be read or were left out of timeframes; the text names
            them.
    """
    instrument = load_registry(settings.own_instruments)[symbol]
    contracts = [contract_month(month) for month in contracts]
    if last is None:
        check_months(first, first)
    else:
        check_extraction(instrument, first, last, contracts)
    with workbench(settings, symbols=[symbol], since=first) as bench:
        last = last or last_asked(instrument, first, bench.gateway.source())
        plan = extraction(instrument, first, last, contracts, order)
        window = (first, last)

        def reopen_sessions(stage: RunStage) -> None:
            if again and stage.job == UPDATE_BARS:
                chain, overrides = bench.stores.contracts.chain(symbol), load_overrides(settings.rolls)
                wanted = contracts_of_interest(instrument, chain, *window, contracts, overrides)
                reopen(instrument, wanted, bench.stores, datetime.now(UTC))

        with steps(plan.steps):
            try:
                bench.runner.run_job(plan, before=reopen_sessions)
            except Incomplete as error:
                incomplete: Incomplete | None = error
            else:
                incomplete = None
        print_stored(instrument, *window, bench.stores)
    if incomplete is not None:
        raise incomplete


def print_stored(instrument: Instrument, first: date, last: date, stores: Stores) -> None:
    """Print how many sessions and minutes of the window are stored, and how many bars await a decision."""
    symbol = instrument.symbol
    quality = stores.bars.quality(symbol, first, last)
    selection = Selection((symbol,), first=first, last=last)
    waiting = len(undecided(read_selected(stores.quarantine, instrument, selection)))
    click.echo(
        f"{symbol}, trade dates {first} to {last}: "
        f"{counted(quality['trade_date'].nunique(), 'session')}, "
        f"{counted(int(quality['traded'].sum()), 'minute')} with trades, "
        f"{counted(int(missing(quality).sum()), 'minute')} missing."
    )
    if waiting:
        click.echo(f"{in_quarantine(waiting, selection)}.")
