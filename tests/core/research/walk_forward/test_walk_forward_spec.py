"""Walk-forward specs and their windows: one sentence for each fault, and windows that never overlap their future."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.research.walk_forward.walk_forwards_file import DEFAULT_WALK_FORWARDS, load_walk_forwards
from g4qc_core.research.walk_forward.window_plan import PlannedWindow, WindowLengths

DAYS = [date(2015, 1, 1) + timedelta(days=day) for day in range(2600)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "give a search, or a backtest whose strategy declares search ranges, and not both."),
        ({"search": "one", "backtest": "two"}, "and not both."),
        ({"search": "one", "windows": 0}, "zero windows test nothing: give a number of windows, or leave windows out."),
        ({"search": "one", "train": 20, "purge": 20}, "is not longer than its purge of 20"),
        ({"search": "one", "test": 20, "step": 10}, "the step of 10 is shorter than a test of 20 sessions"),
        ({"search": "one", "folds": 4, "test_folds": 4}, "4 test folds of 4 leave none for training"),
        ({"search": "one", "modus": "rolling"}, "modus: Unknown field 'modus': did you mean 'mode'?"),
        ({"search": "one", "mode": "sliding"}, "mode: "),
        ({"search": {"backtest": "x", "objektive": "sharpe"}}, "search: objektive: Unknown field 'objektive'"),
        ({"backtest": {"strategy": "sma_cros"}}, "backtest: "),
    ],
)
def test_a_fault_is_one_sentence(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as told:
        WalkForwardSpec.asked(fields)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_the_file_that_comes_with_the_package_is_read_and_written_back() -> None:
    specs = load_walk_forwards()
    assert list(specs) == ["sma_cross-ES"]
    for spec in specs.values():
        assert WalkForwardSpec.from_dict(spec.to_dict()) == spec
    assert DEFAULT_WALK_FORWARDS.name == "walk_forwards.toml"


def test_a_fault_of_the_file_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[one]\nsearch = 'a'\nwindows = 'many'\n")
    with pytest.raises(SettingsError, match=r"own.toml, line 3: \[one\] windows: "):
        load_walk_forwards(file)


def test_equal_content_has_an_equal_name_and_workers_do_not_count() -> None:
    one = WalkForwardSpec.asked({"search": "sma_cross-ES", "windows": 3, "workers": 1})
    other = WalkForwardSpec.asked({"search": "sma_cross-ES", "windows": 3, "workers": 4})
    assert one.name == other.name
    assert one.name.startswith("sma_cross-ES-walk-forward-")
    assert WalkForwardSpec.asked({"search": "sma_cross-ES", "windows": 4}).name != one.name


LENGTHS = st.builds(
    WindowLengths,
    anchored=st.booleans(),
    train=st.none() | st.integers(2, 400),
    test=st.integers(1, 120),
    windows=st.none() | st.integers(1, 30),
    step=st.none(),
)


@given(lengths=LENGTHS, sessions=st.integers(1, 2600), purge=st.integers(0, 30))
def test_windows_follow_each_other_without_hole_or_overlap(lengths: WindowLengths, sessions: int, purge: int) -> None:
    windows: list[PlannedWindow] = []
    with suppress(UsageError):
        windows = lengths.plan(DAYS[:sessions], purge)
    if not windows:
        with pytest.raises(UsageError, match="session"):
            lengths.plan(DAYS[:sessions], purge)
        return
    assert [one.number for one in windows] == list(range(1, len(windows) + 1))
    assert windows[-1].test[1] <= sessions - 1
    assert lengths.windows in (None, len(windows))
    for one in windows:
        assert 0 <= one.train[0] < one.train[1] < one.test[0] <= one.test[1]
        assert one.test[0] - one.train[1] - 1 == purge
        assert one.train_days == (DAYS[one.train[0]], DAYS[one.train[1]])
        assert one.test_days == (DAYS[one.test[0]], DAYS[one.test[1]])
        assert one.train[0] == windows[0].train[0] or not lengths.anchored
    for one, following in pairwise(windows):
        assert following.test[0] == one.test[1] + 1


@pytest.mark.parametrize("windows", [1, 4, 10])
def test_a_number_of_windows_gives_the_lengths(windows: int) -> None:
    found = WindowLengths(windows=windows).plan(DAYS, 5)
    assert len(found) == windows
    assert found[-1].test[1] == len(DAYS) - 1
    assert found[0].train[0] == 0
    assert found[0].train_sessions >= 3 * found[0].test_sessions
    assert len(WindowLengths(train=500, windows=windows).plan(DAYS, 0)) == windows
    newest = WindowLengths(train=100, test=20, windows=windows).plan(DAYS, 3)
    assert (len(newest), newest[-1].test[1]) == (windows, len(DAYS) - 1)
    assert newest[0].train_sessions == 100


@pytest.mark.parametrize(
    ("lengths", "sessions", "words"),
    [
        (WindowLengths(train=100, test=20), 50, "one window needs 123 sessions"),
        (WindowLengths(train=100, test=20, windows=5), 150, "5 windows need 203 sessions"),
        (WindowLengths(windows=10), 9, "are too few for 10 windows"),
        (WindowLengths(train=3, test=20), 50, "a training of 3 sessions is not longer than its purge of 3"),
    ],
)
def test_too_few_sessions_are_one_sentence(lengths: WindowLengths, sessions: int, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        lengths.plan(DAYS[:sessions], 3)
