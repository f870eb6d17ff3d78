"""The outcome of a simulation: frames, ranks, capital and ruin against plain computations on the same paths."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from g4qc_core.backtest.evaluation import Evaluator
from g4qc_core.backtest.specs.backtest_spec import BacktestSpec
from g4qc_core.code_versions import STUDIES, study_code_version
from g4qc_core.research.monte_carlo.engine_scenarios import scenario_frame
from g4qc_core.research.monte_carlo.monte_carlo_outcome import MonteCarloOutcome
from g4qc_core.research.monte_carlo.monte_carlo_spec import OF_ENGINE, SIMULATIONS, MonteCarloSpec
from g4qc_core.research.monte_carlo.path_frames import MONEY_UNIT, rank
from g4qc_core.research.monte_carlo.path_kernels import DRAWDOWN, FINAL, RUINED
from g4qc_core.research.monte_carlo.path_plans import path_plan
from g4qc_core.research.monte_carlo.simulated_paths import simulate
from tests.core.backtest.series import ES
from tests.core.research.monte_carlo.made_page import BACKTEST, BARS, outcome, sample, scenarios
from tests.core.test_code_versions import fingerprint

ASKED = MonteCarloSpec.asked({"result": "test", "paths": 500, "runs": 5, "goal": 65_000, "seed": 4})

GOLDEN = {1: "2db42b575ef6b71baebdaf5e72e2e722"}
"""Fingerprint of the numbers of a simulation, by the declared version; numbers change only with it."""


def frames() -> dict[str, pd.DataFrame]:
    return outcome(ASKED).frames()


def test_distributions_and_ruin_are_those_of_the_paths() -> None:
    found = frames()
    taken = sample(ASKED)
    figures = simulate(path_plan("block_bootstrap", ASKED, taken)).figures
    rows = found["distributions"].set_index(["simulation", "figure"])
    final = rows.loc[("block_bootstrap", "final_equity")]
    assert final["mean"] == pytest.approx(figures[:, FINAL].mean() / MONEY_UNIT)
    assert final["q5"] == pytest.approx(np.quantile(figures[:, FINAL], 0.05) / MONEY_UNIT)
    assert final["real"] == pytest.approx(60_000 + taken.profits.sum())
    deepest = rows.loc[("block_bootstrap", "max_drawdown")]
    assert deepest["rank"] == pytest.approx((figures[:, DRAWDOWN] > deepest["real"]).mean())
    ruin = found["ruin"].set_index("simulation").loc["block_bootstrap"]
    assert ruin["ruined"] == (figures[:, RUINED] >= 0).sum()
    bins = found["histograms"]
    counts = bins[bins["simulation"] == "block_bootstrap"].groupby("figure")["count"].sum()
    assert set(counts) == {500}


def test_the_fan_ends_at_the_quantiles_of_the_final_equity_and_the_real_path() -> None:
    found = frames()
    fan = found["fan"][found["fan"]["simulation"] == "block_bootstrap"]
    rows = found["distributions"].set_index(["simulation", "figure"])
    final = rows.loc[("block_bootstrap", "final_equity")]
    last = fan.iloc[-1]
    assert [last[name] for name in ("q5", "q50", "q95", "real")] == pytest.approx(
        [final[name] for name in ("q5", "q50", "q95", "real")]
    )
    assert (fan["step"].iloc[0], fan["real"].iloc[0]) == (0, 60_000)
    quantiles = fan[["q5", "q25", "q50", "q75", "q95"]].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_the_risk_falls_with_the_capital_and_the_asked_capitals_keep_theirs() -> None:
    found = outcome(ASKED)
    curve, needed = found.frames()["capital"], found.summary()["capital"]
    assert (np.diff(curve["capital"]) > 0).all()
    assert (np.diff(curve["risk"]) <= 0).all()
    for risk, capital in needed.items():
        row = curve[curve["capital"] == capital].iloc[0]
        assert row["risk"] * 100 <= float(risk)
        assert row["low"] <= row["risk"] <= row["high"]
    assert list(needed.values()) == sorted(needed.values(), reverse=True)


def test_money_and_returns_give_the_same_real_path_and_other_paths() -> None:
    asked = MonteCarloSpec.asked({"result": "test", "paths": 200, "simulations": ["block_bootstrap"]})
    ends = [outcome(asked, compounding).summary()["main"] for compounding in (False, True)]
    assert ends[0]["real_final"] == pytest.approx(ends[1]["real_final"])
    assert ends[0]["real_drawdown"] == pytest.approx(ends[1]["real_drawdown"])
    assert ends[0]["median_final"] != ends[1]["median_final"]


def test_a_longer_horizon_compares_with_the_real_path_as_far_as_it_goes() -> None:
    asked = MonteCarloSpec.asked({"result": "test", "paths": 100, "horizon": 600, "simulations": ["bootstrap"]})
    found = outcome(asked).frames()
    fan = found["fan"]
    assert fan["step"].iloc[-1] == 600
    assert fan["real"].notna().sum() == (fan["step"] <= 250).sum()
    rows = found["distributions"].set_index("figure")
    assert np.isfinite(rows.loc["max_drawdown", "rank"])
    assert np.isnan(rows.loc["longest_drawdown", "rank"])


@pytest.mark.parametrize("simulation", OF_ENGINE)
def test_scenarios_are_seeded_and_change_something(simulation: str) -> None:
    rows = [[one.row() for one in scenarios(ASKED).run(simulation)] for _ in range(2)]
    assert rows[0] == rows[1]
    assert {row["state"] for row in rows[0]} == {"done"}
    assert len({row["final_equity"] for row in rows[0]}) > 1
    other = MonteCarloSpec.asked({**ASKED.to_dict(), "seed": 5})
    assert [one.row() for one in scenarios(other).run(simulation)] != rows[0]


def test_a_scenario_of_parameters_is_the_backtest_with_them() -> None:
    for one in scenarios(ASKED).run("parameters"):
        assert one.found.fingerprint
        assert one.found.parameters["contracts"] == BACKTEST.parameters.get("contracts", 1)


def test_ruin_of_a_run_is_a_margin_call_with_money_left() -> None:
    # The smallest cash with which the backtest itself can pay every margin.
    low, high = 12_000, 60_000
    while high - low > 1:
        cash = (low + high) // 2
        refused = Evaluator(spec_with(cash), BARS, ES, data_version="v", roll_rule="r").evaluate({}).refused
        low, high = (cash, high) if refused else (low, cash)
    asked = MonteCarloSpec.asked({"result": "test", "runs": 40, "simulations": ["costs", "delays"]})
    runs = list(scenarios(asked, spec_with(high)).run("costs"))
    called = [one for one in runs if one.state == "margin_call"]
    assert 0 < len(called) < len(runs)
    assert all("could not pay the margin of 1 contract" in one.found.refused for one in called)
    # What was paid decides: a run is called exactly if its costs are higher than those of the backtest.
    for one in runs:
        slippage, fee = one.changed.get("slippage_ticks", 0.0) * 12.5, one.changed["fee"]
        assert (one.state == "margin_call") == (slippage + fee > 12.5 + float(ES.fee)), one.changed
    found = MonteCarloOutcome(asked, sample(asked))
    found.add_scenarios("costs", scenario_frame(runs))
    ruin = found.frames()["ruin"].iloc[0]
    assert (ruin["ruined"], ruin["paths"]) == (len(called), len(runs))
    assert found.summary()["scenarios"]["costs"]["done"] == len(runs) - len(called)


def spec_with(cash: int) -> BacktestSpec:
    return BACKTEST.model_copy(update={"cash": Decimal(cash)})


def test_ranks_count_equal_values_half() -> None:
    assert rank(np.array([1.0, 2.0, 2.0, 3.0]), 2.0) == 0.5
    assert rank(np.array([1.0, 2.0]), 5.0) == 1.0


def test_a_level_above_the_capital_ruins_every_path_and_is_said() -> None:
    asked = MonteCarloSpec.asked({"result": "test", "paths": 20, "simulations": ["bootstrap"], "ruin": "contract"})
    taken = sample(asked)
    poor = type(taken)(**{**vars(taken), "cash": 9_000.0})
    found = MonteCarloOutcome(asked, poor)
    found.add_paths("bootstrap", simulate(path_plan("bootstrap", asked, poor)))
    assert found.frames()["ruin"]["risk"].tolist() == [1.0]
    assert "every path is ruined from the start" in found.notes[0]


def test_numbers_change_only_with_the_declared_version() -> None:
    found = frames()
    made = fingerprint(*(found[name].drop(columns="words", errors="ignore") for name in sorted(found)))
    version = STUDIES["monte_carlo"].number
    assert GOLDEN.get(version) == made, (
        f"A simulation gives other numbers than its version {version}: if that is meant, raise it in "
        f"g4qc_core.code_versions and add {version + 1}: {made!r} to GOLDEN, which keeps the older ones."
    )
    assert list(GOLDEN) == list(range(1, version + 1))
    assert study_code_version("monte_carlo").startswith(f"monte_carlo {version}, ")
    assert len(SIMULATIONS) == 8
