"""The card of a result: everything that decides it, and nothing of the host."""

from __future__ import annotations

import getpass
import platform
import socket
from pathlib import Path

import pytest

from g4qc_core.backtest import made_with
from g4qc_core.backtest.result import BacktestResult, result_id
from g4qc_core.backtest.result_card import card_of, card_rows, spec_text
from g4qc_core.backtest.run import run_backtest
from tests.core.backtest.series import ES, spec, walk


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return run_backtest(spec(), walk(200), ES, data_version="v1", roll_rule="volume")


def test_the_card_names_every_input_once_and_the_id_first(result: BacktestResult) -> None:
    rows = card_of(result)
    keys = [row.key for row in rows]
    assert (rows[0].key, rows[0].value) == ("id", result.id)
    assert len(set(keys)) == len(keys)
    assert {key.partition(".")[0] for key in keys} == {"id", *result.inputs}
    found = {row.key: row.value for row in rows}
    assert found["data_version"] == "v1"
    assert found["parameters.fast"] == "3"
    assert "metrics " in found["code.backtest"]
    for library in made_with.LIBRARIES:
        assert found[f"made_with.{library}"] != "unknown"
    assert all(row.name and row.value for row in rows)


def test_the_card_says_nothing_of_the_host(result: BacktestResult) -> None:
    text = " ".join(row.value for row in card_of(result))
    for private in (socket.gethostname(), str(Path.home()), platform.system()):
        assert private not in text
    assert f"/{getpass.getuser()}/" not in text


def test_a_stored_result_has_the_same_card(result: BacktestResult) -> None:
    assert card_rows(result.id, result.spec.to_dict(), result.inputs) == card_of(result)


def test_an_input_that_the_card_does_not_know_stands_on_it_too(result: BacktestResult) -> None:
    rows = card_rows(result.id, {"from": "2026-01-01", "to": None}, {**result.inputs, "new": {"thing": [1, 2]}})
    assert ("new.thing", "new: thing", "1, 2") in [(row.key, row.name, row.value) for row in rows]
    assert ("asked.from", "2026-01-01") in [(row.key, row.value) for row in rows]


def test_sources_and_libraries_are_no_part_of_the_id(result: BacktestResult) -> None:
    other = {**result.inputs, "made_with": {"sources": "others", "numpy": "0"}}
    assert result_id(result.spec, other) == result.id
    assert result_id(result.spec, {**result.inputs, "seed": 99}) != result.id


def test_the_hash_of_the_sources_sees_every_change_but_not_the_line_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in made_with.PACKAGES:
        (tmp_path / name).mkdir()
    file = tmp_path / "bars" / "some.py"
    monkeypatch.setattr(made_with, "_ROOT", tmp_path)
    hashed = made_with.sources_hash.__wrapped__
    found = []
    for text in (b"a = 1\n", b"a = 1\r\n", b"a = 2\n"):
        file.write_bytes(text)
        found.append(hashed())
    assert found[0] == found[1] != found[2]
    (tmp_path / "futures" / "new.py").write_bytes(b"")
    assert hashed() != found[2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (100.0, "100"),
        (0.25, "0.25"),
        ([1.0, 5.0, 10.5], "1, 5, 10.5"),
        ("equal_risk", "equal_risk"),
        ([{"backtest": "a", "weight": None}, {"backtest": "b", "weight": 2.0}], "a, b x 2"),
        ([{"backtest": {"strategy": "sma_cross", "roll": None}, "weight": None}], "backtest strategy sma_cross"),
    ],
)
def test_values_of_a_spec_are_written_as_in_a_file(value: object, text: str) -> None:
    assert spec_text(value) == text
