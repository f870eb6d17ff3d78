"""Settings that the tests of the services share."""

from __future__ import annotations

from pathlib import Path

import pytest

from g4qc_core.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that name nothing but a folder."""
    return Settings(_env_file=None, home=tmp_path)  # type: ignore[call-arg]
