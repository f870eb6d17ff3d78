"""Wrong requests are refused before anything runs or is stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from g4qc_core.errors import UsageError
from g4qc_pipelines.supervision.processes import check_port
from tests.fixtures.home import Home

BARS = ["bars_1min", "bars_1h"]


def test_a_range_must_run_forward_within_one_instrument(make_home: Callable[..., Home]) -> None:
    with make_home().bench() as bench:
        for first, last, wrong in (
            ("ES|2026-10-01", "ES|2026-09-01", "The range is reversed"),
            ("ES|2026-09-01", "NQ|2026-10-01", "names two instruments"),
        ):
            with pytest.raises(UsageError, match=wrong):
                bench.runner.run(BARS, first, last)
        assert bench.runner.instance.get_runs() == []


def test_a_class_that_cannot_be_imported_leaves_no_spec_behind(make_home: Callable[..., Home]) -> None:
    home = make_home()
    answer = home.run("backtest", "no_such_module:Klass", "--instrument", "ES", "--timeframe", "1h")
    assert (answer.code, answer.errors.count("\n")) == (2, 1)
    assert "no_such_module:Klass cannot be imported" in answer.errors
    with home.bench() as bench:
        assert bench.stores.backtests.specs() == []


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_of_this_host_is_not_blamed_on_another_program(host: str) -> None:
    with pytest.raises(UsageError, match="no address to listen on here"):
        check_port(8123, "--host", host)
