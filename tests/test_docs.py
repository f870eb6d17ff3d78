"""The documentation: its generated reference is whole, its site builds, and it loads nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from g4qc_core.settings import Settings
from g4qc_pipelines.cli.root import cli
from tests.docs_site import generated_pages
from tests.test_house import ROOT, documents

PAGES = generated_pages()

# Sentences that stopped newcomers, and turns of the same kind.
UNWANTED = (
    "What is not said is taken from",
    "Others are a command",
    "hears of failures",
    "the prices it sees are contract money",
    "one of the joining rather than of the strategy",
    "of which nobody",
    "contract money",
)


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def test_the_reference_names_every_command_and_every_option() -> None:
    page = PAGES.command_line()
    sections = dict(re.findall(r"^## (g4qc [^\n]+)\n(.*?)(?=^## |\Z)", page, re.S | re.M))
    known = dict(commands(cli, "g4qc"))
    assert set(sections) == set(known)
    for name, command in known.items():
        options = [option for one in command.params if isinstance(one, click.Option) for option in one.opts]
        assert [option for option in options if option not in sections[name]] == [], name


def test_the_reference_names_every_setting_once() -> None:
    listed = re.findall(r"^\| `(G4QC_[A-Z0-9_]+)` \|", PAGES.settings(), re.M)
    assert sorted(listed) == sorted(f"G4QC_{name.upper()}" for name in Settings.model_fields)


def test_the_reference_names_every_route() -> None:
    page = PAGES.rest_api()
    assert all(f"`{path}`" in page for path in PAGES.openapi()["paths"])


def test_the_reference_names_every_public_name() -> None:
    import g4qc_core

    public = set(g4qc_core.__all__)
    assert set(PAGES.public_names()) == public
    page = PAGES.python_api()
    assert all(f"::: {path}" in page for path in PAGES.public_names().values())


def test_no_sentence_is_left_that_stopped_a_newcomer() -> None:
    texts = [*documents(), ROOT / ".env.example", ROOT / "CHANGELOG.md", *(ROOT / "g4qc_core").rglob("*.toml")]
    found = {
        path.name: text for path in texts for text in UNWANTED if text in " ".join(path.read_text("utf-8").split())
    }
    assert found == {}


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # The page for an unknown address is shown below any address, so that its links begin at the root.
    built = [path for path in (tmp_path / "site").rglob("*.html") if path.name != "404.html"]
    pages = {path: path.read_text("utf-8") for path in built}
    assert len(pages) > 60
    loads = re.compile(
        r"""<(?:script|img|iframe)[^>]*\ssrc="?(https?:)?//|<link[^>]*rel="?(?:stylesheet|preconnect)"?[^>]*//"""
    )
    assert [str(path) for path, text in pages.items() if loads.search(text)] == []
    links = {
        (path.parent / link).resolve()
        for path, text in pages.items()
        for link in re.findall(r"""<a[^>]*\shref="?([^"#\s>]+)""", text)
        if not re.match(r"[a-z]+:", link)
    }
    assert sorted(str(link) for link in links if not link.exists()) == []


# --- what a contributor meets first


def test_the_workflow_runs_what_runs_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    steps = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    assert any(".ci/run" in step for step in steps)


def test_forms_and_hooks_can_be_read() -> None:
    for path in [*(ROOT / ".github").rglob("*.yml"), ROOT / ".pre-commit-config.yaml"]:
        assert yaml.safe_load(path.read_text("utf-8")), path.name


def test_the_changelog_has_the_version_of_the_package_with_a_date() -> None:
    version = re.search(r'^version = "([^"]+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert version is not None
    heads = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert heads[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(version[1])}, \d{{4}}-\d\d-\d\d", heads[1])
