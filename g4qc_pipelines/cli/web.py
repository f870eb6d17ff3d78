"""`g4qc web` serves Dagster's web UI behind the guard."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), help="Default: G4QC_DAGSTER_PORT.")
@click.option("--workspace", type=click.Path(dir_okay=False, path_type=Path), help="Dagster's file that says where "
              "the graph's code server is; default: one of this command's own.")  # fmt: skip
def web(host: str, port: int | None, workspace: Path | None) -> None:
    """Serve Dagster's web UI, which answers only to its own pages; `g4qc up` does this too.

    On an address that other machines reach, it requires the keys of the API: see `g4qc api-key create`.
    """
    from g4qc_core.settings import load_settings
    from g4qc_pipelines.launching.web_server import serve_web
    from g4qc_pipelines.supervision.processes import check_port

    settings = load_settings()
    port = port or settings.dagster_port
    check_port(port, "--host, --port or G4QC_DAGSTER_PORT", host)
    said = f"Dagster on http://{host}:{port}/. Ctrl-C stops it."
    serve_web(settings, host, port, workspace, lambda: click.echo(said))
