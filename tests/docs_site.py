"""The hooks of the documentation site, imported as mkdocs imports them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


def generated_pages() -> ModuleType:
    """Return the module that writes the generated pages."""
    folder = str(ROOT / "docs" / "site")
    sys.path.insert(0, folder)
    try:
        import generated_pages as module
    finally:
        sys.path.remove(folder)
    return module
