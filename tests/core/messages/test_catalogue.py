"""The catalogue of sentences: complete in every language, and nothing but what the code says."""

from __future__ import annotations

import ast
import re
from collections import Counter
from string import Formatter

import pytest

from g4qc_core import errors
from g4qc_core.messages.catalogue import FOLDER, LANGUAGES, error_sentences, nouns, sentences, things
from g4qc_core.messages.template import template
from tests.core.messages.sources import modules, pieces_of, raised, said_by_code

pytestmark = pytest.mark.fast

TEMPLATES = [template(code, texts) for code, texts in sentences().items()]
# Sentences that the code puts together of several strings; `test_translation` and `test_backup_health` make them.
COMPOSED = {
    *("unknown.name_near", "unknown.name", "unknown.known", "result.deleted", "field.at_request", "field.given"),
    *(
        "rolls.none_by_rule",
        "rolls.none_by_rule_after_front",
        "rolls.made_by",
        "rolls.make_by",
        "rolls.before_holidays",
    ),
    *("bars.left_out", "bars.not_derived", "bars.stale", "bars.not_asked", "http.body_unreadable"),
    *("worth.tried_times", "worth.tried_times_like", "worth.after_that", "worth.confidence", "worth.at_this_rate"),
    *("worth.less_than_usual", "worth.halvings", "verdict.not_told_apart", "verdict.takes", "verdict.difference"),
    *("verdict.better", "verdict.earned_more", "verdict.earned_not_for_risk", "verdict.for_risk", "verdict.each_more"),
    *("worth.after_that_only", "study_check.only_instrument", "trial.undefined", "study_plan.anchored"),
    *("backups.late_hours", "backups.late_days", "backups.newest_hours", "backups.newest_days"),
    *("database.embedded_does_not_start", "database.embedded_does_not_start_because"),
}
# The share of errors, raised with a text of their own, that the catalogue has; it may only rise.
LEAST_SHARES = {
    "g4qc_core/api": 0.8,
    "g4qc_core/services": 0.8,
    "g4qc_core/backtest": 0.7,
    "g4qc_core/research": 0.45,
    "g4qc_core/bars": 0.7,
    "g4qc_core/storage": 0.5,
    "g4qc_core/ib": 0.4,
}


def gaps(text: str) -> set[str]:
    """The names of the gaps of a template."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def with_either_end(pieces: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The pieces with and without a dot at the end: sentences stand within others, too."""
    *before, last = pieces
    return {(*before, last), (*before, last[:-1] if last.endswith(".") else f"{last}.")}


def test_every_sentence_has_the_same_gaps_in_every_language() -> None:
    assert {code for code, texts in sentences().items() if set(texts) != set(LANGUAGES)} == set()
    assert {code for code, texts in sentences().items() if gaps(texts["en"]) != gaps(texts["es"])} == set()
    assert {code for code, texts in sentences().items() if not texts["es"].strip()} == set()


def test_a_code_is_written_once_and_dotted() -> None:
    found = Counter()
    for path in FOLDER.glob("*.toml"):
        room = ""
        for line in path.read_text("utf-8").splitlines():
            if entry := re.match(r"\[(\w+)\]", line):
                room = entry[1]
            elif path.name != "nouns.toml" and (name := re.match(r"(\w+)\.en = ", line)):
                found[f"{room}.{name[1]}"] += 1
    assert {code: times for code, times in found.items() if times > 1} == {}
    assert set(found) == set(sentences())
    assert all(re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", code) for code in found)


def test_no_two_sentences_are_the_same_in_english() -> None:
    assert [one for one, times in Counter(pieces_of(one) for one in TEMPLATES).items() if times > 1] == []


def test_no_sentence_lies_idle() -> None:
    said = said_by_code()
    idle = {one.code for one in TEMPLATES if not with_either_end(pieces_of(one)) & said}
    pydantic = {code for code in sentences() if code.startswith("field.")}
    assert idle - pydantic - COMPOSED == set()
    assert set(sentences()) >= COMPOSED


@pytest.mark.parametrize(("folder", "least"), LEAST_SHARES.items())
def test_errors_that_a_visitor_can_meet_have_sentences(folder: str, least: float) -> None:
    known = {pieces for one in TEMPLATES for pieces in with_either_end(pieces_of(one))}
    found = [(place, pieces in known) for place, pieces in raised(folder)]
    assert sum(has for _, has in found) / len(found) >= least, [place for place, has in found if not has]


def test_every_noun_that_is_counted_has_its_plural_in_every_language() -> None:
    lacking = []
    for path in (one for one in modules() if "gateway" not in one.parts and "g4qc_core" in one.parts):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "counted" and len(node.args) > 1:
                names = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
                lacking += [(path.name, name) for name in names if name not in nouns()]
    assert lacking == []


def test_every_thing_that_may_be_unknown_has_a_name_in_every_language() -> None:
    lacking = []
    for path in (one for one in modules() if not {"gateway", "g4qc_pipelines"} & {*one.parts}):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "unknown" and node.args:
                name = node.args[0]
                if isinstance(name, ast.Constant) and name.value not in things():
                    lacking.append((path.name, name.value))
    assert lacking == []


def test_every_class_of_errors_has_a_sentence_in_every_language() -> None:
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.G4qcError)]
    named = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one.__name__).lower() for one in kinds}
    bases = {"permanent_error", "transient_error"}
    assert named - bases - set(error_sentences()) == set()
