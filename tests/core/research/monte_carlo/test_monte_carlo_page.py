"""The report of a simulation: its texts, its charts, and what it says when something was not simulated."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from g4qc_core.backtest.tear_sheet.sheet_words import LANGUAGES, table_of
from g4qc_core.errors import UsageError
from g4qc_core.research.monte_carlo.monte_carlo_spec import RUINS, SIMULATIONS, MonteCarloSpec
from g4qc_core.research.monte_carlo.path_frames import FIGURES
from g4qc_core.research.monte_carlo.report.monte_carlo_page import render_monte_carlo
from g4qc_core.research.monte_carlo.report.monte_carlo_picture import capital_png, drawdown_png, fan_png
from tests.core.backtest.test_tear_sheet import result_free, texts_of
from tests.core.research.monte_carlo.made_page import made_page, outcome


def test_every_text_of_a_simulation_is_in_the_table_of_strings() -> None:
    text = render_monte_carlo(made_page(), origin_note="Synthetic")
    reader = texts_of(text)
    assert reader.found == []
    known = set(table_of("en"))
    assert set(reader.keys) <= known
    assert set(re.findall(r"§([\w.]+)§", text)) <= known
    assert {f"mc.sim.{name}" for name in SIMULATIONS} | {f"mc.figure.{name}" for name in FIGURES} <= known
    assert {f"mc.ruin.{name}" for name in (*RUINS, "share")} <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_begins_with_one_sentence_on_the_drawdown_to_expect(language: str) -> None:
    text = result_free(render_monte_carlo(made_page(), language=language))
    said = re.search(r'<p class="verdict"[^>]*>([^<]+)</p>', text)
    assert said is not None
    assert said[1].count(". ") == 0
    assert said[1].startswith("Expect a drawdown of " if language == "en" else "Espere una caída del ")
    assert "-" not in said[1]


def test_a_shuffle_says_that_its_end_is_constant() -> None:
    assert "All orders end at the same equity, by construction" in render_monte_carlo(made_page(), language="en")


def test_a_page_without_paths_has_the_scenarios_alone() -> None:
    whole = made_page()
    found = outcome(MonteCarloSpec.asked({"name": "page", "result": "test", "runs": 2, "simulations": "skips"}))
    summary = {**whole.summary, **found.summary()}
    summary.pop("main")
    text = render_monte_carlo(replace(whole, summary=summary, frames=found.frames()), language="en")
    assert "No paths were drawn" in text
    assert "Skipped trades" in text
    assert 'id="chart-' not in text


def test_texts_of_the_user_are_escaped() -> None:
    evil = '</script><img src=x onerror="alert(1)">'
    text = render_monte_carlo(replace(made_page(), name=evil, market=evil, notes=[evil], inputs={evil: evil}))
    assert "<img src" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def test_pictures_are_small_and_the_same_again() -> None:
    page = made_page()
    for draw in (fan_png, drawdown_png, capital_png):
        picture = draw(page)
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 60_000
        assert draw(page) == picture


def test_a_page_is_whole_and_an_unknown_language_one_sentence() -> None:
    assert render_monte_carlo(made_page()).startswith("<!doctype html>")
    with pytest.raises(UsageError, match="no language fr"):
        render_monte_carlo(made_page(), language="fr")
