"""Long logs lose their oldest lines, and whoever appends goes on at the end."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.shortened_logs import LOGS, shorten_logs


@given(
    lines=st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"") + b"\n")), most=st.integers(0, 90)
)
def test_the_newest_whole_lines_stay(tmp_path_factory, lines: list[bytes], most: int) -> None:  # type: ignore[no-untyped-def]
    home = tmp_path_factory.mktemp("home")
    log = home / LOGS[0]
    log.write_bytes(b"".join(lines))
    with log.open("ab", buffering=0) as writer:
        removed = shorten_logs(home, most)
        kept = log.read_bytes()
        assert len(kept) <= most or removed == 0
        assert removed == len(b"".join(lines)) - len(kept)
        at = next(at for at in range(len(lines) + 1) if b"".join(lines[at:]) == kept)
        # One line more would have been too long.
        assert at == 0 or len(b"".join(lines[at - 1 :])) > most
        writer.write(b"more\n")
    assert log.read_bytes() == kept + b"more\n"


def test_logs_that_are_not_there_and_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "instruments.toml").write_text("long\n" * 100)
    assert shorten_logs(tmp_path, 10) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["instruments.toml"]
    assert (tmp_path / "instruments.toml").stat().st_size == 500
