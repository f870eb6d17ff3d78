"""The document of the API that the pages are built from is that of the server.

    python -m tests.core.api.test_openapi_file

writes it anew; `npm run types` in `frontend/` then writes the types that follow from it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FILE = ROOT / "frontend" / "openapi.json"


def document() -> str:
    """Return the document as the file has it, without the version, which changes by itself."""
    sys.path.insert(0, str(ROOT / "docs" / "site"))
    import generated_pages

    found = generated_pages.openapi()
    found["info"]["version"] = "0"
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def test_the_pages_are_built_from_the_document_of_this_server() -> None:
    assert FILE.read_text("utf-8") == document(), (
        "write it anew by `python -m tests.core.api.test_openapi_file`, and then the types by `npm run types`"
    )


if __name__ == "__main__":
    FILE.write_text(document(), "utf-8")
