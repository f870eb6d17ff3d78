"""The command line: what it prints, and that bad input ends in one sentence, the right exit code, and no half of a job.

Commands run in this process where they can; what only a process can show (a pipe that breaks) has one.
"""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click
import pandas as pd
import pytest
from sqlalchemy import URL, create_engine, make_url, text

from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.storage.server.database import Database
from g4qc_pipelines.cli.root import cli
from g4qc_pipelines.launching.api_server import api_server
from tests.fixtures.home import Answer, Home, bare_home, home_on
from tests.fixtures.waiting import PATIENCE

pytestmark = pytest.mark.integration

SMA = ("backtest", "sma_cross", "--instrument", "ES", "--timeframe", "1h")
EXTRACT = ("extract", "ES", "--from", "2026-10-01", "--to", "2026-10-02")


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


COMMANDS = dict(commands(cli))


@pytest.fixture(scope="module")
def empty(home_template: URL, simulated_gateway: SimulatedGateway) -> Iterator[Home]:
    """A home without any extraction; tests of failing extractions share it."""
    with home_on(home_template, ib_host="127.0.0.1", ib_port=simulated_gateway.port) as home:
        yield home


@pytest.fixture
def taken() -> Iterator[int]:
    """A port with a listener that never sends anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def free() -> int:
    """A port without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def assert_refused(answer: Answer, code: int, *words: str) -> None:
    """The command ended with the code and one sentence that holds the words, and printed nothing else."""
    assert answer.code == code, answer.errors
    assert answer.output == b""
    *before, last = answer.errors.strip().splitlines()
    assert last.startswith("Error: ")
    assert not any(line.startswith("Error: ") for line in before)
    assert "Traceback" not in answer.errors
    assert [word for word in words if word not in last] == [], last


def assert_nothing_written(home: Home) -> None:
    """No table of the home has a row; the database itself is as it was made."""
    engine = create_engine(home.database)
    with engine.connect() as connection:
        for table in ("contracts", "raw_bars", "market_data", "session_quality", "origin"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
    engine.dispose()


# --- help and version


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help_that_names_all_its_options(path: tuple[str, ...], empty: Home) -> None:
    answer = empty.run(*path, "--help")
    assert answer.code == 0
    assert answer.text.startswith(f"Usage: g4qc {' '.join(path)}")
    for option in COMMANDS[path].params:
        if isinstance(option, click.Option):
            assert option.opts[0] in answer.text


def test_the_version_is_the_packages(empty: Home) -> None:
    answer = empty.run("--version")
    assert (answer.code, answer.text.split()[0]) == (0, "g4qc,")


# --- names and windows that do not exist

WRONG_USAGE = {
    "command": (("extrct", "ES"), ["No such command 'extrct'"]),
    "instrument of extract": (("extract", "ESS", *EXTRACT[2:]), ["instrument 'ESS'", "did you mean 'ES'?"]),
    "instrument of bars": (("bars", "6E"), ["Unknown instrument '6E'", "EC"]),
    "instrument of backtest": ((*SMA[:3], "NQQ", *SMA[4:]), ["instrument 'NQQ'", "did you mean 'NQ'?"]),
    "timeframe of bars": (("bars", "ES", "--timeframe", "5m"), ["timeframe '5m'", "did you mean '5min'?"]),
    "timeframe of backtest": ((*SMA[:-1], "1hour"), ["timeframe '1hour'", "did you mean '1h'?"]),
    "strategy": (("backtest", "sma_cros", *SMA[2:]), ["strategy 'sma_cros'", "did you mean 'sma_cross'?"]),
    "parameter": ((*SMA, "--param", "fst=3"), ["parameter 'fst'", "did you mean 'fast'?"]),
    "parameter without value": ((*SMA, "--param", "fast"), ["'fast' is no parameter", "fast=10"]),
    "value of a parameter": ((*SMA, "--param", "fast=quick"), ["fast"]),
    "asset": (("materialize", "--select", "bars_1hh"), ["asset 'bars_1hh'", "did you mean 'bars_1h'?"]),
    "partition": (
        ("materialize", "--select", "bars_1h", "--partition", "ES|2026-10-02"),
        ["'ES|2026-10-02' is no partition", "write ES|2026-10-01"],
    ),
    "day of an earlier month": (
        ("materialize", "--select", "bars_1h", "--partition", "ES|1995-01-02"),
        ["'ES|1995-01-02' is no partition", "write ES|1995-01-01"],
    ),
    "no partition": (("materialize", "--select", "bars_1h"), ["bars_1h has partitions", "--partition"]),
    "mixed partitions": (
        ("materialize", "--select", "contracts,bars_1h", "--partition", "ES"),
        ["different partitions"],
    ),
    "adjustment": (("bars", "ES", "--adjustment", "additiv"), ["did you mean 'additive'?"]),
    "adjusted contract": (("bars", "ES", "--contract", "202612", "--adjustment", "additive"), ["not adjusted"]),
    "contract month": (("bars", "ES", "--contract", "ESZ6"), ["'ESZ6' is no contract month", "202512"]),
    "contract month of extract": ((*EXTRACT, "--contract", "ESZ6"), ["'ESZ6' is no contract month"]),
    "format": (("bars", "ES", "--format", "cvs"), ["cvs"]),
    "date": (("bars", "ES", "--from", "2026-02-30"), ["'2026-02-30' is no date", "2026-10-31"]),
    "date of extract": (("extract", "ES", "--from", "soon", "--to", "2026-10-01"), ["'soon' is no date"]),
    "instant": (("gateway", "--now", "yesterday"), ["'yesterday' is no instant", "2013-12-20T22:15:00Z"]),
    "missing window": (("extract", "ES"), ["--from"]),
    "reversed window of extract": (("extract", "ES", "--from", "2026-10-31", "--to", "2026-10-01"), ["reversed"]),
    "reversed window of bars": (("bars", "ES", "--from", "2026-10-31", "--to", "2026-10-01"), ["reversed"]),
    "reversed window of backtest": ((*SMA, "--from", "2026-10-31", "--to", "2026-10-01"), ["reversed"]),
    "window without a session": (("extract", "ES", "--from", "2026-10-03", "--to", "2026-10-04"), ["no session"]),
    "window before every month": (
        ("extract", "ES", "--from", "1900-10-01", "--to", "1900-10-02"),
        ["cannot begin before 1990-01", "later sessions than 1900-10-01"],
    ),
    "window that is yet to come": (
        ("extract", "ES", "--from", "2026-10-01", "--to", "2100-10-01"),
        ["graph ends with", "earlier sessions than 2100-10-01"],
    ),
    "month before every month": (
        ("materialize", "--select", "raw_bars", "--partition", "ES|1900-10-01"),
        ["cannot begin before 1990-01"],
    ),
    "nothing stored": (("bars", "NQ"), ["No 1min bars of NQ", "g4qc extract NQ"]),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    arguments: tuple[str, ...], words: list[str], full_home: Home
) -> None:
    assert_refused(full_home.run(*arguments), 2, *words)


# --- settings, and files that users edit

SPEC = '[mine]\nstrategy = "sma_cross"\ninstrument = "ES"\ntimeframe = "1h"\ncash = 100000\n'
INSTRUMENT = """[GC]
name = "Gold"
ib_symbol = "GC"
trading_class = "GC"
exchange = "COMEX"
multiplier = "100"
min_tick = "0.1"
months = "GJMQVZ"
calendar = "equity_index"
roll_days_before_expiry = 5
fee = "2.5"
"""

MALFORMED = {
    "spec without a field": ("backtests", SPEC.replace("cash = 100000\n", ""), ["line 1", "[mine] cash: is missing"]),
    "spec with a misspelt field": ("backtests", SPEC.replace("cash", "csah"), ["line 5", "csah", "'cash'?"]),
    "spec of no strategy": (
        "backtests",
        SPEC.replace("sma_cross", "smacross"),
        ["line 2", "did you mean 'sma_cross'?"],
    ),
    "spec of no instrument": ("backtests", SPEC.replace('"ES"', '"ESS"'), ["line 3", "did you mean 'ES'?"]),
    "spec that is no TOML": ("backtests", SPEC.replace('"1h"', "1h"), ["line 4"]),
    "instrument without a field": ("instruments", INSTRUMENT.replace('fee = "2.5"\n', ""), ["line 1", "[GC] fee"]),
    "instrument with a wrong value": ("instruments", INSTRUMENT.replace('"0.1"', '"-1"'), ["line 7", "[GC] min_tick"]),
    "instrument with a strange field": ("instruments", INSTRUMENT + "feee = 1\n", ["line 12", "[GC] feee"]),
    "instrument of no calendar": (
        "instruments",
        INSTRUMENT.replace('"equity_index"', '"equity_indx"'),
        ["line 9", "did you mean 'equity_index'?"],
    ),
    "instruments that are no TOML": ("instruments", INSTRUMENT.replace('"100"', "100x"), ["line 6"]),
}


@pytest.mark.parametrize(("setting", "content", "words"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_file_is_named_with_line_and_field(
    setting: str, content: str, words: list[str], empty: Home, tmp_path: Path
) -> None:
    file = tmp_path / f"{setting}.toml"
    file.write_text(content, "utf-8")
    answer = empty.with_(**{setting: file}).run(*EXTRACT)
    assert_refused(answer, 1, str(file), *words)
    assert_nothing_written(empty)


@pytest.mark.parametrize("setting", ["backtests", "instruments"])
def test_a_file_that_is_not_there_is_named_with_its_setting(setting: str, empty: Home, tmp_path: Path) -> None:
    answer = empty.with_(**{setting: tmp_path / "none.toml"}).run(*EXTRACT)
    assert_refused(answer, 1, "none.toml does not exist", f"G4QC_{setting.upper()}")


def test_a_malformed_setting_is_named(empty: Home) -> None:
    assert_refused(empty.with_(ib_port="many").run("status"), 1, "G4QC_IB_PORT")


# --- the gateway


def test_a_gateway_that_is_not_there(empty: Home, free: int) -> None:
    assert_refused(empty.with_(ib_port=free).run(*EXTRACT), 1, f"Nothing listens at 127.0.0.1:{free}", "G4QC_IB_PORT")
    assert_nothing_written(empty)


def test_a_gateway_that_accepts_and_stays_silent(empty: Home, taken: int) -> None:
    answer = empty.with_(ib_port=taken, ib_connect_timeout=0.3).run(*EXTRACT)
    assert_refused(answer, 1, f"127.0.0.1:{taken}", "said nothing for 0.3 s")
    assert_nothing_written(empty)


def test_a_gateway_that_speaks_another_language(empty: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with api_server(empty.settings, "127.0.0.1", port):
        answer = empty.with_(ib_port=port, ib_connect_timeout=5).run(*EXTRACT)
    assert_refused(answer, 1, f"127.0.0.1:{port}", "G4QC_IB_PORT")
    assert_nothing_written(empty)


def test_a_client_id_that_another_program_holds(empty: Home, simulated_gateway: SimulatedGateway) -> None:
    with IbSource("127.0.0.1", simulated_gateway.port, client_id=77) as other:
        other.server_time()
        answer = empty.with_(ib_client_id=77).run(*EXTRACT)
    assert_refused(answer, 1, "the client id is in use", "G4QC_IB_CLIENT_ID")
    assert_nothing_written(empty)


# --- the database


def test_a_database_that_is_not_there(empty: Home, free: int) -> None:
    away = empty.with_(database_url=f"postgresql://me:secret@127.0.0.1:{free}/bars")
    said = f"No database answers at 127.0.0.1:{free}", "G4QC_DATABASE_URL"
    for command in (EXTRACT, ("bars", "ES"), ("db", "upgrade"), SMA):
        answer = away.run(*command)
        assert_refused(answer, 1, *said)
        assert "secret" not in answer.errors
    # The state of the other parts is known without it.
    status = away.run("status")
    assert status.output.startswith(b"Gateway ")
    assert_refused(replace(status, output=b""), 1, *said)
    assert b"secret" not in status.output


def test_a_wrong_password(empty: Home, password_server: str) -> None:
    wrong = make_url(password_server).set(password="guessed").render_as_string(hide_password=False)
    answer = empty.with_(database_url=wrong).run(*EXTRACT)
    assert_refused(answer, 1, "refuses", "password authentication failed", "G4QC_DATABASE_URL")
    assert "guessed" not in answer.errors


def test_a_database_that_does_not_exist(empty: Home) -> None:
    url = empty.database.set(database="nowhere").render_as_string(hide_password=False)
    assert_refused(empty.with_(database_url=url).run("status"), 1, "nowhere", "does not exist")


def test_a_database_without_the_schema_says_how_to_get_it(empty: Home, empty_database: Database) -> None:
    fresh = empty.with_(database_url=empty_database.url.render_as_string(hide_password=False))
    assert_refused(fresh.run("status"), 1, "g4qc db upgrade")
    for _ in range(2):
        answer = fresh.run("db", "upgrade")
        assert answer.code == 0, answer.errors
    assert fresh.run("status").code == 0


def test_an_address_that_is_no_database(empty: Home) -> None:
    answer = empty.with_(database_url="mysql://me:secret@localhost/bars").run("status")
    assert_refused(answer, 1, "G4QC_DATABASE_URL must look like postgresql://")
    assert "secret" not in answer.errors


# --- ports and places


@pytest.mark.parametrize("setting", ["dagster_port", "api_port"])
def test_up_on_a_port_that_is_taken_starts_nothing(setting: str, taken: int, free: int) -> None:
    with bare_home(**{"dagster_port": free, "api_port": free, setting: taken}) as bare:
        assert_refused(bare.run("up"), 1, f"Port {taken} is taken", f"G4QC_{setting.upper()}")
        assert list(bare.folder.iterdir()) == []


def test_a_gateway_or_an_api_on_a_port_that_is_taken(empty: Home, taken: int) -> None:
    for command in ("gateway", "api"):
        assert_refused(empty.run(command, "--port", f"{taken}"), 1, f"{taken}")


@pytest.mark.parametrize("command", [EXTRACT, ("status",)], ids=["extract", "status"])
def test_a_home_that_is_a_file(command: tuple[str, ...], empty: Home, tmp_path: Path) -> None:
    in_the_way = tmp_path / "home"
    in_the_way.write_text("mine")
    embedded = empty.with_(home=in_the_way, database_url=None)
    assert_refused(embedded.run(*command), 1, str(in_the_way), "G4QC_HOME")
    assert in_the_way.read_text() == "mine"


def test_a_home_for_dagster_that_is_a_file(empty: Home, tmp_path: Path) -> None:
    in_the_way = tmp_path / "home"
    in_the_way.write_text("mine")
    assert_refused(empty.with_(home=in_the_way).run(*EXTRACT), 1, str(in_the_way), "G4QC_HOME")
    assert_nothing_written(empty)


def test_a_folder_to_replay_that_is_malformed(empty: Home, tmp_path: Path) -> None:
    replay = ("gateway", "--port", "0", "--replay", str(tmp_path / "bars"))
    assert_refused(empty.run(*replay), 1, str(tmp_path / "bars"), "does not exist")
    (tmp_path / "bars").mkdir()
    assert_refused(empty.run(*replay), 1, "contracts.csv")
    (tmp_path / "bars" / "contracts.csv").write_text("instrument,contract_month\nES,201312\n")
    assert_refused(empty.run(*replay), 1, "contracts.csv", "lacks the column local_symbol", "may have ib_symbol")


def test_an_output_that_cannot_be_written(full_home: Home, tmp_path: Path) -> None:
    bars = ("bars", "ES", "--timeframe", "1d", "--output")
    assert_refused(full_home.run(*bars, str(tmp_path / "none" / "x.csv")), 1, "cannot be written", "none")
    (tmp_path / "file").write_text("")
    assert_refused(full_home.run(*bars, str(tmp_path / "file" / "x.csv")), 1, "cannot be written")
    assert_refused(full_home.run(*bars, str(tmp_path)), 2, "directory")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# --- what a program reads


def test_the_status_is_json_for_a_program(full_home: Home) -> None:
    document = json.loads(full_home.run("status", "--json").text)
    assert document["origin"] == "simulated"
    assert [row["timeframe"] for row in document["bars"]] == ["1min", "5min", "15min", "30min", "1h", "4h", "1d"]
    (instrument,) = document["instruments"]
    assert (instrument["sessions"], instrument["gaps"]) == (22, [])
    assert full_home.run("status").text.count("ES") >= 8


def test_the_status_of_an_empty_home_says_how_to_begin(empty: Home) -> None:
    assert json.loads(empty.run("status", "--json").text)["bars"] == []
    assert "g4qc demo" in empty.run("status").text


@pytest.mark.parametrize("contract", [(), ("--contract", "202612")], ids=["continuous", "contract"])
def test_bars_are_the_same_in_every_format(contract: tuple[str, ...], full_home: Home, tmp_path: Path) -> None:
    bars = ("bars", "ES", "--timeframe", "4h", *contract)
    csv = pd.read_csv(io.BytesIO(full_home.run(*bars).output), parse_dates=["timestamp"], dtype={"contract": str})
    parquet = pd.read_parquet(io.BytesIO(full_home.run(*bars, "--format", "parquet").output))
    written = json.loads(full_home.run(*bars, "--json").text)
    frame = pd.DataFrame(written).assign(timestamp=lambda f: pd.to_datetime(f["timestamp"], utc=True))
    assert len(parquet) > 100
    assert str(parquet["timestamp"].dtype) == "datetime64[us, UTC]"
    dates = parquet.assign(trade_date=parquet["trade_date"].dt.strftime("%Y-%m-%d"))
    for other in (csv, frame):
        pd.testing.assert_frame_equal(other, dates, check_dtype=False)


def test_bars_in_a_file_are_those_of_the_standard_output(full_home: Home, tmp_path: Path) -> None:
    bars = ("bars", "ES", "--timeframe", "1h", "--from", "2026-10-05", "--to", "2026-10-09")
    answer = full_home.run(*bars, "--output", str(tmp_path / "bars.csv"))
    assert (answer.code, answer.output) == (0, b"")
    assert (tmp_path / "bars.csv").read_bytes() == full_home.run(*bars).output
    assert full_home.run(*bars).text.count("\n") == 5 * 23 + 1


def test_a_backtest_is_json_for_a_program_and_names_its_inputs(full_home: Home) -> None:
    answer = full_home.run(*SMA, "--param", "fast=5", "--param", "slow=20", "--json")
    assert answer.code == 0, answer.errors
    result = json.loads(answer.text)
    assert result["inputs"]["parameters"]["fast"] == 5
    assert Path(result["report"]).read_text("utf-8").lower().startswith("<!doctype html>")
    again = full_home.run(*SMA, "--param", "fast=5", "--param", "slow=20")
    assert again.code == 0
    assert result["report"] in again.text


def test_a_reader_that_leaves_is_no_error(full_home: Home) -> None:
    with full_home.started("bars", "ES") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline().startswith("timestamp,open")
        child.stdout.close()
        child.stdout = None
        errors = child.stderr.read()
        assert (child.wait(timeout=PATIENCE), errors) == (0, "")


def test_a_materialization_by_hand_changes_nothing_and_says_what_it_did(
    make_home: Callable[..., Home], full_home: Home
) -> None:
    before = full_home.run("bars", "ES", "--timeframe", "1d").output
    answer = full_home.run("materialize", "--select", "bars_1h,bars_1d", "--partition", "ES|2026-10-01")
    assert answer.code == 0, answer.errors
    assert answer.text.startswith("2 materializations")
    assert full_home.run("bars", "ES", "--timeframe", "1d").output == before
