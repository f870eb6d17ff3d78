"""A connection to a G4QC server, which turns its answers and silences into the library's own error types."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from g4qc_core import errors
from g4qc_core.errors import G4qcError, ServerUnavailable

_TIMEOUT = httpx.Timeout(60.0, connect=5.0)


class ServerConnection:
    """A connection to the API of one server.

    Args:
        url: address of the server.
        secret: key of `g4qc api-key create`; None: none is sent.
    """

    def __init__(self, url: str, secret: str | None) -> None:
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._client = httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers=headers, timeout=_TIMEOUT)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, **options: Any
    ) -> httpx.Response:
        """Request a path, and return a successful answer.

        Args:
            method: like `GET`.
            path: below the API's prefix, like `/data/ES`.
            params: the query; a value of None is left out.
            options: of `httpx.Client.request`.

        Raises:
            ServerUnavailable: no server answers, or its answer broke off.
            G4qcError: the error that the server reports, of its type.
        """
        given = {name: value for name, value in (params or {}).items() if value is not None}
        with self._in_words():
            answer = self._client.request(method, path, params=given, **options)
        if answer.is_error:
            raise _error(answer)
        return answer

    def events(
        self, path: str, after: str | None = None, seconds: float | None = None
    ) -> Iterator[tuple[str, dict[str, Any], str | None]]:
        """Yield the server-sent events of a path until the stream ends: kind, document, and cursor.

        A sign of life of the server is an event without a kind.

        Args:
            path: below the API's prefix.
            after: cursor of the last event that the caller has.
            seconds: longest time to wait for the next sign of life; None: that of any answer.

        Raises:
            ServerUnavailable: no server answers, or its answer broke off.
            G4qcError: the error that the server reports, of its type.
        """
        headers = {"Accept": "text/event-stream", **({} if after is None else {"Last-Event-ID": after})}
        read = _TIMEOUT.read if seconds is None else min(max(seconds, 0.1), _TIMEOUT.read or seconds)
        timeout = httpx.Timeout(_TIMEOUT.read, connect=_TIMEOUT.connect, read=read)
        with self._in_words(), self._client.stream("GET", path, headers=headers, timeout=timeout) as answer:
            if answer.is_error:
                answer.read()
                raise _error(answer)
            found: dict[str, str] = {}
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if line.startswith(":"):
                    yield "", {}, None
                elif line:
                    found[name] = value
                elif "data" in found:
                    yield found.get("event", ""), json.loads(found["data"]), found.get("id")
                    found = {}

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Raise ServerUnavailable for an answer that does not come or breaks off."""
        try:
            yield
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            raise ServerUnavailable(
                f"The answer of the G4QC server at {self._client.base_url} broke off ({type(error).__name__}): try "
                "again."
            ) from None
        except httpx.ReadTimeout:
            raise ServerUnavailable(
                f"The G4QC server at {self._client.base_url} did not answer for {_TIMEOUT.read:.0f} seconds: request "
                "less at once, or try again."
            ) from None
        except httpx.HTTPError as error:
            raise ServerUnavailable(
                f"No G4QC server answers at {self._client.base_url} ({type(error).__name__}): start one with "
                "`g4qc up`, wait if it is starting, or name its address."
            ) from None


def _error(response: httpx.Response) -> G4qcError:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    kind = getattr(errors, str(problem.get("error")), G4qcError)
    known = isinstance(kind, type) and issubclass(kind, G4qcError)
    return (kind if known else G4qcError)(problem.get("detail") or f"The server answered {response.status_code}.")
