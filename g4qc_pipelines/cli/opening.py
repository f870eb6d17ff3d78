"""The settings of a command that opens the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from g4qc_core.settings import Settings


def settings_for_database() -> Settings:
    """Load the settings; an embedded database starts while the command's modules are imported."""
    from g4qc_core.settings import load_settings
    from g4qc_core.storage.embedded import start_early

    settings = load_settings()
    if settings.database_url is None:
        start_early(settings.home)
    return settings
