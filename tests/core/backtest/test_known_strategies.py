"""Strategies in the user's folder and in packages: found by name, loaded again when they change, broken ones named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from g4qc_core.backtest import strategy_files
from g4qc_core.backtest.known_strategies import broken_strategies, find_strategy, known_strategies
from g4qc_core.backtest.strategies import STRATEGIES
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.settings import load_settings
from g4qc_core.strategy_folder import strategy_folder, use_strategy_folder
from tests.core.backtest.series import spec, walk
from tests.core.backtest.test_run import run

OWN = '''
from g4qc_core.backtest.strategies import Strategy, searched


class Rising(Strategy):
    """Long after a rise."""

    length: int = searched(3, ge=1, le=50, search=(1, 9, 1), description="Bars")

    @property
    def bars_needed(self):
        return self.length + 1

    def signals(self, bars):
        return (bars["close"].diff(self.length) > 0).to_numpy(float)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = strategy_folder()
    use_strategy_folder(tmp_path)
    yield tmp_path
    use_strategy_folder(before)


def write(path: Path, text: str) -> None:
    """Write a file whose time differs from that of the one before."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_a_file_of_the_folder_is_a_strategy_of_its_name(folder: Path) -> None:
    write(folder / "rising.py", OWN)
    known = find_strategy("rising")
    assert (known.origin, known.source, known.summary) == ("folder", str(folder / "rising.py"), "Long after a rise.")
    assert list(known_strategies()) == [*STRATEGIES, "rising"]
    result = run(spec(strategy="rising", parameters={"length": 4}), walk(60))
    assert result.inputs["parameters"] == {"contracts": 1, "length": 4}
    assert result.inputs["code"]["strategy"] == known.version != find_strategy("sma_cross").version
    assert len(result.trades) > 2
    assert spec(strategy="rising", parameters={}).content()["parameters"] == {"contracts": 1, "length": 3}
    with pytest.raises(SettingsError, match=r"parameter length cannot be 51: .* \(Bars; from 1 to 50, default 3\)"):
        spec(strategy="rising", parameters={"length": 51})


def test_a_changed_file_is_loaded_again_and_a_removed_one_is_forgotten(folder: Path) -> None:
    write(folder / "rising.py", OWN)
    first = find_strategy("rising")
    assert find_strategy("rising").kind is first.kind
    write(folder / "rising.py", OWN.replace("searched(3,", "searched(5,"))
    assert find_strategy("rising").own_parameters()["length"] == 5
    assert find_strategy("rising").version != first.version
    (folder / "rising.py").unlink()
    with pytest.raises(UsageError, match=r"Unknown strategy 'rising'.*files in the folder G4QC_STRATEGIES"):
        find_strategy("rising")


def test_a_class_with_a_name_has_it_and_one_file_may_have_several(folder: Path) -> None:
    named = OWN.replace('"""Long after a rise."""', 'name = "up"\n    summary = "Goes up."')
    write(folder / "two.py", OWN + named.replace("class Rising", "class Second"))
    found = {name: known for name, known in known_strategies().items() if name not in STRATEGIES}
    assert list(found) == ["two", "up"]
    assert found["up"].summary == "Goes up."


def test_a_class_of_the_library_in_the_folder_runs_by_its_name(folder: Path) -> None:
    write(
        folder / "once.py",
        """
from backtesting import Strategy


class Once(Strategy):
    contracts = 2

    def init(self):
        pass

    def next(self):
        if not self.trades:
            self.buy(size=self.contracts)
""",
    )
    known = find_strategy("once")
    assert known.of_library
    assert known.own_parameters() == {"contracts": 2}
    result = run(spec(strategy="once", parameters={"contracts": 3}), walk(40))
    assert result.trades["size"].tolist() == [3]


def test_files_may_import_each_other_and_helpers_are_no_strategies(folder: Path) -> None:
    write(folder / "_helper.py", "LENGTH = 7\n")
    write(folder / "test_rising.py", "raise RuntimeError\n")
    write(folder / "rising.py", OWN.replace("searched(3", "searched(LENGTH").replace(
        "import Strategy, searched", "import Strategy, searched\nfrom _helper import LENGTH"))  # fmt: skip
    assert find_strategy("rising").own_parameters()["length"] == 7
    assert broken_strategies() == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def broken(:\n", r"broken.py cannot be loaded: SyntaxError: .*broken.py, line 1\)"),
        ("x = 1\ny = x / 0\n", r"ZeroDivisionError: division by zero \(.*broken.py, line 2\)"),
        ("import sys\nsys.exit(3)\n", r"SystemExit: 3 \(.*broken.py, line 2\)"),
        ("class Other: ...\n", r"broken.py defines no strategy: define a class of g4qc_core"),
        (OWN.replace("def signals", "def signal"), r"the class Rising does not define signals \(or targets\)"),
        (OWN + OWN.replace("class Rising", "class Two"), "has two strategies named broken: give each class a name"),
        (OWN.replace('"""Long', 'name = "a b"\n    """Long'), "names a strategy 'a b': write up to 100 letters"),
        (
            OWN.replace('"""Long', 'name = "donchian"\n    """Long'),
            "donchian of .* has the name of one of G4QC: ",
        ),
    ],
)
def test_a_broken_file_is_named_in_a_sentence_and_hides_no_other(folder: Path, text: str, words: str) -> None:
    write(folder / "rising.py", OWN)
    write(folder / "broken.py", text)
    (problem,) = broken_strategies().values()
    assert "\n" not in problem
    with pytest.raises(UsageError, match=words):
        find_strategy("broken")
    assert find_strategy("rising").origin == "folder"
    assert find_strategy("donchian").origin == "g4qc"
    # An entry of the backtests file that names it does not stop the other entries: it is checked when it runs.
    kept = spec(strategy="broken", parameters={"length": 3})
    assert kept.content()["parameters"] == {"length": 3}
    with pytest.raises(UsageError, match=words):
        run(kept, walk(60))


def test_an_entry_point_offers_a_strategy_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        metadata.EntryPoint("outside", "tests.core.backtest.classes:Momentum", strategy_files.GROUP),
        metadata.EntryPoint("lost", "tests.core.backtest.no_such:Thing", strategy_files.GROUP),
    ]

    def found(**chosen: Any) -> list[metadata.EntryPoint]:
        assert chosen == {"group": "g4qc.strategies"}
        return points

    monkeypatch.setattr(metadata, "entry_points", found)
    monkeypatch.setattr(strategy_files, "_packages", {})
    assert find_strategy("outside").origin == "package"
    assert find_strategy("outside").source == "entry point outside = tests.core.backtest.classes:Momentum"
    with pytest.raises(UsageError, match=r"entry point lost = .* cannot be loaded: ModuleNotFoundError"):
        find_strategy("lost")


def test_the_settings_choose_the_folder(tmp_path: Path) -> None:
    before = strategy_folder()
    try:
        load_settings(home=tmp_path)
        assert strategy_folder() == tmp_path / "strategies"
        assert list(known_strategies()) == list(STRATEGIES)
        load_settings(home=tmp_path, strategies=tmp_path / "own")
        assert strategy_folder() == tmp_path / "own"
    finally:
        use_strategy_folder(before)
