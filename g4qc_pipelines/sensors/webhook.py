"""Tells another program that something happened: a JSON document posted to an address of one's own.

What is told is told once, with a few tries; whether anybody listens decides nothing here. docs/operations.md describes
the documents.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import httpx

from g4qc_core.settings import Settings

_log = logging.getLogger(__name__)
_TIMEOUT = 5.0  # seconds, a try
_PAUSES = (1.0, 3.0)  # seconds between tries


def tell(settings: Settings, event: str, text: str, pause: Callable[[float], None] = time.sleep, **more: Any) -> bool:
    """Posts `{"event": ..., "text": ..., ...}` to G4QC_WEBHOOK_URL; false where none is set or nobody took it.

    Args:
        event: what kind of thing happened, like `run_failed`.
        text: one sentence for a person.
        more: what else a program may want to know; plain values.
    """
    if settings.webhook_url is None:
        return False
    url = settings.webhook_url.get_secret_value()
    for seconds in (*_PAUSES, None):
        try:
            httpx.post(url, json={"event": event, "text": text, **more}, timeout=_TIMEOUT).raise_for_status()
            return True
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The address may hold a token: neither it nor a text that may repeat it is written down.
            _log.warning("The webhook did not take the event %s: %s.", event, _reason(error))
            if isinstance(error, httpx.InvalidURL) or seconds is None:
                break
            pause(seconds)
    return False


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"status {error.response.status_code}"
    return type(error).__name__
