"""The pages read from the API what every figure is; what they add is its name in each of their languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from g4qc_core.backtest.metrics import DEFINITIONS, GAINS
from g4qc_core.messages.catalogue import LANGUAGES
from g4qc_core.research.search.goal import better

WORDS = Path(__file__).parents[3] / "frontend" / "src" / "lang"


def words_of(kind: str, language: str) -> set[str]:
    """Return the names for which the pages have a word of a kind."""
    keys = [key for file in (WORDS / language).glob("*.json") for key in json.loads(file.read_text("utf-8"))]
    return {key.removeprefix(f"{kind}.") for key in keys if key.startswith(f"{kind}.")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_and_every_group_of_figures_has_a_name_in_every_language(language: str) -> None:
    assert words_of("metric", language) == set(DEFINITIONS)
    assert words_of("group", language) >= {one.group for one in DEFINITIONS.values()}


def test_a_figure_that_is_a_gain_above_zero_is_better_when_it_is_larger() -> None:
    assert set(DEFINITIONS) > GAINS
    assert {better(name) for name in GAINS} == {"larger"}
