"""Hooks of the documentation site: pages that are generated, and links to files outside of `docs/`.

mkdocs calls the functions by their names; `mkdocs.yml` lists this file.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import Any

import generated_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]

# Documents of the repository that are pages of the site.
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security-policy.md",
    "benchmarks/README.md": "benchmarks.md",
    "README.md": "index.md",
    "docs/decisions": "decisions/README.md",
    "examples/README.md": "tutorial/first-report.md",
    **{f"examples/{path.stem}.ipynb": f"examples/{path.stem}.md" for path in (ROOT / "examples").glob("*.ipynb")},
}

_CODE = re.compile(r"`[^`]+`")
_LINK = re.compile(r"(?<!`)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List every decision in the navigation, below the index of decisions."""
    decisions = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))
    listed = {"Decisions": ["decisions/README.md", *(f"decisions/{name}" for name in decisions)]}
    _replace(config.nav, "decisions/README.md", listed)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, the documents outside of `docs/`, and the files that pages link to."""
    for uri, write in generated_pages.GENERATED.items():
        files.append(File.generated(config, uri, content=write()))
    files.append(File.generated(config, "reference/openapi.json", content=json.dumps(generated_pages.openapi())))
    for name, uri in PAGES.items():
        path = ROOT / name
        if files.get_file_from_path(uri) is None and path.is_file():
            files.append(File.generated(config, uri, content=_text(path)))
            if path.suffix == ".ipynb":
                files.append(File.generated(config, f"examples/{path.name}", abs_src_path=str(path)))
    for name in sorted(_linked_files(files)):
        files.append(File.generated(config, _copy_of(name), abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links to files outside of `docs/` at their pages or copies in the site."""
    folder = posixpath.dirname(page.file.src_uri)

    def in_site(match: re.Match[str]) -> str:
        name = _resolved(page.file, match[1])
        uri = name.removeprefix("docs/") if name.startswith("docs/") and name not in PAGES else PAGES.get(name)
        target = posixpath.relpath(uri or _copy_of(name), folder or ".")
        return f"]({target}{match[2] or ''})"

    # GitHub wants a bar inside code escaped in a table, and the site shows it with the backslash.
    lines = [_CODE.sub(_without_escapes, line) if line.startswith("|") else line for line in markdown.splitlines()]
    return _LINK.sub(in_site, "\n".join(lines))


def _without_escapes(code: re.Match[str]) -> str:
    return code[0].replace("\\|", "|")


def _text(path: Path) -> str:
    return generated_pages.notebook(path) if path.suffix == ".ipynb" else path.read_text("utf-8")


def _source(file: File) -> str:
    """Return the path in the repository of the document that a page shows."""
    names = {uri: name for name, uri in PAGES.items() if uri != "decisions/README.md" and uri != "index.md"}
    own = (ROOT / "docs" / file.src_uri).exists()
    return f"docs/{file.src_uri}" if own else names.get(file.src_uri, f"docs/{file.src_uri}")


def _resolved(file: File, link: str) -> str:
    """Return the path in the repository that a link of the page leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(_source(file)), link))


def _linked_files(files: Files) -> set[str]:
    pages = [(file, file.content_string) for file in files.documentation_pages()]
    linked = {_resolved(file, link) for file, text in pages for link, _ in _LINK.findall(text)}
    return {name for name in linked if not name.startswith("docs/") and name not in PAGES and (ROOT / name).is_file()}


def _copy_of(name: str) -> str:
    # Without its dot and with the suffix of a text, so that every web server shows it.
    return f"files/{name.lstrip('.')}.txt"


def _replace(nav: list[Any], old: str, new: Any) -> None:
    for at, entry in enumerate(nav):
        if entry == old:
            nav[at] = new
        elif isinstance(entry, dict):
            for inner in entry.values():
                if isinstance(inner, list):
                    _replace(inner, old, new)
