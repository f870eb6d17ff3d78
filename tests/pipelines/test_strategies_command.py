"""`g4qc strategies`: new files with their tests, the list, one strategy, and checks on synthetic bars."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from g4qc_core.backtest.strategies import STRATEGIES
from g4qc_core.backtest.strategy_checks.findings import CHECKS
from tests.fixtures.home import Home
from tests.test_house import ROOT

CHEAT = '''
import numpy as np
from g4qc_core.backtest.strategies import Strategy


class Cheat(Strategy):
    """Knows the next close."""

    @property
    def bars_needed(self) -> int:
        return 1

    def signals(self, bars):
        return np.sign(bars["close"].shift(-1) - bars["close"]).fillna(0.0).to_numpy()
'''


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A folder with a folder of strategies, without a database."""
    modules = set(sys.modules)
    path = list(sys.path)
    yield Home(tmp_path).with_(home=tmp_path / "home", strategies=tmp_path / "own")
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def own(home: Home, name: str, text: str) -> Path:
    folder = home.folder / "own"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.py"
    file.write_text(text)
    return file


@pytest.mark.parametrize("option", [(), ("--class",)], ids=["signals", "orders"])
def test_a_new_strategy_runs_and_its_test_passes(home: Home, option: tuple[str, ...]) -> None:
    name = f"first_{'orders' if option else 'rule'}"
    made = home.run("strategies", "new", name, *option, "--json")
    assert made.code == 0, made.errors
    files = json.loads(made.text)
    assert files == {
        "strategy": name,
        "file": str(home.folder / "own" / f"{name}.py"),
        "test": str(home.folder / "own" / f"test_{name}.py"),
    }
    checked = home.run("strategies", "check", name, "--json")
    assert checked.code == 0, checked.errors
    (of,) = json.loads(checked.text)
    assert [one["check"] for one in of["findings"]] == list(CHECKS)
    assert {one["state"] for one in of["findings"]} <= {"passed", "not run"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", files["test"]]
    done = subprocess.run(command, cwd=home.folder / "own", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("option", [(), ("--class",)], ids=["signals", "orders"])
def test_what_is_written_is_in_the_style_of_the_house(home: Home, option: tuple[str, ...]) -> None:
    home.run("strategies", "new", "neat_rule", *option)
    ruff = Path(sys.executable).with_name("ruff")
    for words in (("check", "-q"), ("format", "--check", "-q")):
        command = [ruff, *words, "--config", ROOT / "pyproject.toml", home.folder / "own"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_without_a_folder_the_current_one_is_used(home: Home) -> None:
    there = home.with_(strategies=None)
    made = there.run("strategies", "new", "here_rule")
    assert made.code == 0, made.errors
    assert (home.folder / "here_rule.py").is_file()
    assert "g4qc backtest here_rule:HereRule --instrument ES --timeframe 1h" in made.text
    checked = there.run("strategies", "check", "here_rule.py")
    assert checked.code == 0, checked.errors
    assert "here_rule:HereRule on synthetic bars of ES, 1h" in checked.text


def test_nothing_is_overwritten(home: Home) -> None:
    home.run("strategies", "new", "first_rule")
    file = own(home, "first_rule", "# mine\n")
    again = home.run("strategies", "new", "first_rule")
    assert (again.code, file.read_text()) == (2, "# mine\n")
    assert "exists already and stays as it is" in again.errors
    file.unlink()
    test = home.folder / "own" / "test_first_rule.py"
    test.write_text("# mine\n")
    assert home.run("strategies", "new", "first_rule").code == 2
    assert not file.exists()
    assert test.read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Big", "small letters"),
        ("a-b", "small letters"),
        ("../up", "small letters"),
        ("class", "small letters"),
        ("sum", "small letters"),
        ("sma_cross", "is a strategy of G4QC"),
        ("numpy", "installed module"),
        ("signal", "installed module"),
    ],
)
def test_a_name_that_cannot_be_is_one_sentence(home: Home, name: str, words: str) -> None:
    made = home.run("strategies", "new", name)
    assert made.code == 2
    assert words in made.errors
    assert not (home.folder / "own").exists()


def test_the_list_has_all_and_says_which_files_cannot_be_used(home: Home) -> None:
    own(home, "cheat", CHEAT)
    own(home, "broken_rule", "import nothing_of_that_name\n")
    listed = json.loads(home.run("strategies", "list", "--json").text)
    names = [one["name"] for one in listed["strategies"]]
    assert names == [*STRATEGIES, "cheat"]
    assert list(listed["broken"]) == ["broken_rule"]
    assert "broken_rule.py, line 1" in listed["broken"]["broken_rule"]
    shown = home.run("strategies", "list").text
    assert "Knows the next close." in shown
    assert "Look at this: " in shown


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_can_be_shown(home: Home, name: str) -> None:
    shown = json.loads(home.run("strategies", "show", name, "--json").text)
    assert (shown["name"], shown["origin"]) == (name, "g4qc")
    assert Path(shown["file"]).is_file()
    parameters = {one["name"]: one for one in shown["parameters"]}
    assert parameters["contracts"]["allowed"] == "from 1 to 1000"
    assert home.run("strategies", "show", name).code == 0


def test_ranges_and_searches_are_shown(home: Home) -> None:
    shown = json.loads(home.run("strategies", "show", "sma_cross", "--json").text)
    parameters = {one["name"]: one for one in shown["parameters"]}
    assert shown["bars_needed"] == parameters["slow"]["default"]
    assert set(parameters["fast"]["search"]) == {"from", "to", "step"}
    assert parameters["long_only"]["search"] == {"values": [False, True]}
    assert parameters["contracts"]["search"] is None


def test_a_class_of_the_library_is_shown(home: Home) -> None:
    home.run("strategies", "new", "first_orders", "--class")
    shown = json.loads(home.run("strategies", "show", "first_orders", "--json").text)
    assert shown["kind"] == "orders (backtesting.py)"
    assert {one["name"]: one["default"] for one in shown["parameters"]} == {
        "fast": 10, "slow": 30, "stop": 15.0, "target": 30.0, "contracts": 1
    }  # fmt: skip


def test_a_strategy_that_cheats_ends_with_one_and_a_sentence(home: Home) -> None:
    file = own(home, "cheat", CHEAT)
    for words in ("cheat", str(file)):
        done = home.run("strategies", "check", words)
        assert done.code == 1
        assert done.errors.count("Error: ") == done.text.count("  failed ") == 1
        assert "Error: cheat, look_ahead: The decision at 2024-01-" in done.errors
    listed = json.loads(home.run("strategies", "check", "cheat", "--json").text)
    assert listed[0]["findings"][0]["state"] == "failed"


def test_parameters_and_timeframe_are_those_of_the_check(home: Home) -> None:
    done = home.run("strategies", "check", "donchian", "--param", "entry=5", "--param", "exit=3", "--timeframe", "1d")
    assert done.code == 0, done.errors
    assert "donchian on synthetic bars of ES, 1d" in done.text
    assert "No decision before bar 6, as bars_needed says" in done.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no_such",), "Unknown strategy 'no_such'"),
        (("no_such.py",), "There is no file"),
        (("sma_cross", "--param", "fastt=3"), "did you mean 'fast'"),
        (("sma_cross", "--param", "fast"), "write NAME=VALUE"),
        (("sma_cross", "--timeframe", "2h"), "timeframe"),
        (("sma_cross", "--instrument", "XX"), "XX"),
    ],
)
def test_wrong_words_are_one_sentence(home: Home, words: tuple[str, ...], said: str) -> None:
    done = home.run("strategies", "check", *words)
    assert done.code == 2
    assert said in done.errors
    assert done.errors.count("\n") == 1


def test_a_file_that_cannot_be_checked_says_why(home: Home) -> None:
    empty = home.folder / "empty_file.py"
    empty.write_text("x = 1\n")
    done = home.run("strategies", "check", str(empty))
    assert (done.code, "defines no strategy" in done.errors) == (2, True)
    wrong = home.folder / "wrong_file.py"
    wrong.write_text("x = 1\ny = x / 0\n")
    done = home.run("strategies", "check", str(wrong))
    assert done.code == 2
    assert "ZeroDivisionError: division by zero (" in done.errors
    assert "wrong_file.py, line 2" in done.errors
