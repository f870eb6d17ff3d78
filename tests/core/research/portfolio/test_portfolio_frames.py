"""The frames of a portfolio: columns and types, sums to the cent, and figures of the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from g4qc_core.code_versions import STUDIES, study_code_version
from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.analysis.portfolio_frames import (
    FRAMES,
    PortfolioAccount,
    portfolio_frames,
    portfolio_summary,
)
from g4qc_core.research.portfolio.contracts.contract_targets import nearest_whole
from g4qc_core.research.portfolio.contracts.whole_contracts import tradable_contracts
from g4qc_core.research.portfolio.weights.instrument_weights import METHODS, instrument_weights
from g4qc_core.research.portfolio.weights.return_correlation import return_covariance
from tests.core.research.portfolio.portfolio_accounts import NAMES, synthetic_account
from tests.core.test_code_versions import fingerprint, steps


def test_every_frame_has_its_columns_and_parts_sum_to_the_cent() -> None:
    account = synthetic_account()
    frames = portfolio_frames(account)
    assert list(frames) == list(FRAMES)
    assert len(frames["positions"]) == len(account.days) * len(NAMES)
    assert len(frames["correlation"]) == len(NAMES) ** 2
    profit = round(float(account.equity[-1]) - account.cash, 2)
    assert round(frames["instruments"]["profit"].sum(), 2) == profit
    assert frames["instruments"]["risk_share"].sum() == pytest.approx(1)
    assert frames["instruments"]["risk_share_ideal"].sum() == pytest.approx(1)
    lost = frames["drawdown_parts"].groupby("number")["money"].sum().to_numpy()
    assert lost == pytest.approx(frames["drawdowns"]["money"].to_numpy(), abs=0.005)
    assert frames["equity"]["costs"].sum() == pytest.approx(frames["instruments"]["costs"].sum(), abs=0.01)
    for frame in frames.values():
        for name in ("trade_date", "peak", "deepest", "recovered"):
            if name in frame.columns:
                assert str(frame[name].dtype) == "datetime64[s]"


def test_the_order_of_instruments_only_orders_the_rows() -> None:
    account = synthetic_account()
    order = [3, 0, 5, 1, 4, 2]
    turned = replace(
        account,
        instruments=[NAMES[at] for at in order],
        **{
            name: getattr(account, name)[:, order]
            for name in (
                "money", "ideal_money", "contracts", "ideal_contracts", "costs", "traded", "contract_money", "volume",
            )
        },
    )  # fmt: skip
    one, other = (portfolio_frames(each)["instruments"].set_index("instrument") for each in (account, turned))
    other = other.loc[list(NAMES)]
    for name in one.columns.drop("currency"):
        assert other[name].to_numpy() == pytest.approx(one[name].to_numpy(), rel=1e-9, nan_ok=True)


def test_a_portfolio_that_holds_its_ideal_has_no_distance() -> None:
    account = synthetic_account()
    same = replace(account, money=account.ideal_money, equity=account.ideal_equity)
    summary = portfolio_summary(same)
    assert summary["tracking_error"] == 0
    assert summary["share_of_risk"] == 1
    assert summary["relative_distance"] == 0


def test_a_capital_that_buys_nothing_holds_no_instrument() -> None:
    account = synthetic_account(cash=2_000.0)
    summary, frames = portfolio_summary(account), portfolio_frames(account)
    assert summary["instruments_held"] == 0
    assert summary["tracking_error"] == pytest.approx(summary["ideal_volatility"])
    assert summary["concentration"] is None
    assert (frames["instruments"]["least_capital"] > 2_000).all()
    assert frames["drawdowns"].empty
    assert frames["drawdown_parts"].empty


def test_the_distance_falls_with_capital_and_thresholds_agree_with_it() -> None:
    frames = portfolio_frames(synthetic_account(buffer=0.0))
    capitals = frames["capitals"]
    assert capitals["capital"].is_monotonic_increasing
    for row in capitals.itertuples():
        assert row.held == (frames["instruments"]["least_capital"] <= row.capital * (1 + 1e-12)).sum()
    assert capitals["tracking_error"].iloc[-1] < capitals["tracking_error"].iloc[0]


def test_own_sizing_has_thresholds_of_its_average_position() -> None:
    account = synthetic_account(target=None)
    least = portfolio_frames(account)["instruments"]["least_capital"].to_numpy()
    average = np.abs(account.ideal_contracts).mean(axis=0)
    assert least == pytest.approx(0.5 * account.cash / average)


def test_too_few_sessions_and_wrong_shapes_are_one_sentence() -> None:
    with pytest.raises(UsageError, match="The volatility of ES takes at least 20 sessions, and there are 2"):
        portfolio_frames(synthetic_account(sessions=2))
    with pytest.raises(UsageError, match="The equity of a portfolio has the shape"):
        synthetic_account(equity=np.zeros(3))


def test_an_instrument_that_ended_long_ago_keeps_its_figures() -> None:
    account = synthetic_account()
    money = account.contract_money.copy()
    money[200:, 2] = np.nan
    ended = portfolio_frames(replace(account, contract_money=money))["instruments"].set_index("instrument")
    assert ended.loc["CL", "contract_risk"] == pytest.approx(money[:200, 2].std(ddof=1) * np.sqrt(252))


def test_numbers_change_only_with_the_declared_version() -> None:
    # Raise the version of `portfolio` in `g4qc_core.code_versions` with a change of numbers, and add the new digits.
    version = STUDIES["portfolio"].number
    golden = {1: "f2b5c4fd0bca3862abb1f2e5ca7e729b", 2: "f2b5c4fd0bca3862abb1f2e5ca7e729b"}
    found = golden_digits()
    assert golden.get(version) == found, f"the portfolio gives other numbers than its version {version}: {found}"
    assert sorted(golden) == list(range(1, version + 1))
    assert study_code_version("portfolio").startswith(f"portfolio {version}, ")


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its numbers rounded to seven decimals."""
    return frame.assign(**frame.select_dtypes("float64").round(7))


def golden_digits() -> str:
    """Fingerprint of the weights by each method, of whole contracts and of all frames, from fixed whole numbers."""
    n, sessions = 4, 90
    sizes = np.array([12.5, 20.0, 10.0, 31.25])
    common = steps(3, sessions, 40)[:, None] * np.array([2, 1, 0, -1])
    money = (common + steps(5, sessions * n, 60).reshape(sessions, n)) * sizes
    found: list[object] = [
        instrument_weights(method, money, by_hand=[0.1, 0.2, 0.3, 0.4], budget=[1, 2, 3, 4]).round(7)
        for method in METHODS
    ]
    ideal = steps(7, sessions * n, 250).reshape(sessions, n) / 100
    covariance = return_covariance(money)
    searched = [tradable_contracts(row, covariance, margin=sizes * 90, margin_limit=9_000.0) for row in ideal[:20]]
    found += [one.contracts for one in searched]
    whole = nearest_whole(ideal)
    made = np.vstack([np.zeros(n), whole[:-1] * money[1:]])
    account = synthetic_account(
        sessions=sessions,
        instruments=list("abcd"),
        currencies=["USD"] * n,
        equity=100_000 + made.sum(axis=1).cumsum(),
        ideal_equity=100_000 + np.vstack([np.zeros(n), ideal[:-1] * money[1:]]).sum(axis=1).cumsum(),
        cash=100_000.0,
        money=made,
        ideal_money=np.vstack([np.zeros(n), ideal[:-1] * money[1:]]),
        contracts=whole.astype(np.int64),
        ideal_contracts=ideal,
        costs=np.abs(whole) * 2.5,
        traded=np.abs(np.diff(whole, axis=0, prepend=0)),
        margin=np.abs(whole) @ sizes * 90,
        margin_share=np.abs(whole) @ sizes * 90 / 100_000,
        contract_money=money,
        volume=np.abs(steps(11, sessions * n, 900).reshape(sessions, n)) + 100.0,
        weights=PortfolioAccount.__dataclass_fields__["weights"].default_factory(),
    )
    frames = portfolio_frames(account)
    # Rounded, because what is zero but for the last digit differs between hosts.
    return fingerprint(*found, portfolio_summary(account), *map(rounded, frames.values()))
