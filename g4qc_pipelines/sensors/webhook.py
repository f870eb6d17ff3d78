"""The webhook: a JSON document about an event, posted to the user's address.

Each event is delivered at most once. If the listener certainly did not receive it (nothing listens, or it answers that
it is busy), it is posted again within the limit of the delivery; if the listener is silent or slow, it may have
received the event, and there is no second post. The outcome has no other effect. docs/operations.md describes the
documents.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from g4qc_core.settings import Settings

_log = logging.getLogger(__name__)
_PAUSES = (1.0, 3.0)  # seconds between tries
_PER_LOOK = 60.0  # seconds that all deliveries of one tick of a sensor may take
_BUSY = (429, 500, 502, 503, 504)


Pause = Callable[[float], Awaitable[object] | None]


class Webhook:
    """The address in the settings, for one tick of a sensor: all its deliveries together have a limit, too.

    Args:
        clock: seconds of a monotonic clock.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._until = clock() + _PER_LOOK

    def tell(self, event: str, text: str, **more: Any) -> bool:
        """Post like `tell`; return False also when the time of this tick is over."""
        left = self._until - self._clock()
        if left <= 0:
            _log.warning("The webhook is too slow: the event %s is not posted, only logged.", event)
            return False
        return tell(self._settings.model_copy(update={"webhook_limit": self._limit(left)}), event, text, **more)

    def _limit(self, left: float) -> float:
        return min(self._settings.webhook_limit, left)


def tell(settings: Settings, event: str, text: str, pause: Pause = asyncio.sleep, **more: Any) -> bool:
    """Post `{"event": ..., "text": ..., ...}` to G4QC_WEBHOOK_URL; return whether the listener took it.

    Returns within G4QC_WEBHOOK_LIMIT and a second, whatever the listener does.

    Args:
        settings: the settings, with the address.
        event: kind of the event, like `run_failed`.
        text: one sentence for the user.
        pause: waits a number of seconds between two tries.
        **more: further plain values for a program.
    """
    if settings.webhook_url is None:
        return False
    document = {"event": event, "text": text, **more}
    return _Delivery(settings.webhook_url.get_secret_value(), document, pause).made(settings.webhook_limit)


class _Delivery:
    """One delivery, in a separate thread, so that the look-up of a host's name does not block the caller."""

    def __init__(self, url: str, document: dict[str, Any], pause: Pause) -> None:
        self._url = url
        self._document = document
        self._pause = pause
        self._taken = False

    def made(self, limit: float) -> bool:
        """Return whether the listener took it within so many seconds."""
        thread = threading.Thread(target=self._run, args=[limit], name="webhook", daemon=True)
        thread.start()
        thread.join(limit + 1)
        if thread.is_alive():
            self._refused("the name of its host was not found in time")
        return self._taken

    def _run(self, limit: float) -> None:
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(asyncio.wait_for(self._post(), limit))
        except TimeoutError:
            self._refused(f"no answer within {limit:.0f} s")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
            self._refused(_reason(error))
        finally:
            loop.close()

    async def _post(self) -> None:
        async with httpx.AsyncClient(timeout=None) as client:
            for seconds in (*_PAUSES, None):
                try:
                    # The body of the answer is not read, however long it is.
                    async with client.stream("POST", self._url, json=self._document) as answer:
                        answer.raise_for_status()
                    self._taken = True
                    return
                except (httpx.ConnectError, httpx.HTTPStatusError) as error:
                    if seconds is None or not _not_taken(error):
                        raise
                    self._refused(_reason(error))
                if (pausing := self._pause(seconds)) is not None:
                    await pausing

    def _refused(self, reason: str) -> None:
        # The address may hold a token: neither it nor a text that may repeat it is logged.
        _log.warning("The webhook did not take the event %s: %s.", self._document["event"], reason)


def _not_taken(error: httpx.HTTPError) -> bool:
    return not isinstance(error, httpx.HTTPStatusError) or error.response.status_code in _BUSY


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"status {error.response.status_code}"
    return type(error).__name__
