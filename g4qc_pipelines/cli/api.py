"""`g4qc api` serves the API and the reports; `g4qc api-key create` creates a key for it."""

from __future__ import annotations

import click

from g4qc_pipelines.cli.options import json_option


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), help="Default: G4QC_API_PORT.")
def api(host: str, port: int | None) -> None:
    """Serve the API, its pages and the reports; `g4qc up` does this too.

    On an address that other machines reach, it requires keys: see `g4qc api-key create`.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.launching.api_server import api_server
    from g4qc_pipelines.supervision.kept_services import kept_database
    from g4qc_pipelines.supervision.processes import check_port
    from g4qc_pipelines.supervision.watch import watch

    settings = load_settings()
    port = port or settings.api_port
    check_port(port, "--host, --port or G4QC_API_PORT", host)
    with api_server(settings, host, port):
        click.echo(f"Pages on http://{host}:{port}/, the API on http://{host}:{port}/api/v1. Ctrl-C stops it.")
        watch(kept_database(settings), {}, settings.home / "dagster.log")


@click.group(name="api-key")
def api_key() -> None:
    """Keys of the API."""


@api_key.command()
@click.option("--scope", type=click.Choice(["read", "run", "admin", "trade"]), default="read", show_default=True,
              help="read: bars and results; run: start, cancel, name and tag too; admin: decide on bars and "
              "delete results too; trade: read, and act in trading: kill switch, flatten, resolve.")  # fmt: skip
@click.option("--name", default="key", show_default=True, help="Whose it is: letters, digits and . _ - only.")
@json_option
def create(scope: str, name: str, as_json: bool) -> None:
    """Create a key: print it once, and the entry by which the server recognizes it."""
    from g4qc_core.api.api_keys import Scope, create_key, parse_keys
    from g4qc_pipelines.commands.printing import echo_json

    secret, key = create_key(name, Scope(scope))
    parse_keys(str(key))
    if as_json:
        echo_json({"key": secret, "entry": str(key)})
        return
    click.echo(f"{secret}\n")
    click.echo(
        "This key is shown once; the server keeps only its hash. Add the entry to the setting, commas between:\n"
    )
    click.echo(f"G4QC_API_KEYS={key}")
