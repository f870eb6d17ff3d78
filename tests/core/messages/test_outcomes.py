"""What came out of studies and searches is told in every language."""

from __future__ import annotations

import pytest

from g4qc_core.backtest.metrics import DEFINITIONS
from g4qc_core.backtest.tear_sheet.sheet_elements import SheetWriter
from g4qc_core.messages.translation import document_in_language, in_language
from g4qc_core.research.search.goal import Constraint
from g4qc_core.research.search.searcher import SearchCounts, nothing_ranked
from g4qc_core.research.surface.surface_report import RangeEdge
from g4qc_core.services.research.search_tables import SEARCH_TABLES
from g4qc_core.services.research.study_kinds import STUDY_KINDS
from g4qc_core.services.research.walk_forward.walk_forward_notes import VERDICTS

pytestmark = pytest.mark.fast

SAID = [
    *(about for kind in STUDY_KINDS.values() for about in kind.tables.values()),
    *SEARCH_TABLES.values(),
    *VERDICTS.values(),
    *(one.words for one in DEFINITIONS.values()),
    *(RangeEdge("fast", 5, end).words for end in ("largest", "smallest")),
    Constraint.parse("trades >= 30").broken_by({"trades": 12}),
    Constraint.parse("trades >= 30").broken_by({}),
    nothing_ranked(SearchCounts(tried=3), [Constraint.parse("trades >= 30")], "trades is 12, wanted >= 30"),
    "sharpe is not defined. Not meaningful below 56 days or 40 sessions.",
    "Annual figures are not meaningful: 1 day with bars in 1 session; they need at least 56 days and 10 sessions.",
    "85% of the Sharpe ratio in sample is left out of sample; at least 50% is wanted.",
    "Sessions or sets are too few for a probability of overfitting; at most 50% is wanted.",
    "ES has 100.0 % of the risk, and 60 % is the bound; it is the only instrument.",
    "The bars of ES end on 2026-10-05, 3 sessions before the newest ones, and 5 is the bound.",
    "2.50% of the runs with delayed fills ended in a margin call, and 5 % are allowed.",
]


@pytest.mark.parametrize("said", SAID)
def test_it_has_words_in_spanish(said: str) -> None:
    assert in_language(said, "es") != said


def test_numbers_are_those_of_the_sentence() -> None:
    told = in_language("12.50% of the paths were ruined (11.20% to 13.80%), and 5 % are allowed.", "es")
    assert told == "El 12,50% de los caminos acabó en ruina (de 11,20% a 13,80%), y se permite el 5 %."


def test_a_page_has_a_sentence_in_every_language_and_the_words_of_a_user_as_they_are() -> None:
    note = "The backtest mine made one trade, which has no other order."
    assert (
        SheetWriter("es")
        .sentence(note, "li")
        .endswith(">El backtest mine hizo una sola operación, que no tiene otro orden.</li>")
    )
    assert SheetWriter("en").sentence(note, "li").endswith(f">{note}</li>")
    assert SheetWriter("es").sentence("What <I> noted", "li") == (
        '<li data-s="{&quot;en&quot;: &quot;What &lt;I&gt; noted&quot;}" lang="en">What &lt;I&gt; noted</li>'
    )


def test_of_a_stored_document_sentences_change_and_names_do_not() -> None:
    document = {"name": "running", "notes": ["Bins of each distribution."], "worth": {"words": "running", "count": 2}}
    assert document_in_language(document, "en") == document
    assert document_in_language(document, "es") == {
        "name": "running",
        "notes": ["Intervalos de cada distribución."],
        "worth": {"words": "en marcha", "count": 2},
    }


def test_a_sentence_agrees_with_one_as_with_several() -> None:
    said = "left out between training and test, as the spec says."
    assert in_language(f"1 session {said}", "es").startswith("Entre entrenamiento y prueba se apartan 1 sesión,")
    assert in_language(f"2 sessions {said}", "es").startswith("Entre entrenamiento y prueba se apartan 2 sesiones,")
