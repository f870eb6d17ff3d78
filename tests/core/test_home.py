"""The home is closed to other users of the machine: a new one, one that was open, and G4QC's files in a shared one."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.home import private_home
from tests.fixtures.users import SOMEBODY, as_root, uid


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_home_and_what_lies_above_it_are_closed(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        private_home(tmp_path / "above" / "home")
    finally:
        os.umask(before)
    assert _mode(tmp_path / "above") == _mode(tmp_path / "above" / "home") == 0o700


def test_an_open_home_of_an_earlier_version_is_closed_with_its_files(tmp_path: Path) -> None:
    for name in ("reports", "dagster"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o755)
    (tmp_path / "dagster.log").write_text("")
    (tmp_path / "dagster.log").chmod(0o644)
    tmp_path.chmod(0o755)
    private_home(tmp_path)
    assert [_mode(path) for path in (tmp_path, tmp_path / "reports", tmp_path / "dagster.log")] == [0o700, 0o700, 0o600]


def test_a_folder_that_holds_other_things_keeps_its_rights_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "notebook.ipynb").write_text("")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports").chmod(0o755)
    (tmp_path / "notebook.ipynb").chmod(0o644)
    tmp_path.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        private_home(tmp_path)
    assert [_mode(tmp_path), _mode(tmp_path / "notebook.ipynb"), _mode(tmp_path / "reports")] == [0o755, 0o644, 0o700]
    assert f"The folder {tmp_path} is open to other users" in caplog.text


def test_a_link_in_the_home_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    elsewhere.chmod(0o644)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dagster.log").symlink_to(elsewhere)
    private_home(tmp_path / "home")
    assert _mode(elsewhere) == 0o644


@as_root
def test_a_home_that_another_user_made_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, uid(SOMEBODY), -1)
    with pytest.raises(SettingsError, match=rf"belongs to the user '{SOMEBODY}'.*set G4QC_HOME"):
        private_home(tmp_path)


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(SettingsError, match="a file is in the way: set G4QC_HOME"):
        private_home(tmp_path / "home")
