"""The operator's page quotes the software's messages word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from g4qc_core.settings import Settings
from g4qc_pipelines.definitions import build_definitions

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
SEEN = [row.split("|")[1] for row in PAGE.splitlines() if row.startswith("|") and row.count("|") == 4]
QUOTES = [quote for cell in SEEN for quote in cell.split("`")[1::2]]
SENTENCES = [quote for quote in QUOTES if " " in quote]
FILES = [path for name in ("g4qc_core", "g4qc_pipelines") for path in sorted((ROOT / name).rglob("*.py"))]
SOURCE = "".join(path.read_text("utf-8") for path in FILES)
JOINED = re.sub(r"\"\s*\n\s*f?\"", "", SOURCE)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_that_the_page_quotes_is_one_that_the_software_says(sentence: str) -> None:
    for piece in sentence.split("..."):
        assert piece.strip(" .") in JOINED


def test_the_page_knows_every_sensor_and_schedule_and_whether_it_is_on(settings: Settings) -> None:
    graph = build_definitions(settings)
    told = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (on|off) \|", PAGE, re.MULTILINE))
    assert told == {s.name: "on" if s.default_status.value == "RUNNING" else "off" for s in graph.sensors or []}
    assert all(f"`{schedule.name}`" in PAGE for schedule in graph.schedules or [])
