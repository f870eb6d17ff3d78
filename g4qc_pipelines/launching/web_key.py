"""The key that the API's server sends to Dagster's web server, if that requires keys.

The key is in a file of the home, readable by its owner only: both servers share the home, and settings hold no key in
clear text.
"""

from __future__ import annotations

import os
from contextlib import suppress

from g4qc_core.api.api_keys import ApiKeys, Scope, create_key, known_key
from g4qc_core.errors import SettingsError
from g4qc_core.settings import Settings

_NAME = "g4qc"


def web_key(settings: Settings) -> str | None:
    """Return the key, and create it if there is none; None when no keys are set, so that none is needed.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    if not settings.api_keys.get_secret_value():
        return None
    path = settings.home / "web_key"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            # Written to another file and linked into place, so that readers always find a complete key.
            draft = path.with_name(f"{path.name}.{os.getpid()}")
            draft.touch(0o600, exist_ok=False)
            try:
                draft.write_text(create_key(_NAME, Scope.ADMIN)[0], "utf-8")
                os.link(draft, path)
            finally:
                draft.unlink()
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"The file {path} cannot be used ({error.strerror}): make it readable.") from None


def with_web_key(keys: ApiKeys, settings: Settings) -> ApiKeys:
    """Return the web server's keys and the API server's own; None stays None."""
    secret = web_key(settings)
    return ApiKeys([*keys, known_key(_NAME, Scope.ADMIN, secret)]) if keys and secret else keys
