"""References in sentences and documents exist: commands with their options, settings, and documents."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import click

from g4qc_core.settings import Settings
from g4qc_pipelines.cli.root import cli
from tests.test_house import MODULES, ROOT, documents

DOCUMENTS = documents()
PAGES = sorted((ROOT / "g4qc_core" / "api" / "pages").rglob("*.js")) + sorted((ROOT / "g4qc_core").rglob("*.toml"))
DICTIONARIES = sorted((ROOT / "g4qc_core" / "api" / "pages" / "lang").glob("*.json"))

# Options of other programs that sentences and documents name.
OTHERS = {
    *("--appendonly", "--bind", "--build", "--fix", "--no-default-groups", "--no-dev", "--no-nanny", "--no-sync"),
    *("--nthreads", "--profile", "--read-only", "--requirepass", "--scale", "--sets", "--symbols", "--with"),
}


@lru_cache
def texts(path: Path) -> tuple[str, ...]:
    """Texts of a file that a user may read; a value in a sentence is `VALUE`."""
    content = path.read_text("utf-8")
    if path.suffix == ".py":
        return tuple(_literals(ast.parse(content)))
    return tuple(json.loads(content).values()) if path.suffix == ".json" else (content,)


def _literals(tree: ast.AST) -> Iterator[str]:
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "VALUE" for part in node.values)  # type: ignore[misc]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value


FILES = [*MODULES, *DOCUMENTS, *PAGES, *DICTIONARIES]


def found_in(files: Iterable[Path], look: Callable[[str], Iterable[str]]) -> dict[str, list[str]]:
    """Return everything that `look` finds in the texts of each file, by file, without files that have none."""
    found = {str(path.relative_to(ROOT)): sorted({hit for text in texts(path) for hit in look(text)}) for path in files}
    return {path: hits for path, hits in found.items() if hits}


@lru_cache
def all_options() -> frozenset[str]:
    found: set[str] = {"--help"}
    groups: list[click.Command] = [cli]
    while groups:
        command = groups.pop()
        found |= {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        groups += command.commands.values() if isinstance(command, click.Group) else []
    return frozenset(found)


def wrong_calls(text: str) -> list[str]:
    """Calls of `g4qc` in backticks that name a command or an option that does not exist."""
    wrong = []
    for call in re.findall(r"`(?:uv run )?(g4qc(?: [^`]*)?)`", text):
        for words in _alternatives(call.split()[1:]):
            command: click.Command = cli
            while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z][a-z-]*", words[0]):
                if words[0] not in command.commands:
                    wrong.append(call)
                    break
                command = command.commands[words.pop(0)]
            known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
            named = [match[0] for word in words if (match := re.match(r"--[a-z][a-z-]*", word))]
            wrong += [f"{call}: {option}" for option in named if option not in known]
    return wrong


def _alternatives(words: list[str]) -> list[list[str]]:
    """`accept|drop BAR` as two calls."""
    for at, word in enumerate(words):
        if "|" in word and re.fullmatch(r"[a-z|-]+", word):
            return [[*words[:at], one, *words[at + 1 :]] for one in word.split("|")]
    return [list(words)]


def test_commands_and_their_options_in_sentences_exist() -> None:
    assert found_in(FILES, wrong_calls) == {}


def test_options_in_sentences_exist() -> None:
    def look(text: str) -> Iterable[str]:
        named = re.findall(r"(?<![\w(-])--[a-z][a-z-]+", text) if " " in text else []
        return set(named) - all_options() - OTHERS

    assert found_in([*MODULES, *DOCUMENTS, *DICTIONARIES], look) == {}


def test_settings_in_sentences_exist() -> None:
    known = {f"G4QC_{name.upper()}" for name in Settings.model_fields} | {"G4QC_TEST_TIMESCALE_URL"}
    assert found_in(FILES, lambda text: set(re.findall(r"\bG4QC_[A-Z0-9_]+[A-Z0-9]\b", text)) - known) == {}


def test_files_in_sentences_exist() -> None:
    def look(text: str) -> Iterable[str]:
        named = re.findall(r"\b(?:docs|g4qc_core|g4qc_pipelines|tests|benchmarks)/[\w/.-]+\.[a-z]{2,5}\b", text)
        return (name for name in named if not (ROOT / name).exists())

    assert found_in(FILES, look) == {}


def anchors(path: Path) -> set[str]:
    """Anchors of a document's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_links_to_headings_lead_to_one() -> None:
    wrong = []
    for path in DOCUMENTS:
        for file, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", path.read_text("utf-8")):
            if anchor not in anchors(path.parent / file if file else path):
                wrong.append(f"{path.name}: {file}#{anchor}")
    assert wrong == []


def test_a_call_that_names_nothing_is_found() -> None:
    assert wrong_calls("Run `g4qc extract ES --fro 2026-01-01` or `g4qc quarantine accept|dorp BAR`.") == [
        "g4qc extract ES --fro 2026-01-01: --fro",
        "g4qc quarantine accept|dorp BAR",
    ]
