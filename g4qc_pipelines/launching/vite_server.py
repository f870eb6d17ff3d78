"""Vite's server of `g4qc up --dev`: the pages from their sources, anew with each change."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from pathlib import Path

from g4qc_core.errors import UsageError
from g4qc_core.settings import Settings

FRONTEND = Path(__file__).parents[2] / "frontend"
"""Sources of the pages; an installed package does not have them."""

_VITE = Path("node_modules", "vite", "bin", "vite.js")


def check_sources() -> None:
    """Raise UsageError if the sources of the pages or the tools that build them are missing."""
    if not (FRONTEND / "package.json").is_file():
        raise UsageError("--dev needs a checkout of the repository: an installed G4QC has the built pages only.")
    if shutil.which("node") is None:
        raise UsageError("--dev needs Node 20 or newer: install it, and run `npm ci` in frontend/.")
    if not (FRONTEND / _VITE).is_file():
        raise UsageError("--dev needs the packages of the pages: run `npm ci` in frontend/.")


def vite_command(settings: Settings, port: int) -> tuple[list[str], dict[str, str]]:
    """Return the command of Vite's server on 127.0.0.1, and its environment: it passes requests on to the API."""
    command = ["node", str(FRONTEND / _VITE), str(FRONTEND), "--host", "127.0.0.1", "--port", str(port), "--strictPort"]
    return command, {"G4QC_API_URL": f"http://127.0.0.1:{settings.api_port}"}


def vite_answers(port: int) -> bool:
    """Return True if Vite's server answers."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
    except (urllib.error.URLError, OSError):
        return False
    return True
