"""`g4qc status`, the parts around the stored bars: Dagster, the gateway, its client, the last backup and the disk.

While `g4qc up` runs, its API has examined them, and the status repeats its findings.
"""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime
from typing import Any

from g4qc_core.bars.bar_source import Origin
from g4qc_core.errors import G4qcError
from g4qc_core.home import low_disk
from g4qc_core.ib.advice import advice_for
from g4qc_core.ib.connection.builds import Build
from g4qc_core.ib.connection.dialling import probe_gateway
from g4qc_core.services.backups.backup_state import backup_state
from g4qc_core.settings import Settings
from g4qc_pipelines.launching.up_lock import UpState, up_state

_ANSWER_SECONDS = 10.0
_PROBE_SECONDS = 2.0
_NAMES = ("gateway", "dagster", "disk")
_NEVER = "No `g4qc up` runs over this home, so nothing runs by itself: start it with `g4qc up`."
_IN_EACH_RUN = "a simulated one is started in each run"

Parts = dict[str, dict[str, Any]]
"""Each part by name: whether it is `up`, and `about` in words, as `/api/v1/health` has them."""


def parts_of(settings: Settings, origin: Origin | None) -> Parts:
    """Return the state of the parts; a part that does not answer takes a few seconds at most.

    Args:
        settings: the settings.
        origin: kind of gateway in the settings; None: unknown.
    """
    state = up_state(settings.home)
    examined = _examined(settings) if state is not None and state.runs else {}
    found = {"gateway": _gateway(settings, origin, state), "dagster": _dagster(state)} | examined
    found["client"] = _client(settings.ib_max_protocol)
    found["backup"] = _backup(settings)
    if (disk := low_disk(settings.home)) is not None:
        found["disk"] = _part(disk, up=False)
    return found


def part_lines(parts: Parts) -> list[str]:
    """Return one line per part."""
    return [f"{name.capitalize():8} {part['about']}" for name, part in parts.items()]


def _examined(settings: Settings) -> Parts:
    """Return the API's findings about the parts; empty if it does not answer or requires another key."""
    key = settings.api_key.get_secret_value() if settings.api_key is not None else ""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    request = urllib.request.Request(f"http://127.0.0.1:{settings.api_port}/api/v1/health", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:
            parts = json.load(answer)["parts"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: parts[name] for name in _NAMES if name in parts}


def _dagster(state: UpState | None) -> dict[str, Any]:
    return _part(_NEVER, up=False) if state is None else _part(state.words(), up=state.runs)


def _gateway(settings: Settings, origin: Origin | None, state: UpState | None) -> dict[str, Any]:
    address = (settings.ib_host, settings.ib_port) if settings.ib_host else None
    if address is None and state is not None:
        address = state.gateway_address
    if address is None:
        return _part(_IN_EACH_RUN)
    advice = advice_for(origin)
    try:
        probe_gateway(*address, _PROBE_SECONDS, advice)
    except G4qcError as error:
        return _part(str(error), up=False)
    return _part(f"{advice.name} answers at {address[0]}:{address[1]}")


def _backup(settings: Settings) -> dict[str, Any]:
    try:
        state = backup_state(settings, datetime.now(UTC))
    except G4qcError as error:
        return _part(str(error), up=False)
    return _part(state.about, up=not state.late) | state.to_dict()


def _client(allowed: int) -> dict[str, Any]:
    build = Build.installed()
    spoken = build.spoken(allowed)
    short = build.shortfall(allowed)
    about = f"{short[0].upper()}{short[1:]}." if short else f"ibapi {build.version}, which speaks protocol {spoken}"
    return _part(about) | {"build": build.version, "protocol": spoken, "allowed": allowed}


def _part(about: str, *, up: bool = True) -> dict[str, Any]:
    return {"up": up, "about": about}
