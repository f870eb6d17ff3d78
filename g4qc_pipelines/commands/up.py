"""`g4qc up`: all services for seeing and driving the graph, until Ctrl-C.

The command starts database, gateway (a simulated one if the settings name none), API and Dagster, in this order, and
stops them in reverse order. Dagster has one code server, shared by the web server and the daemon, as in
docker-compose.yml. Only one `g4qc up` runs per home. It restarts its own database or gateway when that exits.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from g4qc_core.errors import G4qcError, GraphUnavailable, TransientError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.services.backtests.known_specs import known_names
from g4qc_core.services.month_keys import chosen_instruments
from g4qc_core.services.research.search_plan import known_searches
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import open_stores
from g4qc_core.trading.trading_plan import load_plan
from g4qc_core.waiting import Wait
from g4qc_pipelines.commands.automation import automation, half_on
from g4qc_pipelines.definitions import build_definitions
from g4qc_pipelines.instance.dagster_instance import add_partitions, dagster_environment, dagster_instance
from g4qc_pipelines.launching.api_server import api_server
from g4qc_pipelines.launching.up_lock import check_up_lock, hold_up_lock
from g4qc_pipelines.launching.vite_server import check_sources, vite_answers, vite_command
from g4qc_pipelines.supervision.kept_services import kept_database, kept_gateway
from g4qc_pipelines.supervision.kept_trader import TRADER_LOG, kept_trader
from g4qc_pipelines.supervision.processes import check_port, process
from g4qc_pipelines.supervision.watch import Kept, watch

_CODE_SERVER, _DAEMON = "g4qc_pipelines.running.code_server", "g4qc_pipelines.running.daemon"

Child = subprocess.Popen[str]


def run_up(settings: Settings, open_browser: bool, dev_port: int | None = None, *, trade: bool = False) -> None:
    """Start everything, print the addresses, and wait for Ctrl-C or for the end of one of Dagster's processes.

    Args:
        settings: the settings.
        open_browser: True to open Dagster's web UI in a browser.
        dev_port: port of Vite's server of the pages; None: none.
        trade: True to start the trader, too.

    Raises:
        HomeTaken: another `g4qc up` runs over this home.
        PortTaken: another program listens on one of the ports.
        UsageError: the sources of the pages, or Node, are missing for Vite's server.
        SettingsError: the trading file is missing or malformed, and the trader is wanted.
        DatabaseError: the database of the settings does not answer, or refuses.
    """
    url = f"http://127.0.0.1:{settings.dagster_port}"
    log = settings.home / "dagster.log"
    check_up_lock(settings.home)
    check_port(settings.dagster_port, "G4QC_DAGSTER_PORT")
    check_port(settings.api_port, "G4QC_API_PORT")
    if trade:
        load_plan(settings.trading)
    if dev_port is not None:
        check_sources()
        check_port(dev_port, "another one after --dev")
    with ExitStack() as stack:
        runs = stack.enter_context(hold_up_lock(settings.home, url))
        environment = stack.enter_context(_database(settings))
        kept, gateway = stack.enter_context(_gateway(settings))
        environment = {**environment, **gateway}
        stack.enter_context(api_server(*_for_api(settings, environment)))
        wait = Wait("Dagster starts", settings.start_timeout, GraphUnavailable, lambda text: click.echo(text, err=True))
        children = stack.enter_context(_dagster(settings, environment, log, wait))
        _await(lambda: _answers(url), children.values(), wait, log)
        runs(":".join(gateway[name] for name in ("G4QC_IB_HOST", "G4QC_IB_PORT") if gateway))
        click.echo(f"Dagster   {url}")
        click.echo(f"Pages     {settings.api_link}/")
        if dev_port is not None:
            children = {**children, "Vite": stack.enter_context(_vite(settings, dev_port, log))}
            click.echo(f"Vite      http://127.0.0.1:{dev_port}/ (pages from frontend/, anew with each change)")
        click.echo(f"API       {settings.api_link}/api/v1")
        if trade:
            kept = [*kept, stack.enter_context(kept_trader(settings, environment))]
            click.echo(f"Trader    {settings.api_link}/trading, its log is {settings.home / TRADER_LOG}")
        click.echo(f"Logs      {log}")
        _show_automation(settings, url)
        click.echo("Ctrl-C stops everything.")
        if open_browser:
            webbrowser.open(url)
        watch([*kept_database(settings), *kept], children, log)


def _show_automation(settings: Settings, url: str) -> None:
    """Print which automation is on; in a fresh install, none that sends requests to the gateway."""
    with dagster_instance(settings) as instance:
        found = automation(build_definitions(settings), instance)
    on, off = ([name for name, is_on in found.items() if is_on is which] for which in (True, False))
    click.echo(f"By itself {', '.join(on) or 'nothing'}")
    if off:
        click.echo(f"Off       {', '.join(off)}\n          (switch on at {url}/automation)")
    if half := half_on(found):
        click.echo(f"          {half}")


@contextmanager
def _database(settings: Settings) -> Iterator[dict[str, str]]:
    """Open the database, upgrade the schema, and add the partitions; yield settings for child processes."""
    click.echo("Database  starting ..." if settings.database_url is None else "Database  connecting ...", err=True)
    registry = load_registry(settings.own_instruments)
    with open_stores(settings) as stores:
        specs = known_names(settings, registry, stores.backtests)
        with dagster_instance(settings) as instance:
            add_partitions(instance, chosen_instruments(settings), specs, known_searches(settings, stores))
        yield {
            **dagster_environment(settings),
            "G4QC_DATABASE_URL": stores.database.url.render_as_string(hide_password=False),
        }


@contextmanager
def _gateway(settings: Settings) -> Iterator[tuple[list[Kept], dict[str, str]]]:
    """Yield the restartable parts of the gateway, and the settings that child processes need to reach it."""
    if not settings.simulated:
        click.echo(f"Gateway   {settings.ib_host}:{settings.ib_port}, yours")
        yield [], {}
        return
    with kept_gateway(settings) as gateway:
        click.echo(f"Gateway   {gateway.host}:{gateway.port}, simulated: its bars are synthetic")
        yield [gateway.kept()], gateway.environment


def _for_api(settings: Settings, environment: Mapping[str, str]) -> tuple[Settings, str, int, tuple[str, int] | None]:
    """Return the API's settings: on this host only, with the gateway that this command started."""
    gateway = (environment["G4QC_IB_HOST"], int(environment["G4QC_IB_PORT"])) if "G4QC_IB_HOST" in environment else None
    return settings, "127.0.0.1", settings.api_port, gateway


@contextmanager
def _dagster(settings: Settings, environment: Mapping[str, str], log: Path, wait: Wait) -> Iterator[dict[str, Child]]:
    """Start the code server, then the web server and the daemon in parallel; their output goes to the log."""
    click.echo("Dagster   starting ...", err=True)
    web = ["g4qc_pipelines.cli", "web", "--port", str(settings.dagster_port)]
    # The instance is chosen here: the settings do not know a gateway that this command started.
    web_environment = {name: value for name, value in environment.items() if not name.startswith("G4QC_IB_")}
    with tempfile.TemporaryDirectory(prefix="g4qc-") as folder, ExitStack() as stack:
        # The path of a socket has to be short; the home's may be long.
        code, workspace = Path(folder) / "code", Path(folder) / "workspace.yaml"
        workspace.write_text(
            json.dumps({"load_from": [{"grpc_server": {"socket": str(code), "location_name": "g4qc"}}]})
        )

        def start(*command: str, environment: Mapping[str, str] = environment) -> Child:
            return stack.enter_context(process([sys.executable, "-m", *command], environment, log))

        server = start(_CODE_SERVER, "-m", "g4qc_pipelines.definitions", "-a", "defs", "-s", str(code))
        _await(lambda: _listens(code), [server], wait, log)
        yield {
            "code server": server,
            "web server": start(*web, "--workspace", str(workspace), environment=web_environment),
            "daemon": start(_DAEMON, "-w", str(workspace)),
        }


@contextmanager
def _vite(settings: Settings, port: int, log: Path) -> Iterator[Child]:
    """Start Vite's server of the pages; its output goes to the log."""
    command, environment = vite_command(settings, port)
    wait = Wait("Vite starts", settings.start_timeout, TransientError, lambda text: click.echo(text, err=True))
    with process(command, environment, log) as child:
        _await(lambda: vite_answers(port), [child], wait, log, "Vite")
        yield child


def _await(ready: Callable[[], bool], children: Iterable[Child], wait: Wait, log: Path, what: str = "Dagster") -> None:
    """Wait until it is ready; raise if a child ends before."""
    while not ready():
        if any(child.poll() is not None for child in children):
            raise G4qcError(f"{what} did not start: its last words are in {log}.")
        wait.pause(f"look into {log}, or set G4QC_START_TIMEOUT to more", 0.2)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/g4qc/health", timeout=2).close()
    except (urllib.error.URLError, OSError):
        return False
    return True
