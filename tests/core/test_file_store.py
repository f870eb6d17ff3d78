"""Places for files: a folder of this machine, and a bucket of a server that speaks S3's protocol over the wire."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError, StoreUnavailable
from g4qc_core.file_store import FileStore


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """An empty place of each kind in turn."""
    if request.param == "folder":
        return FileStore(str(tmp_path / "files"))
    return FileStore(request.getfixturevalue("bucket"))


def put(store: FileStore, path: str, content: bytes) -> None:
    with store.writing(path) as file:
        file.write(content)


def stop_after(write: Callable[[bytes], object], content: bytes) -> None:
    write(content)
    raise KeyboardInterrupt


def test_what_is_written_is_read_listed_and_removed(store: FileStore) -> None:
    assert (store.folders(), store.sizes("a"), store.size("a/1")) == ([], {}, None)
    large = bytes(range(256)) * 40_000  # more than a part of an upload
    for path, content in {"a/1": b"one", "a/2": large, "b/1": b""}.items():
        put(store, path, content)
    assert store.folders() == ["a", "b"]
    assert store.sizes("a") == {"a/1": 3, "a/2": len(large)}
    with store.reading("a/2") as file:
        assert file.read() == large
    put(store, "a/1", b"other")
    assert store.size("a/1") == 5
    store.remove("a/1")
    store.remove("a/1")
    assert store.sizes("a") == {"a/2": len(large)}
    store.remove_folder("a")
    store.remove_folder("a")
    assert store.folders() == ["b"]
    with pytest.raises(FileNotFoundError), store.reading("a/2"):
        pass


def test_a_file_that_is_not_finished_does_not_appear(store: FileStore) -> None:
    put(store, "a/whole", b"before")
    for path in ("a/half", "a/whole"):
        with pytest.raises(KeyboardInterrupt), store.writing(path) as file:
            stop_after(file.write, bytes(12_000_000))
    assert store.sizes("a") == {"a/whole": 6}


def test_the_place_above_a_folder_is_found(store: FileStore) -> None:
    put(store, "a/1", b"one")
    above, name = store.below("a").above
    assert (above.place, name) == (store.place, "a")
    assert store.below("a").size("1") == 3


def test_a_folder_is_closed_to_other_users(tmp_path: Path) -> None:
    put(FileStore(str(tmp_path / "new" / "deep")), "a/1", b"one")
    made = [tmp_path / "new", tmp_path / "new" / "deep" / "a", tmp_path / "new" / "deep" / "a" / "1"]
    assert [f"{path.stat().st_mode & 0o777:o}" for path in made] == ["700", "700", "600"]


def test_a_place_that_cannot_be_used_says_so_in_one_sentence(tmp_path: Path, bucket_server: str) -> None:
    (tmp_path / "file").write_bytes(b"x")

    def said(work: Callable[[], object]) -> str:
        with pytest.raises((StoreUnavailable, SettingsError)) as raised:
            work()
        return str(raised.value)

    in_the_way = said(lambda: put(FileStore(str(tmp_path / "file")), "a", b"x"))
    assert in_the_way.endswith("check the place and the rights on it.")
    no_bucket = said(lambda: put(FileStore("s3://nowhere/x"), "a", b"x"))
    assert no_bucket.startswith("The files at s3://nowhere/x cannot be written or read (The specified bucket does not")
    assert said(lambda: FileStore("gopher://x/y")).startswith("Nothing installed can reach gopher:// addresses: use a")
