"""The output while a step fails and is tried again."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from g4qc_pipelines import run_progress
from g4qc_pipelines.commands.printing import steps
from tests.fixtures.home import Home


def test_a_step_that_is_tried_again_says_why(make_home: Callable[..., Home]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = make_home(ib_host="127.0.0.1", ib_port=port)
    answer = home.run("extract", "ES", "--from", "2026-10-05", "--to", "2026-10-05")
    assert answer.code == 1
    told = [line for line in answer.errors.splitlines() if "tries again, because it failed" in line]
    assert len(told) == 2
    assert all(f"Nothing listens at 127.0.0.1:{port}" in line for line in told)


def test_a_message_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with steps(1):
        listener = run_progress._listener.get()
        assert listener is not None
        listener("raw_bars", "correct the entry [ES] there")
    assert "correct the entry [ES] there" in capsys.readouterr().err
