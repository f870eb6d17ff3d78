"""The simulated gateway of the `g4qc up` that runs over a home, for commands that need one."""

from __future__ import annotations

from g4qc_core.settings import Settings
from g4qc_pipelines.launching.up_lock import up_state


def with_gateway_of_up(settings: Settings) -> Settings:
    """Return settings that name the simulated gateway of the home's `g4qc up`.

    Settings that name a gateway stay as they are, and so do all if no `g4qc up` with a simulated one runs.
    """
    if not settings.simulated:
        return settings
    state = up_state(settings.home)
    address = None if state is None else state.gateway_address
    if address is None:
        return settings
    return settings.model_copy(update={"ib_host": address[0], "ib_port": address[1], "ib_simulated": True})
