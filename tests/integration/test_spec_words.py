"""Backtests on the command line: an entry of the file by its name, every field as an option, and refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from g4qc_pipelines.partitions.partition_definitions import BACKTESTS
from tests.fixtures.home import Home
from tests.fixtures.specs import as_options

pytestmark = pytest.mark.integration

SMA = ("backtest", "sma_cross", "--instrument", "ES", "--timeframe", "1h")
ENTRY = "sma_cross-ES-1h"
EVERY_FIELD = {
    "name": "mine",
    "strategy": "donchian",
    "instrument": "ES",
    "timeframe": "30min",
    "adjustment": "ratio_forward",
    "roll": "days_before_expiry(8)",
    "on_roll": "close",
    "cash": "250000.5",
    "from": "2026-10-02",
    "trade_from": "2026-10-06",
    "to": "2026-10-29",
    "slippage_ticks": "0.5",
    "fee": "1.25",
    "margin": "900",
    "margin_rate": "0.2",
    "sizing": "contracts(2)",
    "fee_rate": "0.0001",
    "slippage_rate": "0.00005",
    "min_fee": "1.5",
    "seed": 7,
    "parameters": {"entry": 15, "exit": 5, "long_only": True, "contracts": 2},
}
CLASS = "tests.core.backtest.classes:GoogCross"


def answer(home: Home, *arguments: str) -> dict[str, Any]:
    done = home.run(*arguments, "--json")
    assert done.code == 0, done.errors
    return dict(json.loads(done.text))


def kept(home: Home) -> tuple[set[str], set[str]]:
    """Names of the specs that the database keeps, and the partitions of backtests."""
    with home.bench() as bench:
        names = {stored.name for stored in bench.stores.backtests.specs()}
        return names, set(bench.runner.instance.get_dynamic_partitions(str(BACKTESTS.name)))


def test_every_field_of_a_spec_is_an_option_and_the_spec_runs_again_by_its_name(full_home: Home) -> None:
    first = answer(full_home, "backtest", "donchian", *as_options(EVERY_FIELD))
    assert first["spec"] == EVERY_FIELD
    again = answer(full_home, "backtest", "mine")
    assert (again["id"], again["spec"]) == (first["id"], EVERY_FIELD)
    without = {field: value for field, value in EVERY_FIELD.items() if field != "name"}
    unnamed = answer(full_home, "backtest", "donchian", *as_options(without))
    assert unnamed["id"] == first["id"]
    assert unnamed["spec"]["name"] != "mine"
    other = answer(full_home, "backtest", "mine", "--name", "mine", "--roll", "", "--margin", "", "--seed", "")
    assert (other["spec"]["roll"], other["spec"]["margin"], other["spec"]["seed"]) == (None, None, 0)
    assert other["spec"]["name"] != "mine"
    assert other["id"] != first["id"]


def test_an_entry_of_the_file_runs_by_its_name_and_by_the_words_that_fit_it_alone(full_home: Home) -> None:
    by_name, by_words = answer(full_home, "backtest", ENTRY), answer(full_home, *SMA)
    by_instrument = answer(full_home, "backtest", "sma_cross", "--instrument", "ES", "--cash", "1e5")
    assert by_name["spec"]["name"] == by_words["spec"]["name"] == by_instrument["spec"]["name"] == ENTRY
    assert by_name["id"] == by_words["id"] == by_instrument["id"]
    changed = answer(full_home, "backtest", ENTRY, "--param", "fast=5")
    assert changed["spec"]["parameters"] == {"fast": 5, "slow": 60}
    assert changed["spec"]["name"] != ENTRY


def test_two_entries_that_fit_are_a_question(full_home: Home, tmp_path: Path) -> None:
    body = 'strategy = "sma_cross"\ninstrument = "ES"\ntimeframe = "1h"\ncash = 1000000\n'
    file = tmp_path / "mine.toml"
    file.write_text(f"[slow]\n{body}[fast]\n{body}parameters = {{ fast = 5, slow = 20 }}\n", "utf-8")
    home = full_home.with_(backtests=file)
    for command in ("backtest", "sensitivity"):
        asked = home.run(command, *SMA[1:])
        assert (asked.code, asked.output) == (2, b"")
        assert "2 entries of the backtests file fit sma_cross ES 1h: name one of slow, fast." in asked.errors
    assert answer(home, "backtest", "fast")["spec"]["parameters"] == {"fast": 5, "slow": 20}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("backtest", "sma_cross"), "3 entries of the backtests file fit sma_cross: name one of sma_cross-ES-1h"),
        (("backtest", "donchian", "--instrument", "ES"), "give --timeframe"),
        (("backtest", "sma_cross-ES-1H"), "did you mean 'sma_cross-ES-1h'"),
        ((*SMA, "--cash", "-1"), "cash: Input should be greater than 0"),
        ((*SMA, "--seed", "many"), "seed: "),
        ((*SMA, "--name", "a b"), "name: "),
        ((*SMA, "--param", "fast=5", "--param", "fast=6"), "Give each parameter once"),
        (("backtest", CLASS, "--instrument", "ES", "--timeframe", "1h", "--adjustment", "ratio"), "must be additive"),
        (
            ("sensitivity", CLASS, "--instrument", "ES", "--timeframe", "1h", "--adjustment", "ratio"),
            "must be additive",
        ),
        (("sensitivity", ENTRY, "--adjustment", "none", "--adjustment", "none"), "Name each adjustment once"),
        (("sensitivity", ENTRY, "--rule", "days_before_expiry(77)"), "g4qc rolls ES --rule"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_kept(
    full_home: Home, arguments: tuple[str, ...], words: str
) -> None:
    before = kept(full_home)
    refused = full_home.run(*arguments)
    assert (refused.code, refused.output) == (2, b"")
    assert words in refused.errors
    assert kept(full_home) == before


def test_sensitivity_takes_the_words_of_a_backtest(full_home: Home) -> None:
    variants = ("--adjustment", "none", "--rule", "volume")
    by_name = answer(full_home, "sensitivity", ENTRY, *variants)
    by_words = answer(full_home, "sensitivity", *SMA[1:], *variants)
    assert by_name == by_words
    closed = answer(full_home, "sensitivity", *SMA[1:], "--cash", "200000", *variants)
    assert closed["spec"] != ENTRY


def test_a_spec_whose_first_run_fails_for_good_is_known_no_longer(full_home: Home) -> None:
    before = kept(full_home)
    failed = full_home.run(*SMA, "--from", "2026-10-30", "--to", "2026-10-30")
    assert failed.code == 1
    assert "strategy needs" in failed.errors
    assert kept(full_home) == before
    # A spec with a result stays, whatever the outcome of a later run.
    answer(full_home, *SMA, "--name", "proven", "--param", "fast=4")
    assert "proven" in kept(full_home)[0]


def test_a_backtest_is_confirmed_by_the_reference_engine(full_home: Home) -> None:
    confirmed = answer(full_home, *SMA, "--confirm", "--param", "fast=3", "--param", "slow=8", "--cash", "1000000")
    assert confirmed["inputs"]["engine"].startswith("compiled ")
    assert confirmed["confirmed"].startswith("Confirmed: both engines give the same ")
