"""The report of a search: its texts, its table of trials, and what warns of the best one."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.tear_sheet.sheet_words import table_of
from g4qc_core.errors import UsageError
from g4qc_core.research.report.search_body import COUNTS, MOST_ROWS
from g4qc_core.research.report.search_page import SearchPage, render_search
from g4qc_core.research.surface.surface_report import surface_of
from tests.core.backtest.test_tear_sheet import result_free, texts_of

WORTH = {"family_trials": 410, "deflated_sharpe": 0.37, "sharpe_by_luck": 1.9}


def trials_of(evil: str = "close") -> pd.DataFrame:
    """Trials of three parameters, the best first; the best value of `slow` is the largest one."""
    rows = []
    for fast, slow, price in product(range(4, 40, 4), range(40, 201, 20), (evil, "open")):
        value = np.cos(fast / 6) + slow / 100 + (0.2 if price == "open" else 0.0)
        rows.append(
            {"fast": fast, "slow": slow, "price": price, "sharpe": round(float(value), 6), "trades": fast + slow}
        )
    frame = pd.DataFrame(rows).assign(net_profit=lambda one: one["sharpe"] * 1000)
    return frame.sort_values("sharpe", ascending=False, kind="stable", ignore_index=True)


def page_of(trials: pd.DataFrame, **fields: Any) -> SearchPage:
    names = ["fast", "slow", "price"]
    given: dict[str, Any] = {
        "name": "wide",
        "family": "sma_cross",
        "market": "ES · 1h",
        "trials": trials,
        "parameters": names,
        "objective": "sharpe",
        "currency": "USD",
        "counts": {"tried": len(trials), "ranked": len(trials)},
        "confirmed": 10,
        "surface": surface_of(trials, "sharpe", names) if len(trials) else None,
        "worth": WORTH,
        "inputs": {"data version": "fingerprint-7"},
        "notes": ["A note."],
    }
    return SearchPage(**(given | fields))


def test_every_text_of_a_search_is_in_the_table_of_strings() -> None:
    reader = texts_of(render_search(page_of(trials_of()), origin_note="Synthetic"))
    assert reader.found == []
    assert set(reader.keys) <= set(table_of("en"))
    assert {f"count.{name}" for name in COUNTS} <= set(table_of("en"))


def test_the_best_trials_are_listed_with_their_numbers() -> None:
    trials = trials_of()
    page = render_search(page_of(trials))
    rows = re.findall(r'<tr><th scope="row" class="num" data-k="int" value="\d+">.*?</tr>', page)
    assert len(rows) == MOST_ROWS
    for row, (_, trial) in zip(rows, trials.iterrows(), strict=False):
        for value in (trial["fast"], trial["slow"], trial["sharpe"], int(trial["trades"])):
            assert f'value="{value}"' in row


def test_the_page_warns_of_an_edge_and_says_what_the_best_is_worth() -> None:
    page = result_free(render_search(page_of(trials_of())))
    assert "200 is the largest value of slow that was tried" in page
    assert 'id="means-deflated_sharpe"' in page
    assert "sma_cross was tried 410 times." in page
    spanish = render_search(page_of(trials_of()), language="es")
    assert "200 es el mayor valor de slow que se probó" in spanish


def test_a_map_for_every_pair_and_a_slice_for_every_parameter() -> None:
    page = render_search(page_of(trials_of()))
    assert re.findall(r'id="chart-(pair\d+|slice\d+|objective)"', page) == [
        "objective", *(f"pair{at}" for at in range(3)), *(f"slice{at}" for at in range(3)),
    ]  # fmt: skip


def test_a_search_of_one_parameter_or_without_results_has_a_page_too() -> None:
    trials = trials_of().drop_duplicates("fast", ignore_index=True)
    one = page_of(trials, parameters=["fast"], surface=surface_of(trials, "sharpe", ["fast"]))
    assert 'id="chart-slice0"' in render_search(one)
    nothing = page_of(trials_of().iloc[:0], surface=None, worth={}, counts={"tried": 4, "refused": 4})
    page = render_search(nothing)
    assert "4 refused by the account" in page
    assert 'id="chart-' not in page


def test_names_and_values_of_the_user_are_escaped() -> None:
    evil = '<img src=x onerror="alert(1)">'
    trials = trials_of(evil)
    page = render_search(page_of(trials, name=evil, notes=[evil], inputs={evil: evil}), origin_note=evil)
    assert "<img" not in re.sub(r'(<script type="text/javascript">).*?</script>', "", page, flags=re.DOTALL)


def test_a_column_that_is_missing_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="no column lost"):
        page_of(trials_of(), parameters=["fast", "lost"], surface=None)
