"""One's own files: which are kept, and where they come back to."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError
from g4qc_core.services.backups.own_files import own_files, pack, place_of, unpack
from g4qc_core.settings import Settings


def written(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_toml", ".toml").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_the_settings_and_the_home_hold_is_kept_and_secrets_are_not(tmp_path: Path) -> None:
    home, own = tmp_path / "home", tmp_path / "own"
    written(home, reports__a="1", strategies__one_py="2", instruments_toml="4")
    written(home, dagster__web_key="secret", postgres__data__x="5")
    (home / ".env").write_text("secret")
    (home / "strategies" / "__pycache__").mkdir()
    (home / "strategies" / "__pycache__" / "one.pyc").write_bytes(b"3")
    written(own, rolls_toml="6")
    settings = Settings(home=home, rolls=own / "rolls.toml", calendars=own / "missing.toml")
    found = {one.kind: [path.name for path in one.files] for one in own_files(settings)}
    assert found == {
        "rolls": ["rolls.toml"],
        "instruments": ["instruments.toml"],
        "strategies": ["one.py"],
        "reports": ["a"],
    }


def test_files_come_back_and_none_is_overwritten(tmp_path: Path) -> None:
    home, new = tmp_path / "home", tmp_path / "new"
    written(home, reports__a="first", reports__b="second", reports__deep__c="third")
    written(new, reports__a="first", reports__b="other")
    [kind] = own_files(Settings(home=home))
    os.utime(home / "reports" / "deep" / "c", (1_000_000_000, 1_000_000_000))
    packed = io.BytesIO()
    assert pack(kind, packed) == 3
    packed.seek(0)
    count, aside = unpack(packed, place_of("reports", Settings(home=new)), new / "aside")
    assert (count, aside) == (3, [new / "aside" / "b"])
    texts = {path: (new / path).read_text() for path in ("reports/a", "reports/b", "reports/deep/c", "aside/b")}
    assert texts == {"reports/a": "first", "reports/b": "other", "reports/deep/c": "third", "aside/b": "second"}
    assert (new / "reports" / "deep" / "c").stat().st_mtime == 1_000_000_000


def test_the_stamp_of_files_changes_with_them(tmp_path: Path) -> None:
    written(tmp_path, reports__a="first")
    [kind] = own_files(Settings(home=tmp_path))
    stamps = [kind.stamp]
    for name, text in (("reports__a", "other and longer"), ("reports__b", "new")):
        written(tmp_path, **{name: text})
        stamps.append(kind.stamp)
    assert len(set(stamps)) == 3
    assert kind.stamp == stamps[-1]


def test_a_path_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w|") as tar:
        about = tarfile.TarInfo("../outside")
        about.size = 1
        tar.addfile(about, io.BytesIO(b"x"))
    archive.seek(0)
    with pytest.raises(SettingsError, match="outside of its folder"):
        unpack(archive, tmp_path / "in", tmp_path / "aside")
    assert not (tmp_path / "outside").exists()
