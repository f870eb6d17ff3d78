"""Errors in files of the folder of strategies: one sentence with file and line, and the traceback in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.strategy_checks.check_bars import synthetic_subject
from g4qc_core.backtest.strategy_checks.run_checks import QUICK, check_strategy
from g4qc_core.errors import G4qcError, UsageError
from g4qc_core.research.pools.set_pool import evaluated
from g4qc_core.research.pools.worker_pool import WorkerPool
from g4qc_core.strategy_folder import strategy_folder, use_strategy_folder
from tests.core.backtest.series import ES, spec, walk
from tests.core.backtest.test_run import run

pytestmark = pytest.mark.slow

RULE = '''
import numpy as np
from pydantic import Field, field_validator
from g4qc_core.backtest.strategies import Strategy


class Failing(Strategy):
    """Fails at one place."""

    where: str = "signals"

    @field_validator("where")
    @classmethod
    def _checked(cls, where):
        if where == "validator":
            raise KeyError("in the validator")
        return where

    @property
    def bars_needed(self):
        if self.where == "bars_needed":
            raise KeyError("in bars_needed")
        return 1

    def signals(self, bars):
        return helper(bars)


def helper(bars):
    return bars["no_such_column"]
'''

ORDERS = """
import numpy as np
from backtesting import Strategy


class FailingOrders(Strategy):
    where = "next"

    def init(self):
        if self.where == "init":
            raise ValueError("in init")
        if self.where == "indicator":
            self.mean = self.I(indicator, self.data.Close)

    def next(self):
        if len(self.data) > 5:
            raise ValueError("in next")


def indicator(values):
    return np.linalg.inv(np.zeros((2, 2)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = strategy_folder()
    use_strategy_folder(tmp_path)
    (tmp_path / "failing.py").write_text(RULE)
    (tmp_path / "orders.py").write_text(ORDERS)
    yield tmp_path
    use_strategy_folder(before)


def line_of(text: str, words: str) -> int:
    return text.splitlines().index(next(line for line in text.splitlines() if words in line)) + 1


@pytest.mark.parametrize(
    ("strategy", "where", "words", "at"),
    [
        ("failing", "signals", "Failing failed: KeyError: 'no_such_column'", 'return bars["no_such_column"]'),
        ("failing", "validator", "KeyError: 'in the validator'", 'raise KeyError("in the validator")'),
        ("failing", "bars_needed", "KeyError: 'in bars_needed'", 'raise KeyError("in bars_needed")'),
        ("orders", "next", "FailingOrders failed: ValueError: in next", 'raise ValueError("in next")'),
        ("orders", "init", "FailingOrders failed: ValueError: in init", 'raise ValueError("in init")'),
        ("orders", "indicator", "LinAlgError: Singular matrix", "return np.linalg.inv"),
    ],
)
def test_the_sentence_has_the_users_file_and_line(
    folder: Path, caplog: pytest.LogCaptureFixture, strategy: str, where: str, words: str, at: str
) -> None:
    file = folder / f"{strategy}.py"
    given = {"strategy": strategy, "parameters": {"where": where}}
    line = line_of(file.read_text(), at)
    with caplog.at_level(logging.INFO), pytest.raises(G4qcError) as caught:
        run(spec(**given), walk(60))
    sentence = str(caught.value)
    assert words in sentence
    assert f"({file}, line {line}" in sentence
    assert "Traceback" not in sentence
    assert "\n" not in sentence
    assert "Traceback (most recent call last)" in caplog.text


@pytest.mark.parametrize("strategy", ["failing", "orders"])
def test_a_worker_of_a_search_says_it_too(folder: Path, strategy: str) -> None:
    arguments = {"spec": spec(strategy=strategy, parameters={}), "bars": walk(60), "instrument": ES}
    arguments |= {"data_version": "v", "roll_rule": "r"}
    with WorkerPool(arguments, 1) as pool:
        (found,) = evaluated(pool.outcomes([(0, {})]))
    assert found.state == "failed"
    assert f"({folder / strategy}.py, line " in found.words
    with pytest.raises(UsageError, match=r"\.py, line "):
        Evaluator(**arguments).evaluate({})


@pytest.mark.parametrize("strategy", ["failing", "orders"])
def test_the_checks_say_it_once(folder: Path, strategy: str) -> None:
    found = check_strategy(synthetic_subject(strategy, ES, "1h", {}, least=100), QUICK)
    assert [one.state for one in found] == ["failed", *["not run"] * 4]
    assert f"({folder / strategy}.py, line " in found[0].text


def test_a_file_that_cannot_be_loaded_names_its_line(folder: Path) -> None:
    (folder / "typo.py").write_text("\nimport numpy as np\nx = np.arrange(3)\n")
    with pytest.raises(UsageError) as caught:
        run(spec(strategy="typo", parameters={}), walk(60))
    assert f"({folder / 'typo.py'}, line 3)" in str(caught.value)
