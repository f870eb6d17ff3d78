"""The verdict of a walk-forward analysis agrees with its checks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.research.walk_forward.walk_forward_spec import WalkForwardSpec
from g4qc_core.services.research.walk_forward.walk_forward_notes import VERDICTS, verdict_of

SPEC = WalkForwardSpec.asked({"search": "sma_cross-ES", "least_efficiency": 0.4, "most_overfitting": 0.6})
share = st.none() | st.floats(0, 1)


@given(profit=st.floats(-1e6, 1e6), efficiency=st.none() | st.floats(-5, 5), overfitting=share, deflated=share)
def test_nothing_survives_that_lost_or_that_a_check_refuses(
    profit: float, efficiency: float | None, overfitting: float | None, deflated: float | None
) -> None:
    found = verdict_of(profit, efficiency, overfitting, deflated, SPEC)
    assert found in VERDICTS
    if found == "survives":
        assert profit > 0
        assert efficiency is not None
        assert efficiency >= 0.4
        assert overfitting is None or overfitting <= 0.6
        assert deflated is not None
        assert deflated >= 0.95


def test_each_reason_has_its_verdict() -> None:
    cases = {
        "lost": (-1.0, 0.9, 0.1, 0.99),
        "unpromised": (1.0, None, 0.1, 0.99),
        "weak": (1.0, 0.3, 0.1, 0.99),
        "overfitted": (1.0, 0.9, 0.8, 0.99),
        "unproven": (1.0, 0.9, 0.1, 0.5),
        "survives": (1.0, 0.9, None, 0.99),
    }
    for verdict, given_figures in cases.items():
        assert verdict_of(*given_figures, SPEC) == verdict
