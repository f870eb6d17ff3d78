"""The shell of the pages, the files they are made of and the words they say, without a browser."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from string import Formatter

import httpx
import pytest

from g4qc_core.api.site import ALIASES, BUNDLE, LANGUAGES, PATHS, choose_language
from g4qc_core.backtest.specs.spec_fields import spec_fields
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.storage.request_ledger import Outcome
from tests.fixtures.api import Api

FRONTEND = Path(__file__).parents[3] / "frontend"
SOURCES = sorted(
    path
    for path in (FRONTEND / "src").rglob("*")
    if path.suffix in (".ts", ".tsx") and ".test." not in path.name and path.name not in ("schema.d.ts", "testing.ts")
)
TEXT = "\n".join(path.read_text("utf-8") for path in SOURCES)
PARTS = {name: sorted((FRONTEND / "src" / "lang" / name).glob("*.json")) for name in LANGUAGES}
DICTIONARIES = {
    name: {key: text for part in parts for key, text in json.loads(part.read_text("utf-8")).items()}
    for name, parts in PARTS.items()
}
FILES = sorted(path.relative_to(BUNDLE).as_posix() for path in BUNDLE.rglob("*") if path.is_file())
# Choices of a field of a spec are looked up under the name of the field.
CHOICES = {field.name for field in spec_fields() if field.choices}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(FRONTEND).as_posix())
def test_a_source_writes_no_markup_and_runs_no_text(source: Path) -> None:
    text = source.read_text("utf-8")
    unsafe = r"innerHTML|InnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    assert not re.search(unsafe, text)


def test_nothing_in_the_pages_names_another_address_but_as_a_link() -> None:
    more = list(FRONTEND.joinpath("src").rglob("*.css"))
    own = [*SOURCES, *more, FRONTEND / "index.html", BUNDLE.with_name("shell.html")]
    found = {address for path in own for address in re.findall(r"https?://[\w./-]+", path.read_text("utf-8"))}
    assert found <= {"https://www.tradingview.com/", "http://www.w3.org/2000/svg"}


def test_the_dictionaries_have_the_same_keys_and_the_same_gaps_to_fill() -> None:
    gaps = [
        {key: {gap for _, gap, _, _ in Formatter().parse(text) if gap} for key, text in dictionary.items()}
        for dictionary in DICTIONARIES.values()
    ]
    assert all(one == gaps[0] for one in gaps)
    assert all(text.strip() for dictionary in DICTIONARIES.values() for text in dictionary.values())


def test_a_key_stands_in_one_part_of_a_dictionary_and_in_the_same_one_in_every_language() -> None:
    places = [
        [(part.name, key) for part in parts for key in json.loads(part.read_text("utf-8"))] for parts in PARTS.values()
    ]
    assert all(set(one) == set(places[0]) for one in places)
    assert [key for key, times in Counter(key for _, key in places[0]).items() if times > 1] == []


def test_a_field_of_a_spec_has_a_label_in_every_language() -> None:
    script = (FRONTEND / "src" / "pages" / "backtests" / "form" / "specForm.ts").read_text("utf-8")
    labels = dict(re.findall(r"(\w+): \"(\w+)\"", re.findall(r"const LABELS[^=]*= \{(.*?)\}", script)[0]))
    for field in spec_fields():
        for dictionary in DICTIONARIES.values():
            if field.name not in ("strategy", "parameters"):
                assert dictionary[f"field.{labels.get(field.name, field.name)}"]
            assert {f"{field.name}.{one}" for one in field.choices if field.name != "timeframe"} <= set(dictionary)


def test_the_chart_offers_every_adjustment() -> None:
    script = (FRONTEND / "src" / "chart" / "view.ts").read_text("utf-8")
    offered = re.findall(r"export const ADJUSTMENTS = (\[.*?\]) as const;", script)[0]
    assert json.loads(offered) == [str(one) for one in Adjustment]


def test_every_outcome_of_a_request_has_a_word() -> None:
    assert {f"outcome.{outcome}" for outcome in Outcome} <= set(DICTIONARIES["en"])


def test_every_sentence_that_a_source_says_is_in_the_dictionary_and_none_lies_idle() -> None:
    asked = set(re.findall(r"""\bt\(\s*["']([\w.-]+)["']""", TEXT))
    said = asked | set(re.findall(r"""["'](\w+\.[\w.-]+)["']""", TEXT))
    # Words of the server, and of lists, are looked up by the beginning of their key.
    stems = CHOICES | set(re.findall(r"""\bword\(\s*["']([\w.-]+)["']""", TEXT))
    stems |= set(re.findall(r"`([\w-]+(?:\.[\w-]+)*)\.\$\{", TEXT))
    keys = {re.sub(r"\.(one|other)$", "", key) for key in DICTIONARIES["en"]}
    assert asked - keys == set()
    assert {key for key in keys - said if not any(key.startswith(f"{stem}.") for stem in stems)} == set()


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
@pytest.mark.parametrize("path", [*PATHS, *ALIASES])
def test_every_page_is_one_shell_that_allows_no_script_but_its_own(api: Api, path: str) -> None:
    answer = httpx.get(f"{api.url}{path}", headers={"Accept-Language": "es", "Cookie": 'g4qc_theme="><script>'})
    assert answer.status_code == 200
    assert '<html lang="es" data-theme="auto">' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=", answer.text)
    linked = set(re.findall(r'(?:src|href)="/pages/\w+/([^"]+)"', answer.text))
    assert {"js/main.js", "js/es.js"} <= linked <= set(FILES)
    assert "js/en.js" not in linked


@pytest.mark.integration
def test_files_are_kept_for_good_and_packed_and_nothing_beside_them_is_served(api: Api) -> None:
    with httpx.Client(base_url=api.url) as client:
        base = re.findall(r'src="/pages/(\w+)/js/main.js"', client.get("/").text)[0]
        for name in FILES:
            content = (BUNDLE / name).read_bytes()
            for accepted, coding in (("gzip", "gzip"), ("identity", None), ("gzip;q=0", None)):
                answer = client.get(f"/pages/{base}/{name}", headers={"Accept-Encoding": accepted})
                assert (answer.status_code, answer.content) == (200, content), name
                assert answer.headers.get("Content-Encoding") == coding, name
                assert "immutable" in answer.headers["Cache-Control"]
                assert "Accept-Encoding" in answer.headers["Vary"]
        for escape in ("../site.py", "%2e%2e/site.py", "..%2f..%2fsettings.py", "js/../../site.py", ""):
            assert client.get(f"/pages/{base}/{escape}").status_code == 404, escape
