"""The trader of `g4qc up --trade`: started again when it fails, later each time, and never once it was stopped."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from g4qc_core.settings import Settings
from g4qc_pipelines.supervision.kept_trader import TRADER_LOG, KeptTrader
from tests.fixtures.waiting import until
from tests.pipelines.test_kept import Clock

pytestmark = pytest.mark.slow


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _program(code: int) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; print('my last words', flush=True); sys.exit({code})")


def test_a_trader_that_fails_comes_back_after_longer_and_longer_pauses(
    settings: Settings, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    def look(kept: KeptTrader) -> bool:
        kept.look()
        said.extend(line for line in capsys.readouterr().out.splitlines() if line)
        return bool(said)

    with ExitStack() as stack:
        kept = KeptTrader(settings, {}, stack, _program(3), clock)
        for pause in (5, 10, 20):
            said.clear()
            until(lambda: look(kept), "the end of the trader")
            assert said[0].startswith("The trader ended by itself with exit code 3")
            assert said[0].endswith(f"It is started again in {pause} s.")
            look(kept)
            assert len(said) == 1
            clock.now += pause
            look(kept)
    assert (settings.home / TRADER_LOG).read_text().count("my last words") >= 3


def test_a_trader_that_was_stopped_stays_so(
    settings: Settings, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        kept = KeptTrader(settings, {}, stack, _program(0), clock)

        def ended() -> str:
            kept.look()
            return capsys.readouterr().out

        until(lambda: ended().startswith("The trader was stopped"), "the end of the trader")
        clock.now += 10_000
        assert ended() == ""
    assert (settings.home / TRADER_LOG).read_text().count("my last words") == 1


def test_its_log_is_private(settings: Settings, clock: Clock) -> None:
    with ExitStack() as stack:
        KeptTrader(settings, {}, stack, _program(0), clock)
    assert Path(settings.home / TRADER_LOG).stat().st_mode & 0o077 == 0
