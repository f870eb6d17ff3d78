"""The folder of imports: what lies in it is found, and nothing leads out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.errors import AccessDenied, NotFound, UsageError
from g4qc_core.services.imports.import_folder import path_in_folder

NAMES = st.sampled_from([".", "..", "es", "ES.csv", "secret.csv", "out", "inner", "", "~", "/", "a\x7f"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of imports, and a file beside it."""
    (tmp_path / "files" / "es").mkdir(parents=True)
    (tmp_path / "files" / "es" / "ES.csv").write_text("1\n")
    (tmp_path / "secret.csv").write_text("1\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "own.csv").write_text("1\n")
    return tmp_path / "files"


def test_files_and_folders_below_it_are_found(folder: Path) -> None:
    assert path_in_folder(folder, "es/ES.csv") == folder / "es" / "ES.csv"
    assert path_in_folder(folder, "./es") == folder / "es"
    (folder / "inner.csv").symlink_to(folder / "es" / "ES.csv")
    assert path_in_folder(folder, "inner.csv") == folder / "inner.csv"


def test_without_a_folder_nothing_is_imported() -> None:
    with pytest.raises(AccessDenied, match="set G4QC_IMPORT_FOLDER on the server"):
        path_in_folder(None, "es")


@pytest.mark.parametrize("named", ["../secret.csv", "es/../../secret.csv", "/etc/passwd", "..", "..\\secret.csv"])
def test_a_path_out_of_it_is_refused_whether_or_not_it_exists(folder: Path, named: str) -> None:
    for name in (named, f"{named}-absent"):
        with pytest.raises(AccessDenied, match=r"leads out of the folder|\.\.-absent"):
            path_in_folder(folder, name if name != "..-absent" else "..")


@pytest.mark.parametrize("inside", [False, True])
def test_a_link_out_of_it_is_refused(folder: Path, tmp_path: Path, inside: bool) -> None:
    link = folder / "es" / "out.csv" if inside else folder / "out.csv"
    link.symlink_to(tmp_path / "secret.csv")
    with pytest.raises(AccessDenied, match="leads out of the folder"):
        path_in_folder(folder, "es" if inside else "out.csv")
    (folder / "gone.csv").symlink_to(tmp_path / "nothing.csv")
    with pytest.raises(AccessDenied):
        path_in_folder(folder, "gone.csv")
    (folder / "other").symlink_to(tmp_path / "other")
    for named in ("other", "other/own.csv", "other/nothing.csv"):
        with pytest.raises(AccessDenied):
            path_in_folder(folder, named)
    (folder / "loop").symlink_to(folder / "loop")
    with pytest.raises((AccessDenied, NotFound)):
        path_in_folder(folder, "loop")


def test_what_is_not_there_is_not_found(folder: Path) -> None:
    with pytest.raises(NotFound, match="not in the folder of imports"):
        path_in_folder(folder, "nq")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(parts=st.lists(NAMES, min_size=1, max_size=6), absolute=st.booleans())
def test_whatever_is_named_lies_in_it(folder: Path, parts: list[str], absolute: bool) -> None:
    try:
        found = path_in_folder(folder, "/" * absolute + "/".join(parts))
    except (AccessDenied, NotFound, UsageError):
        return
    assert found.resolve().is_relative_to(folder.resolve())
