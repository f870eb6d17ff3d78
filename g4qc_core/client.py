"""A thin Python client of the API: bars as frames, work started and waited for, errors of the library's own types.

    >>> from g4qc_core.client import G4QC
    >>> frame = G4QC().bars("ES", "1h")  # doctest: +SKIP

Knows the API's addresses and nothing else of the server. Must not import the server, nor open a database.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from urllib.parse import quote

import httpx
import pandas as pd
import pyarrow as pa

from g4qc_core import errors
from g4qc_core.errors import G4qcError, ServerUnavailable, TransientError
from g4qc_core.settings import load_settings

Moment = date | datetime | str
"""A trade date, or an instant; text as the API reads it."""

_MISSING = "X-Missing-Sessions-About"
_ARROW = "application/vnd.apache.arrow.stream"
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_POLL_SECONDS = 0.5


class MissingSessions(UserWarning):
    """Sessions that were asked for have no bars; the text names them."""


class G4QC:
    """A server of G4QC.

    Args:
        url: its address; None: the one of the settings, on this host.
        key: of `g4qc api-key create`; None: the one of the settings, if any.

    Every method raises the error that the server names, as its type of `g4qc_core.errors`, and ServerUnavailable when
    nobody answers.
    """

    def __init__(self, url: str | None = None, key: str | None = None) -> None:
        settings = load_settings()
        secret = key or (settings.api_key.get_secret_value() if settings.api_key else None)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._client = httpx.Client(
            base_url=f"{(url or settings.api_link).rstrip('/')}/api/v1", headers=headers, timeout=_TIMEOUT
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def bars(
        self,
        symbol: str,
        timeframe: str = "1min",
        start: Moment | None = None,
        end: Moment | None = None,
        contract: str | None = None,
        adjustment: str = "none",
        limit: int | None = None,
        newest_first: bool = False,
        rule: str | None = None,
    ) -> pd.DataFrame:
        """Bars of the contract in front, or of one contract.

        Args:
            start, end: trade dates, both included, or instants, the end excluded; None: as far as bars reach.
            adjustment: none, additive, ratio, additive_forward or ratio_forward.
            limit: how many at most; None: all.
            rule: roll rule that joins the contracts, one that `get("/rolls/ES")` lists; None: the instrument's own.

        Returns a frame of n rows: timestamp (datetime64[us, UTC], bar start), open, high, low, close (float64, points),
        volume and count (int64), contract (text), trade_date (datetime64[s]), factor and adjustment (float64: prices
        are the contract's own x factor + adjustment). Warns with MissingSessions if requested sessions have no bars.

        Raises:
            BarsIncomplete: the timeframe was not made from all stored minutes of the window.
        """
        asked = {
            "timeframe": timeframe,
            "start_date": _written(start),
            "end_date": _written(end),
            "contract": contract,
            "adjustment": adjustment,
            "rule": rule,
            "limit": limit,
            "order": "desc" if newest_first else "asc",
        }
        answer = self._asked("GET", f"/data/{quote(symbol, safe='')}", params=asked, headers={"Accept": _ARROW})
        frame: pd.DataFrame = pa.ipc.open_stream(answer.content).read_pandas(date_as_object=False)
        frame["trade_date"] = frame["trade_date"].astype("datetime64[s]")
        if _MISSING in answer.headers:
            warnings.warn(answer.headers[_MISSING], MissingSessions, stacklevel=2)
        return frame

    def get(self, path: str, **asked: Any) -> Any:
        """The JSON answer of any other address, like `get("/coverage/ES", first="2026-10-01")`."""
        return self._asked("GET", path, params=asked).json()

    def extract(self, symbol: str, start: Moment, end: Moment | None = None, contract: str | None = None) -> str:
        """Starts an extraction over trade dates; returns the job's id."""
        asked = {"symbol": symbol, "start": _written(start), "end": _written(end), "contract_month": contract}
        return str(self._post("/data/extract", asked)["id"])

    def backtest(
        self, strategy: str, instrument: str, timeframe: str, parameters: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """Start a backtest and return the job's id; until a job of the same spec ends, return that job's id.

        Args:
            more: any other field of `POST /backtests`, like `cash`, `roll` or `first` (`from` in JSON). The `spec` of a
                result can thus be run again: `backtest(**result["spec"])`.
        """
        asked = {"strategy": strategy, "instrument": instrument, "timeframe": timeframe, **more}
        said = {name: str(value) if isinstance(value, date | Decimal) else value for name, value in asked.items()}
        return str(self._post("/backtests", {**said, "parameters": dict(parameters or {})})["id"])

    def wait(self, job_id: str, seconds: float = 600) -> dict[str, Any]:
        """The job when it has ended well. A server or a Dagster that is away meanwhile is waited for too.

        Raises:
            G4qcError: it failed or was stopped; the text says why.
            TimeoutError: it has not ended by then.
        """
        deadline, trouble = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            try:
                job: dict[str, Any] = self.get(f"/jobs/{job_id}")
            except TransientError as error:
                job, trouble = {"state": "unknown"}, f" {error}"
            if job["state"] == "succeeded":
                return job
            if job["state"] in ("failed", "cancelled"):
                raise G4qcError(f"The job {job['about']} {job['state']}: {job['message'] or 'somebody stopped it'}")
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f"The job {job_id} has not ended within {seconds:.0f} seconds.{trouble}")

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Stops a job; one that has ended stays as it is."""
        return dict(self._asked("DELETE", f"/jobs/{job_id}").json())

    def backtests(self, **asked: Any) -> pd.DataFrame:
        """Results, newest first: a row a result with its figures."""
        rows: Sequence[dict[str, Any]] = self.get("/backtests", **asked)["backtests"]
        return pd.DataFrame([{k: v for k, v in row.items() if k != "metrics"} | row["metrics"] for row in rows])

    def label(self, result: str, **changes: Any) -> dict[str, Any]:
        """Change what people write on a result, and return it: `title`, `tags`, `add_tags`, `remove_tags`."""
        return dict(self._asked("PATCH", f"/backtests/{quote(result, safe='')}", json=changes).json())

    def delete(self, result: str) -> dict[str, Any]:
        """Delete a result with its trades, equity curve and report; return its record. What was tried stays counted.

        Raises:
            NotFound: there is none, or (Gone) it was deleted before.
            InUse: a run of its spec is under way.
        """
        return dict(self._asked("DELETE", f"/backtests/{quote(result, safe='')}").json())

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in body.items() if value is not None}
        return dict(self._asked("POST", path, json=given).json())

    def _asked(self, method: str, path: str, params: Mapping[str, Any] | None = None, **options: Any) -> httpx.Response:
        given = {name: value for name, value in (params or {}).items() if value is not None}
        try:
            answer = self._client.request(method, path, params=given, **options)
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            raise ServerUnavailable(
                f"What the G4QC server at {self._client.base_url} sent broke off ({type(error).__name__}): try again."
            ) from None
        except httpx.ReadTimeout:
            raise ServerUnavailable(
                f"The G4QC server at {self._client.base_url} has said nothing for {_TIMEOUT.read:.0f} seconds: ask for "
                "less at once, or try again."
            ) from None
        except httpx.HTTPError as error:
            raise ServerUnavailable(
                f"No G4QC server answers at {self._client.base_url} ({type(error).__name__}): start one with "
                "`g4qc up`, wait if it is starting, or name its address."
            ) from None
        if answer.is_error:
            raise _error(answer)
        return answer


def _error(response: httpx.Response) -> G4qcError:
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    kind = getattr(errors, str(problem.get("error")), G4qcError)
    known = isinstance(kind, type) and issubclass(kind, G4qcError)
    return (kind if known else G4qcError)(problem.get("detail") or f"The server answered {response.status_code}.")


def _written(moment: Moment | None) -> str | None:
    return moment.isoformat() if isinstance(moment, date) else moment
