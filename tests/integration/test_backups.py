"""Backups of a whole home by the commands: made, listed, restored, and compared table by table."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import create_engine, text

from g4qc_core.backtest import specs
from g4qc_core.calendars.session_calendar import calendar
from tests.fixtures.home import OCTOBER, Home
from tests.fixtures.waiting import PATIENCE

pytestmark = pytest.mark.integration


def document(home: Home, *arguments: str) -> dict[str, Any]:
    """Run a command with --json."""
    done = home.run(*arguments, "--json")
    assert done.code == 0, done.errors
    return dict(json.loads(done.text))


def content(home: Home, suffix: str = "") -> dict[str, list[str]]:
    """All rows of all tables of a database as sorted texts, without what belongs to the server alone."""
    engine = create_engine(home.database.set(database=f"{home.database.database}{suffix}"))
    with engine.connect() as connection:
        names = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        found = {
            name: sorted(connection.scalars(text(f'SELECT t::text FROM "{name}" t')).all())
            for name in names
            if name != "bar_writes"
        }
    engine.dispose()
    return found


def indices(home: Home, suffix: str = "") -> set[str]:
    engine = create_engine(home.database.set(database=f"{home.database.database}{suffix}"))
    with engine.connect() as connection:
        made = set(connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")).all())
        made |= set(
            connection.scalars(
                text("SELECT conrelid::regclass::text || pg_get_constraintdef(oid) FROM pg_constraint "
                     "WHERE connamespace = 'public'::regnamespace")
            ).all()
        )  # fmt: skip
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def backups(full_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A place with a backup of the full home and of a file of its own, and what the command said."""
    place = tmp_path_factory.mktemp("backups")
    own = place / "own.toml"
    own.write_text((Path(specs.__file__).parent / "backtests.toml").read_text())
    return place / "there", document(full_home.with_(backtests=own), "db", "backup", str(place / "there"))


@pytest.fixture
def restored(backups: tuple[Path, dict[str, Any]], make_home: Callable[..., Home], full_home: Home) -> Home:
    """A new home with the content of the full one."""
    gateway = {name: full_home.environment[f"G4QC_{name.upper()}"] for name in ("ib_host", "ib_port")}
    home = make_home(**gateway)
    assert home.run("db", "restore", str(backups[0])).code == 0
    return home


def test_a_home_is_restored_equal_table_by_table(
    full_home: Home, restored: Home, backups: tuple[Path, dict[str, Any]]
) -> None:
    made = backups[1]
    assert [one["role"] for one in made["contents"]] == ["bars", "dagster"]
    assert made["contents"][0]["tables"]["contracts"] > 0
    assert made["own_files"]["backtests"] == 1
    for suffix in ("", "_dagster"):
        assert content(restored, suffix) == content(full_home, suffix)
        assert indices(restored, suffix) == indices(full_home, suffix)
    assert (restored.folder / "own.toml").exists()
    # What was restored is at work: the graph knows its history, and the next night goes on.
    assert document(restored, "status")["bars"] == document(full_home, "status")["bars"]
    assert restored.run("extract", "ES", "--from", "2026-10-01", "--to", "2026-10-31").code == 0


def test_backups_are_listed_examined_and_told_by_the_status(
    full_home: Home, backups: tuple[Path, dict[str, Any]]
) -> None:
    place, made = backups
    listed = document(full_home, "db", "list", str(place))
    assert [one["backup"] for one in listed["backups"]] == [made["backup"]]
    table = full_home.run("db", "list", str(place)).text
    assert made["backup"] in table
    assert f"{made['rows']:,}" in table
    checked = document(full_home, "db", "verify", str(place))
    assert checked["wrong"] == {}
    assert checked["pieces"] > 10
    part = document(full_home.with_(backup_target=place), "status")["parts"]["backup"]
    assert (part["up"], part["backup"], part["bytes"]) == (True, made["backup"], made["bytes"])
    assert f"MB at {place}" in part["about"]


def test_a_changed_file_of_a_backup_is_named(backups: tuple[Path, dict[str, Any]], full_home: Home) -> None:
    place, made = backups
    piece = sorted((place / made["backup"]).glob("*.zst"))[0]
    whole = piece.read_bytes()
    piece.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        done = full_home.run("db", "verify", str(place))
        assert done.code == 1
        assert piece.name in done.text
        assert "changed" in done.text
    finally:
        piece.write_bytes(whole)


def test_a_restore_over_what_is_there_is_refused(full_home: Home, backups: tuple[Path, dict[str, Any]]) -> None:
    before = content(full_home)
    done = full_home.run("db", "restore", str(backups[0]))
    assert done.code == 1
    assert re.search(r"Error: The database .* is not empty \(its table '\w+' has rows\), and nothing is overwritten: "
                     r"choose an empty one in G4QC_DATABASE_URL\.", done.errors)  # fmt: skip
    assert content(full_home) == before


def test_a_restore_that_is_killed_leaves_an_empty_database(
    make_home: Callable[..., Home], backups: tuple[Path, dict[str, Any]]
) -> None:
    home = make_home()
    before = {suffix: content(home, suffix) for suffix in ("", "_dagster")}
    with home.started("db", "restore", str(backups[0])) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "indices" in line:  # all rows of a database have arrived
                break
        child.kill()
        child.wait()
    assert {suffix: content(home, suffix) for suffix in before} == before
    assert home.run("db", "restore", str(backups[0])).code == 0


def test_a_backup_is_stopped_by_ctrl_c_and_nothing_is_left_of_it(full_home: Home, tmp_path: Path) -> None:
    with full_home.started("db", "backup", str(tmp_path)) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "counting" in line:
                break
        child.send_signal(signal.SIGINT)
        code = child.wait(PATIENCE)
        errors = child.stderr.read()
    assert (code, list(tmp_path.iterdir())) == (130, [])
    assert errors.splitlines()[-1] == "Stopped."


def test_what_is_stored_is_what_comes_out(full_home: Home) -> None:
    found = document(full_home, "db", "verify")
    assert found["months"] == 1
    assert found["calendars"] > 0
    assert found["findings"] == []


def test_what_is_stored_and_does_not_come_out_is_named(restored: Home) -> None:
    with restored.bench() as bench:
        store, hours = bench.stores.bars, calendar(bench.registry["ES"].calendar).sessions(*OCTOBER)
        window = hours[0].open, hours[-1].close
        one_hour = store.bars("ES", "1h", *window)
        one_hour.loc[3, "close"] += 0.25
        store.replace_bars("ES", "1h", *window, one_hour.drop(index=10))
        minutes = store.bars("ES", "1min", *window)
        store.replace_bars("ES", "1min", *window, minutes.iloc[1:])
    done = restored.run("db", "verify", "--json")
    found = {(one["what"], one["kind"]): one["about"] for one in json.loads(done.text)["findings"]}
    assert done.code == 1
    assert found[("1min", "differs")].startswith("1 row is missing; the first: ")
    # Timeframes wait for their minutes now, because these are no longer those that they were made from.
    assert ("1h", "outdated") in found
    assert restored.run("materialize", "--select", "bars_1min", "--partition", "ES|2026-10-01").code == 0
    done = restored.run("db", "verify")
    assert done.code == 1
    assert "1h" in done.text
    assert "1 row has other values, 1 row is missing" in done.text
    assert restored.run("materialize", "--select", "bars_1h", "--partition", "ES|2026-10-01").code == 0
    assert document(restored, "db", "verify")["findings"] == []


def test_the_graph_makes_backups_and_verifications(full_home: Home, restored: Home, tmp_path: Path) -> None:
    home = restored.with_(backup_target=tmp_path)
    for asset in ("backup", "verification"):
        done = home.run("materialize", "--select", asset)
        assert done.code == 0, done.errors
    with home.bench() as bench:
        found = bench.runner.instance.get_latest_materialization_event(dg.AssetKey("backup"))
        [check] = bench.runner.instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey("verification"), "derived_equals_rebuilt"), limit=1
        )
    assert found is not None
    assert found.asset_materialization is not None
    name = found.asset_materialization.metadata["backup"].value
    assert [one["backup"] for one in document(home, "db", "list")["backups"]] == [name]
    assert check.status.value == "SUCCEEDED"
