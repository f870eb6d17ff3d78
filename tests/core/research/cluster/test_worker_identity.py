"""What a process runs, and where two of them differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from g4qc_core.research.cluster.worker_identity import code_digest, own_identity

pytestmark = pytest.mark.fast


def test_a_process_agrees_with_itself() -> None:
    assert own_identity().difference(own_identity()) == ""


@pytest.mark.parametrize("name", ["Python", "numba", "numpy", "g4qc", "the code of g4qc_core"])
def test_a_difference_is_named_with_both_versions(name: str) -> None:
    own = own_identity()
    other = replace(own, versions={**own.versions, name: "0.0.1"})
    assert own.difference(other) == f"{name} 0.0.1 instead of {own.versions[name]}"
    without = replace(own, versions={key: value for key, value in own.versions.items() if key != name})
    assert own.difference(without).startswith(f"{name} none instead of ")


def test_the_digest_follows_contents_and_names_and_not_the_ends_of_lines(tmp_path: Path) -> None:
    def digest(**files: bytes) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, content in files.items():
            (folder / f"{name}.py").write_bytes(content)
        return code_digest(folder)

    one = digest(a=b"x = 1\ny = 2\n", b=b"")
    assert digest(a=b"x = 1\r\ny = 2\r\n", b=b"") == one
    assert len({one, digest(a=b"x = 2\ny = 2\n", b=b""), digest(a=b"x = 1\ny = 2\n", c=b""), digest(a=b"")}) == 4
