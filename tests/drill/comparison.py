"""The same work disturbed and undisturbed, and what both leave in the tables."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import URL

from tests.drill import write_audit
from tests.drill.drill import Account, Drill, Size, Tell
from tests.drill.machines import all_ended, asked, cluster_of, no_run_is_left
from tests.drill.own_postgres import own_postgres
from tests.drill.part import Part
from tests.fixtures.home import Home, home_on, template_on
from tests.fixtures.web import free_ports, up

TABLES = {
    "raw_bars": "symbol, contract, timestamp, open, high, low, close, volume, wap, count",
    "market_data": "*",
    "session_quality": "*",
    "quarantined_bars": "*",
    "rolls": "symbol, date, from_contract, to_contract, gap",
    "trials": "family, fingerprint, symbol, timeframe, parameters::text, metrics::text, source, search_id, refused, "
    "sessions, session_sharpe, session_skew, session_kurtosis",
    "search_trials": "search_id, number, state, words, objective",
    "search_returns": "search_id, numbers, days, returns",
    "searches": "id, name, family, spec::text, backtest::text, data_version, code, state, planned, counts::text, "
    "best::text",
}
_DIGEST = "SELECT count(*), md5(coalesce(string_agg(line, '' ORDER BY line), '')) FROM (SELECT md5(t::text) AS line " \
    "FROM (SELECT {columns} FROM {table}) t) lines"  # fmt: skip
_LOSSES = (
    "is given to another one", "does not answer", "STEP_UP_FOR_RETRY", "RightLost", "stores nothing more",
    "STEP_FAILURE", "RUN_FAILURE", "STEP_RESTARTED", "is handed out again",
)  # fmt: skip
_SAID = "SELECT count(*) FROM event_logs WHERE event LIKE '%{words}%'"


@dataclass(frozen=True)
class Comparison:
    """What is left at the end.

    Attributes:
        differing: tables that are not those of the undisturbed run.
        rows: of each table.
        left: runs that have not ended.
        audit: of the writes.
        calm: what the undisturbed drill did.
        disturbed: what the disturbed one did.
        said: events and words about losses in the logs of runs, with their number.
    """

    differing: list[str]
    rows: dict[str, int]
    left: list[str]
    audit: write_audit.Verdict
    calm: Account
    disturbed: Account
    said: dict[str, int]


@dataclass(frozen=True)
class _Ground:
    """What the undisturbed work has in common with the other; server and gateway are its own."""

    size: Size
    seed: int
    given: Mapping[str, Any]

    def calm(self, template: URL, tell: Tell) -> tuple[Account, dict[str, tuple[Any, ...]]]:
        """Do the work undisturbed, in one process for each run."""
        with home_on(template, **self.given, **free_ports()) as home, up(home.with_(retry_delay=None)) as web:
            drill = Drill(self.size, web, random.Random(self.seed), lambda words: tell(f"undisturbed: {words}"))
            drill.run()
            return drill.account, digests(home)


def _gateway(stack: ExitStack, folder: Path, name: str) -> int:
    """Start a simulated gateway and return its port."""
    gateway = Part(name, ["g4qc_pipelines.cli", "gateway", "--port", "0", "--json"], folder, {}, "}")
    stack.callback(gateway.end)
    return int(json.loads(gateway.said().splitlines()[-1])["port"])


def compared(size: Size, seed: int, tell: Tell) -> Comparison:
    """Run the drill undisturbed and disturbed, side by side, and compare."""
    with ExitStack() as stack:
        servers = [stack.enter_context(own_postgres()) for _ in range(2)]
        templates = [stack.enter_context(template_on(one.url)) for one in servers]
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="g4qc-drill-", ignore_cleanup_errors=True)))
        (folder / "searches.toml").write_text(size.spec)
        ports = [_gateway(stack, folder, name) for name in ("gateway", "undisturbed-gateway")]
        given = {
            "symbols": ",".join(size.symbols),
            "first_month": f"{size.full_months[0]:%Y-%m}",
            "ib_host": "127.0.0.1",
            "searches": folder / "searches.toml",
        }
        ground = _Ground(size, seed, given | {"ib_port": ports[1]})
        beside = stack.enter_context(ThreadPoolExecutor(1))
        undisturbed = beside.submit(ground.calm, templates[0], tell)
        home = stack.enter_context(home_on(templates[1], **given, ib_port=ports[0]))
        write_audit.begin(home.database)
        with cluster_of(home.with_(retry_delay=None), servers[1], size.workers, folder / "dask") as machines:
            drill = Drill(size, machines.web, random.Random(seed), tell, machines)
            drill.run()
            all_ended(home)
            left, found, said = no_run_is_left(home), digests(home), lost_words(home)
        audit = write_audit.verdict(home.database)
        calm, expected = undisturbed.result()
    differing = [name for name, one in expected.items() if found[name] != one]
    rows = {name: int(one[0]) for name, one in found.items()}
    return Comparison(differing, rows, left, audit, calm, drill.account, said)


def digests(home: Home) -> dict[str, tuple[Any, ...]]:
    """Return the number of rows and a hash of each table, whatever the order of its rows."""
    return {
        name: tuple(asked(home, _DIGEST.format(columns=columns, table=name))[0]) for name, columns in TABLES.items()
    }


def lost_words(home: Home) -> dict[str, int]:
    """Count what the logs of runs say about losses."""
    return {words: int(asked(home, _SAID.format(words=words), dagster=True)[0][0]) for words in _LOSSES}
