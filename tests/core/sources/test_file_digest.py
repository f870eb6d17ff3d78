"""The hash of a file that is read, against that of its bytes, however it is read."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g4qc_core.sources.reading.file_digest import FileDigest, content_hash
from g4qc_core.sources.reading.source_files import SourceFile

READS = st.lists(st.tuples(st.sampled_from(["read", "readline", "seek", "open"]), st.integers(0, 40)), max_size=8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bars.csv"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=60), reads=READS)
def test_the_hash_is_that_of_the_content_however_it_is_read(
    path: Path, content: bytes, reads: list[tuple[str, int]]
) -> None:
    path.write_bytes(content)
    source = SourceFile(path, digest=FileDigest())
    assert source.digest is not None
    while reads:
        with source.opened() as file:
            while reads and (step := reads.pop(0))[0] != "open":
                getattr(file, step[0])(step[1])
    assert source.digest.of(path) == hashlib.sha256(content).hexdigest()


def test_a_file_that_was_read_to_its_end_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(b"x" * 5_000)
    expected = content_hash(path)
    source = SourceFile(path, digest=FileDigest())
    assert source.digest is not None
    with source.opened() as file:
        while file.read(1_000):
            pass
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it is read again"))
    assert source.digest.of(path) == expected


def test_a_compressed_file_has_the_hash_of_the_file_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv.gz"
    path.write_bytes(gzip.compress(b"1,2,3\n" * 1_000))
    source = SourceFile(path, digest=FileDigest())
    assert source.digest is not None
    with source.opened() as file:
        assert file.read() == b"1,2,3\n" * 1_000
    assert source.digest.of(path) == content_hash(path)
