"""The document of the API that the pages are built from is that of the server, and so are the hints of their forms.

    python -m tests.core.api.test_openapi_file

writes them anew; `npm run types` in `frontend/` then writes the types that follow from the document.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from g4qc_core.messages.catalogue import LANGUAGES
from g4qc_core.messages.translation import in_language

FRONTEND = Path(__file__).parents[3] / "frontend"
SPECS = ("BacktestSpec", "MonteCarloSpec", "PortfolioPart", "PortfolioSpec", "SearchSpec", "WalkForwardSpec")
AGAIN = "write it anew by `python -m tests.core.api.test_openapi_file`, and then the types by `npm run types`"


@cache
def openapi() -> dict[str, Any]:
    """Return the document without the version, which changes by itself."""
    sys.path.insert(0, str(FRONTEND.parent / "docs" / "site"))
    import generated_pages

    found: dict[str, Any] = generated_pages.openapi()
    found["info"]["version"] = "0"
    return found


def descriptions() -> dict[str, str]:
    """Return what each field of a spec is, in English, by the key of its hint."""
    schemas = openapi()["components"]["schemas"]
    return {
        f"hint.{spec}.{name}": field["description"]
        for spec in SPECS
        for name, field in schemas[spec]["properties"].items()
    }


def files() -> dict[Path, str]:
    """Return the files that are made, as text."""
    found = {FRONTEND / "openapi.json": json.dumps(openapi(), indent=1, ensure_ascii=False) + "\n"}
    for language in LANGUAGES:
        hints = {key: in_language(said, language) for key, said in sorted(descriptions().items())}
        path = FRONTEND / "src" / "lang" / language / "hints.json"
        found[path] = json.dumps(hints, indent=2, ensure_ascii=False) + "\n"
    return found


def test_the_pages_are_built_from_the_document_of_this_server() -> None:
    assert [path.name for path, text in files().items() if path.read_text("utf-8") != text] == [], AGAIN


def test_every_field_of_a_spec_is_described_in_every_language() -> None:
    for language in LANGUAGES[1:]:
        assert [key for key, said in descriptions().items() if in_language(said, language) == said] == []


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, "utf-8")
