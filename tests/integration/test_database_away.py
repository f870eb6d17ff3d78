"""A database that goes away in the middle of a run under `g4qc up`: the run ends, and the next one has the gateway."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import URL

from g4qc_core.gateway.faults.switches import Faults
from g4qc_core.gateway.gateway_clock import GatewayClock
from g4qc_core.gateway.simulated_gateway import SimulatedGateway
from tests.fixtures.home import Home, home_on
from tests.fixtures.line import Line, line_to
from tests.fixtures.waiting import until
from tests.fixtures.web import MONTHS, Up, free_ports, up

pytestmark = pytest.mark.integration

_WHY = """query($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events { __typename
  ... on MessageEvent { message } } } } }"""


def asked(gateway: SimulatedGateway) -> int:
    """Requests for bars that the gateway has seen."""
    return sum(fields[0] == "20" for _, fields in list(gateway.received))


def why(web: Up, run_id: str) -> str:
    """The last words about a failed run."""
    events = web.ask(_WHY, id=run_id)["logsForRun"]["events"]
    (failed,) = [event["message"] for event in events if event["__typename"] == "RunFailureEvent"]
    return str(failed)


def through(line: Line, home: Home) -> Home:
    """The home, with the database behind a connection that can be cut."""
    return home.with_(database_url=line.url(home.database), symbols="ES", first_month=MONTHS[2][:7])


def test_a_run_ends_with_its_cause_and_the_next_one_has_the_gateway(
    home_template: URL, make_gateway: Callable[..., SimulatedGateway]
) -> None:
    faults = Faults()
    gateway = make_gateway(faults=faults, clock=GatewayClock(), max_version=178)
    with (
        home_on(home_template, ib_host="127.0.0.1", ib_port=gateway.port, **free_ports()) as direct,
        line_to(home_template) as line,
        up(through(line, direct)) as web,
    ):
        assert web.materialize(["contracts"], "ES").status == "SUCCESS"
        faults.delay = 5.0
        run_id = web.launch(["raw_bars"], f"ES|{MONTHS[2]}")
        until(lambda: asked(gateway) > 0, "the run asked for no bars")
        line.cut()
        # Longer than any of Dagster's own limits for its database: the code server has tried more than once.
        until(lambda: web.log().count("trying again in") > 1, "the code server did not notice the end of the run")
        faults.delay = 0.0
        line.mend()
        assert web.ended(run_id).status == "FAILURE"
        assert "The database did not answer" in why(web, run_id)
        assert web.materialize(["raw_bars"], f"ES|{MONTHS[2]}").status == "SUCCESS"
