"""Python client of the API: bars as frames, jobs to start and wait for, and the library's own error types.

    >>> from g4qc_core.client import G4QC
    >>> frame = G4QC().bars("ES", "1h")  # doctest: +SKIP

It needs only settings, errors and `client_frames` of the library, and runs where only the client is installed.
`local_client` has the same methods without a server.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from urllib.parse import quote

import pandas as pd
import pyarrow as pa

from g4qc_core.client_frames import (
    MissingSessions,
    ResultsCompared,
    bars_frame,
    compared_of,
    lines_frame,
    metrics_frame,
    results_frame,
)
from g4qc_core.client_trading import TradingClient
from g4qc_core.errors import TransientError
from g4qc_core.explore_answer import Explored
from g4qc_core.server_connection import ServerConnection
from g4qc_core.server_studies import ServerStudies, succeeded
from g4qc_core.settings import load_settings
from g4qc_core.studies_client import StudiesClient

Moment = date | datetime | str
"""A trade date or an instant; text is passed on as it is, like `2026-10-05` or `2026-10-05T13:30:00Z`."""

__all__ = ["G4QC", "MissingSessions", "Moment", "ResultsCompared"]

_MISSING = "X-Missing-Sessions-About"
_ARROW = "application/vnd.apache.arrow.stream"
_POLL_SECONDS = 0.5


class G4QC(StudiesClient):
    """Client of a G4QC server.

    Use it as a context manager, or call `close`. Every method raises the error that the server reports as its type in
    `g4qc_core.errors`, and ServerUnavailable if no server answers.

        >>> with G4QC() as client:  # doctest: +SKIP
        ...     bars = client.bars("ES", "1h", "2026-10-01")

    Args:
        url: address of the server; None: the one of the settings.
        key: key of `g4qc api-key create`; None: the one of the settings, if any.
    """

    def __init__(self, url: str | None = None, key: str | None = None) -> None:
        settings = load_settings()
        secret = key or (settings.api_key.get_secret_value() if settings.api_key else None)
        self._server = ServerConnection(url or settings.api_link, secret)

    @property
    def trading(self) -> TradingClient:
        """What the traders do, the kill switch, and wishes for a running trader."""
        return TradingClient(self._server)

    @property
    def _studies(self) -> ServerStudies:
        return ServerStudies(self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._server.close()

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
        """Return bars of the continuous series, or of one contract.

        Args:
            symbol: symbol of the instrument, like `ES`.
            timeframe: length of a bar: `1min`, `5min`, `15min`, `30min`, `1h`, `4h` or `1d`.
            start: first trade date, or instant; None: the first stored bar.
            end: last trade date, included, or instant, excluded; None: the last stored bar.
            contract: contract month like `202512`; None: the continuous series.
            adjustment: `none`, `additive`, `ratio`, `additive_forward` or `ratio_forward`.
            limit: most bars; None: all.
            newest_first: return bars in descending order of time.
            rule: roll rule that joins the contracts, one that `get("/rolls/ES")` lists; None: the instrument's own.

        Returns:
            One row per bar: timestamp (datetime64[us, UTC], bar start), open, high, low, close (float64, points),
            volume, count (int64), contract (text), trade_date (datetime64[s]), factor and adjustment (float64; prices
            are the contract's own x factor + adjustment).

        Raises:
            BarsIncomplete: the timeframe was not derived from all stored minutes of the window.

        Warns:
            MissingSessions: requested sessions have no bars.
        """
        asked = {
            "timeframe": timeframe,
            "start_date": _text(start),
            "end_date": _text(end),
            "contract": contract,
            "adjustment": adjustment,
            "rule": rule,
            "limit": limit,
            "order": "desc" if newest_first else "asc",
        }
        answer = self._server.request(
            "GET", f"/data/{quote(symbol, safe='')}", params=asked, headers={"Accept": _ARROW}
        )
        return bars_frame(pa.ipc.open_stream(answer.content).read_all(), answer.headers.get(_MISSING), stacklevel=2)

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON answer of any route, like `get("/coverage/ES", first="2026-10-01")`."""
        return self._server.request("GET", path, params=query).json()

    def extract(self, symbol: str, start: Moment, end: Moment | None = None, contract: str | None = None) -> str:
        """Start an extraction from trade date `start` to `end`, included, and return the job's id."""
        body = {"symbol": symbol, "start": _text(start), "end": _text(end), "contract_month": contract}
        return str(self._post("/data/extract", body)["id"])

    def backtest(
        self, strategy: str, instrument: str, timeframe: str, parameters: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """Start a backtest and return the job's id; if a job of the same spec is in progress, return its id.

        Args:
            strategy: name of a built-in strategy.
            instrument: symbol of the instrument.
            timeframe: length of a bar.
            parameters: parameters of the strategy; defaults for all others.
            more: any other field of `POST /backtests`, like `cash`, `roll` or `first` (`from` in JSON). The `spec` of a
                result can be run again with `backtest(**result["spec"])`.
        """
        return str(self._post("/backtests", _spec_fields(strategy, instrument, timeframe, parameters, more))["id"])

    def explore(
        self,
        strategy: str,
        instrument: str,
        timeframe: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        trades: int = 500,
        **more: Any,
    ) -> Explored:
        """Run a set of parameters at once, without keeping it; each different one counts as a trial.

        Args:
            strategy: name of a strategy of the server.
            instrument: symbol of the instrument.
            timeframe: length of a bar.
            parameters: parameters of the strategy; defaults for all others.
            trades: number of trades to return.
            more: any other field of `POST /explore`, as for `backtest`.

        Raises:
            BacktestRefused: the account refuses the set; it counts all the same.
        """
        body = _spec_fields(strategy, instrument, timeframe, parameters, more)
        answer = dict(self._server.request("POST", "/explore", params={"trades": trades}, json=body).json())
        return Explored.of(answer)

    def indicators(
        self,
        strategy: str,
        instrument: str,
        timeframe: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        start: Moment | None = None,
        end: Moment | None = None,
        limit: int = 5000,
        **more: Any,
    ) -> pd.DataFrame:
        """Return the lines by which a strategy decides, in the newest `limit` bars from `start` to `end` (as `bars`).

        Other arguments are those of `backtest`. The frame has timestamp (bar start, UTC) and a column for each line.
        """
        body = _spec_fields(strategy, instrument, timeframe, parameters, more)
        window = {"start": _text(start), "end": _text(end), "limit": limit}
        return lines_frame(self._server.request("POST", "/indicators", params=window, json=body).json())

    def keep(
        self, strategy: str, instrument: str, timeframe: str, parameters: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """Keep an explored set: start its backtest, confirmed by the reference engine, and return the job's id."""
        return str(self._post("/explore/keep", _spec_fields(strategy, instrument, timeframe, parameters, more))["id"])

    def searches(self, strategy: str | None = None, limit: int = 100) -> pd.DataFrame:
        """Return searches, one row each, newest first."""
        return pd.DataFrame(self.get("/searches", strategy=strategy, limit=limit)["searches"])

    def wait(self, job_id: str, seconds: float = 600) -> dict[str, Any]:
        """Wait until a job has succeeded and return it; wait also for a server or a Dagster that is away.

        Args:
            job_id: id of the job.
            seconds: longest time to wait.

        Raises:
            G4qcError: the job failed or was cancelled; the message says why.
            TimeoutError: the job has not ended in time.
        """
        deadline, trouble = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            try:
                job = self.get(f"/jobs/{job_id}")
            except TransientError as error:
                job, trouble = {"state": "unknown"}, f" {error}"
            if ended := succeeded(job):
                return ended
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f"The job {job_id} has not ended within {seconds:.0f} seconds.{trouble}")

    def run(
        self, strategy: str, instrument: str, timeframe: str, parameters: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """Run a backtest to its end and return the id of its result; the arguments are those of `backtest`.

        Raises:
            G4qcError: the spec is refused, or the run failed; the message says why.
        """
        job = self.wait(self.backtest(strategy, instrument, timeframe, parameters, **more))
        return str(self.get("/backtests", name=job["backtest"], limit=1)["backtests"][0]["id"])

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Cancel a job and return it; a job that has ended stays as it is."""
        return dict(self._server.request("DELETE", f"/jobs/{job_id}").json())

    def backtests(self, **query: Any) -> pd.DataFrame:
        """Return results with their metrics, one row each, newest first.

        Args:
            query: filters of `GET /backtests`, like `strategy`, `instrument` or `limit`.
        """
        return results_frame(self.get("/backtests", **query)["backtests"])

    def result(self, result: str) -> dict[str, Any]:
        """Return a result as a document: spec, inputs, card, metrics and notes."""
        return dict(self.get(f"/backtests/{quote(result, safe='')}"))

    def metrics(self, result: str) -> pd.DataFrame:
        """Return the figures of a result by name: value (NaN where not meaningful), unit, group and formula."""
        return metrics_frame(self.result(result)["metrics"], self.get("/backtests/metrics")["metrics"])

    def trades(self, result: str) -> pd.DataFrame:
        """Return the trades of a result, by entry; money in the instrument's currency, times in UTC."""
        return self._table(f"/backtests/{quote(result, safe='')}/trades")

    def equity(self, result: str, by: str = "session") -> pd.DataFrame:
        """Return the equity of a result.

        Args:
            result: its id.
            by: `session`: trade_date, equity, return and drawdown at the end of each session; `bar`: timestamp,
                trade_date, position, equity and drawdown at the close of each bar.
        """
        return self._table(f"/backtests/{quote(result, safe='')}/equity", by=by)

    def compare(self, first: str, second: str) -> ResultsCompared:
        """Compare two results by their ids: the difference with its interval, the errors, and a verdict in words.

        Raises:
            UsageError: it is the same result, or the two have no session in common.
        """
        found = self.get("/backtests/compare", a=first, b=second)
        return compared_of(found["differing"], found["returns"])

    def label(self, result: str, **changes: Any) -> dict[str, Any]:
        """Change `title`, `note`, `tags`, `add_tags` or `remove_tags` of a result, and return it."""
        return dict(self._server.request("PATCH", f"/backtests/{quote(result, safe='')}", json=changes).json())

    def delete(self, result: str) -> dict[str, Any]:
        """Delete a result with its trades, equity curve and report, and return its record; its trial stays counted.

        Raises:
            NotFound: there is no such result.
            Gone: the result was deleted before.
            InUse: a run of its spec is in progress.
        """
        return dict(self._server.request("DELETE", f"/backtests/{quote(result, safe='')}").json())

    def _table(self, path: str, **query: Any) -> pd.DataFrame:
        answer = self._server.request("GET", path, params=query, headers={"Accept": _ARROW})
        frame: pd.DataFrame = pa.ipc.open_stream(answer.content).read_pandas()
        return frame

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in body.items() if value is not None}
        return dict(self._server.request("POST", path, json=given).json())


def _spec_fields(
    strategy: str, instrument: str, timeframe: str, parameters: Mapping[str, Any] | None, more: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the fields of a spec as JSON has them."""
    body = {"strategy": strategy, "instrument": instrument, "timeframe": timeframe, **more}
    said = {name: str(value) if isinstance(value, date | Decimal) else value for name, value in body.items()}
    return {name: value for name, value in said.items() if value is not None} | {"parameters": dict(parameters or {})}


def _text(moment: Moment | None) -> str | None:
    return moment.isoformat() if isinstance(moment, date) else moment
