"""Health of the nightly backup, beside database, gateway and Dagster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from g4qc_core.file_store import FileStore
from g4qc_core.messages.translation import in_language
from g4qc_core.services.backups.backup_shelf import BackupShelf
from g4qc_core.services.backups.backup_state import backup_state
from tests.fixtures.api import Api
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration


def test_health_tells_of_the_nightly_backup(
    make_home: Callable[..., Home], make_api: Callable[..., Api], tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    home = make_home(backup_target=str(place))
    with make_api(home.settings).client() as client:
        part = client.get("/health").json()["parts"]["backup"]
        assert part["up"] is False
        assert part["about"].startswith(f"none at {place} yet: the schedule nightly_backup makes one")
        spoken = client.get("/health", params={"lang": "es"}).json()["parts"]["backup"]["about"]
        assert spoken.startswith(f"todavía ninguna en {place}")
    assert home.run("db", "backup").code == 0
    newest = BackupShelf(FileStore(str(place))).newest()
    assert newest is not None
    early, late = (backup_state(home.settings, newest.made_at + timedelta(hours=hours)) for hours in (1, 37))
    assert (early.late, late.late) == (False, True)
    assert f"MB at {place}" in early.about
    for state in (early, late):
        assert in_language(state.about, "es") != state.about


def test_a_home_without_nightly_backups_says_nothing_of_them(api: Api) -> None:
    with api.client() as client:
        assert "backup" not in client.get("/health").json()["parts"]
