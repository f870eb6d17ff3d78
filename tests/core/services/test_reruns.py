"""Which backtests are due to run again, by the series of their newest result and what was launched before."""

from __future__ import annotations

import pytest

from g4qc_core.services.backtests.reruns import due_reruns
from g4qc_core.services.backtests.result_inputs import Inputs

CHANGED = Inputs("es", used="v1", now="v2", pending=[])


def test_a_changed_series_is_due_once_for_each_version() -> None:
    assert due_reruns([CHANGED], {}, {"es"}) == {"es": "v2"}
    assert due_reruns([CHANGED], {"es": "v1"}, {"es"}) == {"es": "v2"}
    assert due_reruns([CHANGED], {"es": "v2"}, {"es"}) == {}


@pytest.mark.parametrize(
    "inputs",
    [
        Inputs("es", used="v1", now="v1", pending=[]),
        Inputs("es", used="v1", now=None, pending=[]),
        Inputs("es", used="v1", now="v2", pending=["ES|2026-10-01"]),
    ],
)
def test_a_series_that_did_not_change_or_is_still_being_made_is_not_due(inputs: Inputs) -> None:
    assert due_reruns([inputs], {}, {"es"}) == {}


def test_a_spec_without_a_partition_is_not_due() -> None:
    assert due_reruns([CHANGED], {}, set()) == {}
