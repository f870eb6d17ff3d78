"""The shell of the pages and the files they are made of, without a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import httpx
import pytest

from g4qc_core.api.site import LANGUAGES, PAGES, PATHS, choose_language
from g4qc_core.backtest.specs.spec_fields import spec_fields
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.storage.request_ledger import Outcome
from tests.fixtures.api import Api

SCRIPTS = sorted(path for path in PAGES.rglob("*.js"))
DICTIONARIES = {name: json.loads((PAGES / "lang" / f"{name}.json").read_text("utf-8")) for name in LANGUAGES}
LONGEST = 330
# Words of the server, and of lists in the scripts, are looked up by the first part of their key.
KINDS = (
    *(
        "adjustment",
        "bar",
        "class",
        "decision",
        "describe",
        "down",
        "figure",
        "group",
        "job",
        "kind",
        "metric",
        "on_roll",
        "origin",
        "outcome",
        "problem",
        "reason",
        "scope",
        "side",
        "table",
        "window",
    ),
    *("zone", "field", "column", "shortcut", "nav", "theme"),
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(PAGES).as_posix())
def test_a_script_says_what_it_knows_fits_in_the_head_and_writes_no_markup(script: Path) -> None:
    text = script.read_text("utf-8")
    assert text.startswith("/**")
    assert text.count("\n") <= LONGEST
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


def test_nothing_in_the_pages_names_another_address_but_as_a_link() -> None:
    own = [path for path in PAGES.rglob("*") if path.suffix in (".js", ".css", ".html")]
    found = {address for path in own for address in re.findall(r"https?://[\w./-]+", path.read_text("utf-8"))}
    assert found <= {"https://www.tradingview.com/", "http://www.w3.org/2000/svg"}


def test_the_dictionaries_have_the_same_keys_and_the_same_gaps_to_fill() -> None:
    gaps = [
        {key: {gap for _, gap, _, _ in Formatter().parse(text) if gap} for key, text in dictionary.items()}
        for dictionary in DICTIONARIES.values()
    ]
    assert all(one == gaps[0] for one in gaps)
    assert all(text.strip() for dictionary in DICTIONARIES.values() for text in dictionary.values())


def test_a_field_of_a_spec_is_described_as_everywhere_and_has_a_label_in_every_language() -> None:
    script = (PAGES / "js" / "backtest" / "form.js").read_text("utf-8")
    labels = dict(re.findall(r"(\w+): \"(\w+)\"", re.findall(r"const LABELS = \{(.*?)\}", script)[0]))
    for field in spec_fields():
        for language, dictionary in DICTIONARIES.items():
            if field.name not in ("strategy", "parameters"):
                assert language != "en" or dictionary[f"describe.{field.name}"] == field.description
                assert dictionary[f"describe.{field.name}"]
                assert dictionary[f"field.{labels.get(field.name, field.name)}"]
            assert {f"{field.name}.{one}" for one in field.choices if field.name != "timeframe"} <= set(dictionary)


def test_the_chart_offers_every_adjustment() -> None:
    script = (PAGES / "js" / "chart" / "view.js").read_text("utf-8")
    offered = re.findall(r"export const ADJUSTMENTS = (\[.*?\]);", script)[0]
    assert json.loads(offered) == [str(one) for one in Adjustment]


def test_every_outcome_of_a_request_has_a_word() -> None:
    assert {f"outcome.{outcome}" for outcome in Outcome} <= set(DICTIONARIES["en"])


def test_every_sentence_that_a_script_says_is_in_the_dictionary_and_none_lies_idle() -> None:
    text = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    said = set(re.findall(r"""\bt\(\s*["']([\w.]+)["']""", text)) | set(re.findall(r"""["'](\w+\.[\w.]+)["']""", text))
    keys = {re.sub(r"\.(one|other)$", "", key) for key in DICTIONARIES["en"]}
    missing = {key for key in re.findall(r"""\bt\(\s*["']([\w.]+)["']""", text) if key not in keys}
    assert missing == set()
    assert {key for key in keys - said if key.split(".")[0] not in KINDS} == set()


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, None, "en"),
        (None, "es-ES,es;q=0.9,en;q=0.8", "es"),
        (None, "de,en;q=0.3,es;q=0.7", "es"),
        (None, "es;q=0,en", "en"),
        (None, "zz;q=nonsense,,;", "en"),
        ("es", "en", "es"),
        ("<script>", "en", "en"),
    ],
)
def test_the_language_is_the_visitors_choice_else_the_browsers(
    chosen: str | None, accepted: str | None, language: str
) -> None:
    assert choose_language(chosen, accepted) == language


@pytest.mark.integration
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_one_shell_that_allows_no_script_but_its_own(api: Api, path: str) -> None:
    answer = httpx.get(f"{api.url}{path}", headers={"Accept-Language": "es", "Cookie": 'g4qc_theme="><script>'})
    assert answer.status_code == 200
    assert '<html lang="es" data-theme="auto">' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", answer.text)


@pytest.mark.integration
def test_files_are_kept_for_good_and_nothing_beside_them_is_served(api: Api) -> None:
    shells = [httpx.get(f"{api.url}{path}").text for path in PATHS]
    addresses = sorted({address for shell in shells for address in re.findall(r'(?:src|href)="(/pages/[^"]+)"', shell)})
    base = addresses[0].split("/")[2]
    assert {f"/pages/{base}/{script.relative_to(PAGES).as_posix()}" for script in SCRIPTS} <= set(addresses)
    for address in addresses:
        answer = httpx.get(f"{api.url}{address}")
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"]
    for escape in ("../site.py", "%2e%2e/site.py", "..%2f..%2fsettings.py", "js/../../site.py", ""):
        assert httpx.get(f"{api.url}/pages/{base}/{escape}").status_code == 404, escape
