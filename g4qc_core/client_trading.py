"""The methods of the client about trading: what the traders do, the kill switch, and wishes for a running trader.

>>> from g4qc_core.client import G4QC
>>> G4QC().trading.positions()  # doctest: +SKIP
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pandas as pd

from g4qc_core.client_frames import with_instants
from g4qc_core.errors import TransientError
from g4qc_core.server_connection import ServerConnection

_PAGE = 1000
_LOOK_AGAIN = 0.5  # seconds
_INSTANTS = ("at", "bar", "decided_at", "planned_at", "sent_at", "cancel_at", "last_at", "resolved_at", "made_at")


class TradingClient:
    """Trading over one server; `G4QC().trading` is one.

    Reading takes a key with the scope `read`, acting one with the scope `trade`. Where `account` is left out, the
    account that is traded is meant; NotFound is raised if none was ever traded. Instants are UTC, prices in points,
    money in the currency of the instrument.
    """

    def __init__(self, server: ServerConnection) -> None:
        self._server = server

    def status(self) -> dict[str, Any]:
        """Return all accounts with trader, halts, locks, limits, positions and the latest reconciliation."""
        return dict(self._get(""))

    def positions(self, account: str | None = None) -> pd.DataFrame:
        """Return the position of every contract that was ever traded, one row each."""
        return _frame(self._get("/positions", account=account)["positions"])

    def orders(self, account: str | None = None, *, open_only: bool = False, limit: int | None = 100) -> pd.DataFrame:
        """Return orders, newest first.

        Args:
            account: that trades.
            open_only: only those that have not ended.
            limit: largest number of rows; None: all.
        """
        return self._pages("orders", "orders", limit, account=account, open=open_only or None)

    def order(self, ref: str) -> dict[str, Any]:
        """Return an order with everything that was heard about it, `events`.

        Raises:
            NotFound: there is none with this reference.
        """
        return dict(self._get(f"/orders/{quote(ref, safe='')}"))

    def fills(self, account: str | None = None, *, limit: int | None = 100) -> pd.DataFrame:
        """Return executions in their newest version, newest first; `limit` None: all."""
        return self._pages("fills", "fills", limit, account=account)

    def decisions(
        self, account: str | None = None, *, spec: str | None = None, limit: int | None = 100
    ) -> pd.DataFrame:
        """Return what the specs wanted to hold and what became of it, newest bar first.

        Args:
            account: that trades.
            spec: only decisions of this traded spec.
            limit: largest number of rows; None: all.
        """
        return self._pages("decisions", "decisions", limit, account=account, spec=spec)

    def log(self, account: str | None = None, *, limit: int | None = 100, after: int = 0) -> pd.DataFrame:
        """Return lines of the trader's log with an `id` above `after`, newest first; `limit` None: all."""
        return self._pages("log", "lines", limit, account=account, after=after)

    def locks(self, account: str | None = None, *, resolved: bool = False) -> pd.DataFrame:
        """Return the locks in force with both sides; with `resolved` also those that ended, newest first."""
        return _frame(self._get("/locks", account=account, resolved=resolved, limit=_PAGE)["locks"])

    def reconciliations(self, account: str | None = None, *, limit: int = 20) -> pd.DataFrame:
        """Return the last comparisons with the broker, newest first, at most 1000."""
        return _frame(self._get("/reconciliations", account=account, limit=limit)["reconciliations"])

    def drifts(self, account: str | None = None, *, spec: str | None = None, limit: int = 60) -> pd.DataFrame:
        """Return how far paper was from the backtest, newest trade date first: the figures of each, one row each."""
        found = self._get("/drifts", account=account, spec=spec, limit=limit)["drifts"]
        rows = [{**{name: one[name] for name in ("account", "spec", "trade_date")}, **one["figures"]} for one in found]
        return _frame(rows)

    def halt(self, why: str, account: str = "*") -> dict[str, Any]:
        """Turn the kill switch on and return the halt: no order but one of `flatten` leaves until `release`.

        Args:
            why: the reason that others see.
            account: to halt; `*`: all.
        """
        return self._post("/halt", {"why": why, "account": account})

    def release(self, account: str | None = None) -> dict[str, Any]:
        """Turn the kill switch off; return what ended (`released`) and what still halts (`halts`).

        Args:
            account: to release; None: everything.
        """
        return self._post("/release", {"account": account})

    def flatten(self, symbol: str | None = None, account: str | None = None, *, seconds: float = 60) -> dict[str, Any]:
        """Ask the trader to cancel orders and to close positions, and return the wish with its `answer`.

        What was flattened is locked until `resolve`.

        Args:
            symbol: of the instrument; None: all.
            account: that trades.
            seconds: longest time to wait for the answer; 0: do not wait.

        Raises:
            TradingRefused: no trader is running.
            TransientError: it has not answered in time; it may still do so.
        """
        return self._asked("/flatten", {"symbol": symbol, "account": account}, seconds)

    def resolve(
        self, symbol: str, *, adopt: bool = False, note: str = "", account: str | None = None, seconds: float = 60
    ) -> dict[str, Any]:
        """Ask the trader to compare again and to unlock an instrument; raises as `flatten`.

        Args:
            symbol: of the instrument.
            adopt: take the broker's position as ours; without it both must agree already.
            note: what was found; kept with the lock.
            account: that trades.
            seconds: longest time to wait for the answer; 0: do not wait.
        """
        body = {"symbol": symbol, "adopt": adopt, "note": note, "account": account}
        return self._asked("/resolve", body, seconds)

    def command(self, number: int) -> dict[str, Any]:
        """Return a wish by its `id`, with the trader's `answer` once there is one.

        Raises:
            NotFound: there is none of this number.
        """
        return dict(self._get(f"/commands/{number}"))

    def _asked(self, path: str, body: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        wish, deadline = self._post(path, body), time.monotonic() + seconds
        while seconds and wish["answer"] is None:
            if time.monotonic() > deadline:
                raise TransientError(
                    f"The trader of {wish['account']} has not answered within {seconds:.0f} s: it may still do so; "
                    "`g4qc trade status` says how it is."
                )
            time.sleep(_LOOK_AGAIN)
            wish = self.command(wish["id"])
        return wish

    def _pages(self, path: str, name: str, limit: int | None, **query: Any) -> pd.DataFrame:
        rows: list[dict[str, Any]] = []
        before: str | int | None = None
        while limit is None or len(rows) < limit:
            wanted = _PAGE if limit is None else min(_PAGE, limit - len(rows))
            page = self._get(f"/{path}", limit=wanted, before=before, **query)
            rows += page[name]
            before = page["next_cursor"]
            if before is None:
                break
        return _frame(rows)

    def _get(self, path: str, **query: Any) -> Any:
        return self._server.request("GET", f"/trading{path}", params=query).json()

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in body.items() if value is not None}
        return dict(self._server.request("POST", f"/trading{path}", json=given).json())


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = with_instants(pd.DataFrame(rows), _INSTANTS)
    if "trade_date" in frame:
        frame["trade_date"] = pd.to_datetime(frame["trade_date"]).astype("datetime64[s]")
    return frame
