"""The house rules for every file. The list of settings is tested with the settings."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from g4qc_pipelines.cli.root import cli
from tests.docs_site import generated_pages

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(path for package in ("g4qc_core", "g4qc_pipelines") for path in (ROOT / package).rglob("*.py"))
EVERY_MODULE = pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))

LONGEST = 330

KEPT_IN_THE_ROOT = {
    *(".ci", ".dockerignore", ".env.example", ".gitattributes", ".github", ".gitignore", ".importlinter"),
    *(".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "README.md"),
    *("SECURITY.md", "benchmarks", "docker", "docker-compose.yml", "docs", "examples", "frontend", "g4qc_core"),
    *("g4qc_pipelines", "mkdocs.yml", "pyproject.toml", "tests", "uv.lock", "workspace.yaml"),
}

# Split into pieces, because this file is searched, too.
MACHINE_PATHS = ("/" + "work/", "/" + "root/", "/" + "home/")
REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "crates" + ".io",
    "proxy." + "golang.org",
)


def tracked() -> list[Path]:
    """Every file in git."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no clone: git does not say which files belong to it")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@EVERY_MODULE
def test_a_module_says_what_it_knows_and_fits_in_the_head(module: Path) -> None:
    text = module.read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert text.count("\n") <= LONGEST


# Folders whose modules have the name of the noun that they show or store.
FACES = ("g4qc_core/api/routes", "g4qc_core/storage/tables", "g4qc_pipelines/assets", "g4qc_pipelines/cli",
         "g4qc_pipelines/sensors")  # fmt: skip


def repeated(named: list[tuple[str, Path]]) -> dict[str, list[str]]:
    """Names that occur more than once, with their modules."""
    found: dict[str, list[str]] = {}
    for name, module in named:
        found.setdefault(name, []).append(str(module.relative_to(ROOT)))
    return {name: places for name, places in found.items() if len(places) > 1}


def test_a_module_has_a_name_of_its_own() -> None:
    named = [
        (module.stem, module)
        for module in MODULES
        if not module.stem.startswith("__") and str(module.parent.relative_to(ROOT)) not in FACES
    ]
    assert repeated(named) == {}


def test_a_public_class_has_a_name_of_its_own() -> None:
    named = [
        (node.name, module)
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert repeated(named) == {}


@EVERY_MODULE
def test_only_the_settings_read_the_environment(module: Path) -> None:
    # Processes of the pipelines inherit an environment, and Dagster's instance is configured by one.
    allowed = {
        "g4qc_pipelines/instance/dagster_instance.py",
        "g4qc_pipelines/supervision/processes.py",
        # Sandboxes inherit it, and libraries in them are told to use one thread.
        "g4qc_core/research/child_process.py",
        "g4qc_pipelines/commands/graph_commands.py",
    }
    reads = re.search(r"\bos\.(environ|getenv)\b", module.read_text("utf-8"))
    assert not reads or str(module.relative_to(ROOT)) in allowed


@EVERY_MODULE
def test_only_one_room_imports_private_names_of_dagster(module: Path) -> None:
    # The import linter sees an external package as a whole.
    names = [
        name
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    ]
    private = [n for n in names if re.match(r"dagster\w*\._|dagster_(graphql|webserver|postgres|shared)\b", n)]
    assert not private or module.parent.name == "dagster_private"


def test_no_file_knows_this_machine_or_where_packages_come_from() -> None:
    found = []
    for path in tracked():
        text = path.read_text("utf-8", errors="ignore")
        unwanted = MACHINE_PATHS if path.name == "uv.lock" else (*MACHINE_PATHS, *REGISTRIES)
        found += [f"{path.relative_to(ROOT)}: {word}" for word in unwanted if word in text]
    assert found == []


def test_the_root_holds_what_a_reader_expects_there() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= KEPT_IN_THE_ROOT


def test_imports_point_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# A number in words before a noun in the plural: `counts.counted` gives 1 its singular.
_COUNTED = re.compile(
    r"\{(?:len\([^{}]+\)|sum\([^{}]+\)|[^{}]+:,)\} (?:more |new |open |other )?"
    r"(?:bars|sessions|minutes|requests|trades|rolls|months|contracts|runs|rows|hours|days|feeds|backfills|restatements|"
    r"stretches|materializations)\b"
)
_SEVERAL = ("{len(names)}", "{len(contracts)}", "{len(stages)}", "{len(result.equity):,}", "{(last - first).days:,}",
            "{len(run):,}", "{n:,}", "{len(frame)} rows", "{len(cells)}")  # fmt: skip


@EVERY_MODULE
def test_a_count_in_a_sentence_may_be_one(module: Path) -> None:
    found = [match.group(0) for match in _COUNTED.finditer(module.read_text("utf-8"))]
    assert [text for text in found if not text.startswith(_SEVERAL)] == []


# --- the documentation


def documents() -> list[Path]:
    """Return every document for a reader, except the changelog, which also names removed things."""
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md"))]


def console_lines(path: Path) -> list[str]:
    """Return the command lines of the fenced blocks of a document, with continued lines joined."""
    blocks = re.findall(r"^```(?:console|bash|sh)\n(.*?)^```", path.read_text("utf-8"), re.S | re.M)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line.removeprefix("$ ") for line in lines]


def g4qc_calls(path: Path) -> list[list[str]]:
    """Arguments of every call of `g4qc` in a document."""
    words = [shlex.split(line, comments=True) for line in console_lines(path)]
    return [line[line.index("g4qc") + 1 :] for line in words if "g4qc" in line and "run" in line]


CALLS = [(path, call) for path in documents() for call in g4qc_calls(path)]


@pytest.mark.parametrize(("path", "call"), CALLS, ids=[f"{path.name}: {' '.join(call)}" for path, call in CALLS])
def test_a_command_line_of_the_documentation_is_understood(path: Path, call: list[str]) -> None:
    command: click.Command = cli
    while isinstance(command, click.Group):
        name, *call = call
        assert name in command.commands, f"{path.name} names a command {name}"
        command = command.commands[name]
    command.make_context(str(command.name), list(call))


def test_the_readme_shows_a_newcomer_the_first_two_commands() -> None:
    lines = console_lines(ROOT / "README.md")
    assert "pip install uv && uv run g4qc demo" in lines
    assert "pip install uv && uv run pytest" in lines


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_a_link_within_the_house_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text("utf-8"))
    made = {ROOT / "docs" / page for page in generated_pages().GENERATED}
    leads = {link: (path.parent / link).resolve() for link in links}
    assert [link for link, target in leads.items() if target not in made and not target.exists()] == []


# --- the containers

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


def test_the_image_holds_compiled_bytecode() -> None:
    # Its user cannot write any, so that every command would compile all that it imports.
    assert re.search(r"^ENV .*UV_COMPILE_BYTECODE=1", (ROOT / "Dockerfile").read_text("utf-8"), re.M)


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_is_watched_or_chosen(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service.get("healthcheck", {}).get("test") or service.get("profiles")


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_holds_no_secret_and_is_not_open_to_the_network(name: str) -> None:
    service = COMPOSE["services"][name]
    for variable, value in service.get("environment", {}).items():
        secret = re.search(r"PASSWORD|SECRET|TOKEN|USERID", variable) and not variable.endswith("_FILE")
        assert not secret or re.fullmatch(r"\$\{\w+(:-)?\}", str(value)), variable
        assert not re.search(r"://[^/@\s]*:[^/@\s]+@", str(value)), variable
    assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))


def test_images_of_others_are_pinned_by_digest() -> None:
    named = [str(service["image"]) for service in COMPOSE["services"].values() if "build" not in service]
    named += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.M)
    loose = [name for name in named if not re.search(r"@sha256:[0-9a-f]{64}$", name)]
    # Its version is never published twice.
    assert all(re.fullmatch(r"timescale/timescaledb:\d+\.\d+\.\d+-pg\d+", name) for name in loose)
    assert any("ib-gateway" in name for name in named)


def test_every_volume_and_secret_that_is_used_is_declared() -> None:
    services = COMPOSE["services"].values()
    volumes = {str(v).split(":")[0] for s in services for v in s.get("volumes", [])}
    assert volumes == set(COMPOSE["volumes"])
    assert {secret for s in services for secret in s.get("secrets", [])} == set(COMPOSE["secrets"])
