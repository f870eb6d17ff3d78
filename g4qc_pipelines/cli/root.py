"""The command `g4qc`: every part of the platform from a terminal.

A command parses and calls. Errors of the core end it with their one sentence and exit code 1, wrong usage with 2,
Ctrl-C with 130.
"""

from __future__ import annotations

import errno
import gc
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from g4qc_core.errors import G4qcError, UsageError
from g4qc_core.files import closed_to_others
from g4qc_pipelines.cli.api import api, api_key
from g4qc_pipelines.cli.backtest import backtest
from g4qc_pipelines.cli.backtests import backtests
from g4qc_pipelines.cli.db import db
from g4qc_pipelines.cli.export import export
from g4qc_pipelines.cli.extract import extract
from g4qc_pipelines.cli.imports import import_
from g4qc_pipelines.cli.instruments import DecimalParam, instruments
from g4qc_pipelines.cli.options import InstantParam, from_option, json_option, to_option
from g4qc_pipelines.cli.partitions import partitions
from g4qc_pipelines.cli.quarantine import quarantine
from g4qc_pipelines.cli.revisions import revisions
from g4qc_pipelines.cli.rolls import rolls
from g4qc_pipelines.cli.search import search
from g4qc_pipelines.cli.sensitivity import sensitivity
from g4qc_pipelines.cli.sources import sources
from g4qc_pipelines.cli.strategies import strategies
from g4qc_pipelines.cli.studies import study_commands
from g4qc_pipelines.cli.trade import trade
from g4qc_pipelines.cli.web import web
from g4qc_pipelines.cli.worker import worker
from g4qc_pipelines.supervision.lost_interrupts import send_lost_interrupts_again

# Errors of the operating system that are no defect of a command.
_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOTDIR}
)

# Number of objects before the collector looks for cycles. Python's 700 makes it visit every imported module, which
# takes a quarter of the time of the imports.
_COLLECT_AFTER = 50_000

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_CONTEXT)
@click.version_option(package_name="g4qc", prog_name="g4qc")
def cli() -> None:
    """Futures bars that can be trusted: from Interactive Brokers to a backtest report, as one Dagster graph.

    Settings come from the environment (G4QC_...) and a file .env; .env.example lists them all. Without any, an embedded
    PostgreSQL and a simulated gateway with synthetic bars are used.
    """


@cli.command()
@click.option("--research", is_flag=True, help="Also a walk-forward analysis, a Monte Carlo simulation and portfolios.")
@json_option
def demo(research: bool, as_json: bool) -> None:
    """Run the whole graph on synthetic bars: ES, NQ and EC over the last two full months."""
    from g4qc_core.instruments.registry import BUILT_IN
    from g4qc_core.settings import Settings, load_settings
    from g4qc_pipelines.commands.demo import SYMBOLS, run_demo

    # The demo is the same for everyone: of the user's settings, only the home and the ports count.
    own = (
        *("ib_host", "database_url", "dagster_database_url", "first_month", "rolls", "open_interest"),
        *("backtests", "searches", "walk_forwards", "portfolios"),
    )
    defaults = {name: Settings.model_fields[name].default for name in own}
    run_demo(load_settings(instruments=BUILT_IN, symbols=",".join(SYMBOLS), **defaults), research, as_json)


@cli.command()
@click.option("--open", "open_browser", is_flag=True, help="Open the Dagster web UI in a browser.")
@click.option("--dev", "dev_port", is_flag=False, flag_value=5173, type=click.IntRange(1, 65535), metavar="[PORT]",
              help="Also serve the pages from their sources by Vite, on port 5173 or PORT.")  # fmt: skip
@click.option("--trade", is_flag=True, help="Also start the trader: see `g4qc trade check` first.")
def up(open_browser: bool, dev_port: int | None, trade: bool) -> None:
    """Start database, gateway, Dagster's web UI and daemon, and the API; Ctrl-C stops all."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.up import run_up

    run_up(load_settings(), open_browser, dev_port, trade=trade)


@cli.command()
@click.option("--select", "assets", required=True, multiple=True, help="Asset name; may be repeated, or several with "
              "commas.")  # fmt: skip
@click.option("--partition", help="Partition key like 'ES|2025-09-01', or a range 'ES|2025-01-01...ES|2025-06-01'.")
def materialize(assets: tuple[str, ...], partition: str | None) -> None:
    """Materialize assets of the graph, in this process, over one partition or a range."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.graph_commands import materialize_assets

    names = [name.strip() for given in assets for name in given.split(",") if name.strip()]
    materialize_assets(load_settings(), names, partition)


@cli.command()
@click.argument("symbol")
@click.option("--timeframe", default="1min", show_default=True)
@from_option
@to_option
@click.option("--contract", help="Contract month like 202512; without it, the front contract by the roll calendar.")
@click.option("--adjustment", default="none", show_default=True, help="none, additive, ratio, additive_forward or "
              "ratio_forward; of the series without --contract.")  # fmt: skip
@click.option("--rule", "--roll", help="Roll rule that joins the contracts, like volume; default: the instrument's.")
@click.option("--position", type=click.IntRange(0, 1), default=0, show_default=True, help="0: the contract in front, "
              "1: the one after it.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["csv", "parquet", "json"]), default="csv", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File instead of the standard output.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def bars(symbol: str, as_json: bool, form: str, **options: Any) -> None:
    """Print stored bars of SYMBOL; timestamps are UTC and mark the bar's start."""
    from g4qc_pipelines.cli.opening import settings_for_database

    settings = settings_for_database()
    from g4qc_pipelines.commands.bar_export import export_bars

    export_bars(settings, symbol, form="json" if as_json else form, **options)


@cli.command()
@click.argument("symbols", nargs=-1)
@json_option
def status(symbols: tuple[str, ...], as_json: bool) -> None:
    """Show what is stored, the last request, the gaps, and a map of the sessions, for SYMBOLS or all instruments.

    For named instruments the map shows all months, otherwise the last twelve.
    """
    from g4qc_pipelines.cli.opening import settings_for_database

    settings = settings_for_database()
    from g4qc_pipelines.commands.status import show_status

    show_status(settings, symbols, as_json)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=4002, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--replay", type=click.Path(path_type=Path), help="Serve the bars of this folder instead of synthetic "
              "ones.")  # fmt: skip
@click.option(
    "--now", type=InstantParam(), help="The gateway's clock starts here, like 2013-12-20T22:15:00Z; default: now."
)
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(0.001, 100_000), help="Seconds of the "
              "gateway's clock in one second: 60 makes a minute of the market last a second.")  # fmt: skip
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="Seed of the synthetic market.")
@click.option("--max-version", default=157, show_default=True, type=click.IntRange(157, 200), help="Protocol version.")
@click.option("--faults", type=click.Path(path_type=Path), help="Do wrong what this fault script says; docs/gateway.md "
              "tells how to write one.")  # fmt: skip
@click.option("--cash", default="1000000", show_default=True, type=DecimalParam(), help="Dollars in the account.")
@click.option("--slippage-ticks", default=1.0, show_default=True, type=click.FloatRange(0, 1000), help="Ticks that an "
              "order at the market loses: half of the spread.")  # fmt: skip
@click.option("--account", type=click.Path(path_type=Path), help="Keep orders and positions in this file, and go on "
              "with them.")  # fmt: skip
@click.option("--read-only", is_flag=True, help="Refuse orders, as a gateway with the setting Read-Only API.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON when ready.")
def gateway(as_json: bool, **options: Any) -> None:
    """Run the simulated Interactive Brokers gateway; Ctrl-C stops it."""
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.gateway_server import serve_gateway

    serve_gateway(load_settings(), as_json, **options)


# What stands behind the command is its own, also what this program calls an option: `-h` is a host there.
@cli.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def dagster(command: tuple[str, ...]) -> None:
    """Run one of Dagster's own commands on G4QC's instance, like `g4qc dagster dagster-daemon liveness-check`.

    Dagster's web server is excluded: `g4qc web` serves it behind a guard.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.commands.graph_commands import run_dagster

    run_dagster(load_settings(), command)


cli.add_command(api)
cli.add_command(api_key)
cli.add_command(backtest)
cli.add_command(export)
cli.add_command(db)
cli.add_command(extract)
cli.add_command(import_)
cli.add_command(instruments)
cli.add_command(partitions)
cli.add_command(quarantine)
cli.add_command(backtests)
cli.add_command(rolls)
cli.add_command(search)
cli.add_command(sensitivity)
cli.add_command(revisions)
cli.add_command(sources)
cli.add_command(strategies)
cli.add_command(trade)
cli.add_command(web)
cli.add_command(worker)
for _made in study_commands():
    cli.add_command(_made)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its code; the entry point of `g4qc`."""
    sys.exit(
        _exit_code(lambda: cli.main(args=list(arguments or sys.argv[1:]), prog_name="g4qc", standalone_mode=False))
    )


def _exit_code(run: Callable[[], object]) -> int:
    try:
        gc.set_threshold(_COLLECT_AFTER)
        send_lost_interrupts_again()
        with closed_to_others(), _terminated_as_interrupt():
            run()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        # The reader of the output closed it (`g4qc bars ... | head`): nothing is wrong.
        sys.stdout = None
        return 0
    except UsageError as error:
        click.echo(f"Error: {error}", err=True)
        return 2
    except G4qcError as error:
        click.echo(f"Error: {error}", err=True)
        return 1
    except OSError as error:
        if error.errno not in _MACHINE:
            raise
        click.echo(f"Error: {_of_the_machine(error)}", err=True)
        return 1
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.", err=True)
        return 130
    return 0


def _of_the_machine(error: OSError) -> str:
    """Describe an error of the disk or of its permissions in one sentence that says what to do."""
    place = f"{error.filename}" if error.filename else "what the command prints or keeps"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        way = "free some space, then run the command again"
    else:
        way = "check the rights on it, or choose another place"
    # Buffered output cannot be written either.
    sys.stdout = None
    return f"{place} cannot be written or read ({error.strerror}): {way}."


class _terminated_as_interrupt:
    """Context in which SIGTERM and a closed terminal end the command as Ctrl-C does, so that it stops its children.

    SIGINT is set too: a shell without job control starts background commands with it ignored, and child processes would
    inherit that. Under `nohup` a closed terminal stays ignored.
    """

    def __enter__(self) -> None:
        ending = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            ending.append(signal.SIGHUP)
        self._before = {number: signal.signal(number, signal.default_int_handler) for number in ending}

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
