"""`g4qc gateway --faults FILE`: the script plays, faults are reported, and a malformed file is refused at the start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from g4qc_core.errors import PacingViolation
from g4qc_core.ib.ib_source import IbSource
from g4qc_core.instruments.registry import load_registry
from tests.fixtures.waiting import PATIENCE

pytestmark = pytest.mark.integration

ES = load_registry()["ES"]


def start(folder: Path, script: str, *options: str) -> subprocess.Popen[str]:
    file = folder / "bad-night.toml"
    file.write_text(script)
    command = [sys.executable, "-m", "g4qc_pipelines.cli", "gateway", "--port", "0", "--json", "--faults", str(file)]
    command += options
    environment = {name: value for name, value in os.environ.items() if not name.startswith("G4QC_")}
    return subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_plays_the_script_and_tells_of_it(tmp_path: Path) -> None:
    with start(tmp_path, '[[fault]]\ndo = "pacing"\non = "contracts"\nnth = 1\n') as gateway:
        try:
            assert gateway.stdout is not None
            with IbSource("127.0.0.1", json.loads(gateway.stdout.readline())["port"], 11) as source:
                with pytest.raises(PacingViolation):
                    source.chain(ES)
                assert source.chain(ES)
        finally:
            gateway.send_signal(signal.SIGINT)
            _, told = gateway.communicate(timeout=PATIENCE)
    assert "on contracts: pacing" in told


def test_bars_of_years_ago_are_warned_of_without_the_clock_of_their_time(tmp_path: Path) -> None:
    (tmp_path / "contracts.csv").write_text(
        "instrument,local_symbol,contract_month,last_trade_date\nES,ESZ3,201312,2013-12-20\n", "utf-8"
    )
    bars = "timestamp,open,high,low,close,volume\n2013-12-20T14:28:00Z,10.25,11.0,10.0,10.5,5\n"
    (tmp_path / "ESZ3.csv").write_text(bars, "utf-8")
    with start(tmp_path, "", "--replay", str(tmp_path)) as gateway:
        assert gateway.stdout is not None
        assert json.loads(gateway.stdout.readline())["port"]
        gateway.send_signal(signal.SIGINT)
        _, told = gateway.communicate(timeout=PATIENCE)
    assert f"it lists no contract of {tmp_path}" in told
    assert "Give the time of their bars with --now" in told


def test_a_bad_script_ends_the_command_with_file_line_and_field(tmp_path: Path) -> None:
    with start(tmp_path, '[[fault]]\ndo = "pacing"\nnht = 1\n') as gateway:
        output, errors = gateway.communicate(timeout=PATIENCE)
    assert (gateway.returncode, output) == (1, "")
    assert "bad-night.toml, line 3: fault 1, nht: Unknown field 'nht': did you mean 'nth'?" in errors
    assert "Traceback" not in errors
