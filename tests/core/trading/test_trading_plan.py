"""The trading file: what it says, and one sentence with file and line for what it says wrongly."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from g4qc_core.errors import SettingsError, TradingRefused
from g4qc_core.services.trading.traded.traded_specs import chosen_account, is_paper
from g4qc_core.trading.limits import TradingLimits
from g4qc_core.trading.order_refs import DecisionKey, is_ours
from g4qc_core.trading.trading_plan import TradedSpec, load_plan

LIMITS = "\n".join(f"{name} = {info.get_default()}" for name, info in TradingLimits.model_fields.items())


def written(folder: Path, text: str) -> Path:
    file = folder / "trading.toml"
    file.write_text(text)
    return file


def test_the_file_that_comes_with_g4qc_trades_paper_and_gives_every_limit() -> None:
    plan = load_plan()
    assert plan.mode == "paper"
    assert plan.given_limits == set(TradingLimits.model_fields)
    assert list(plan.specs) == ["sma_cross-ES-1h", "sma_cross-NQ-1h", "sma_cross-EC-1h"]
    assert {spec.backtest_name for spec in plan.specs.values()} == set(plan.specs)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("acount = 'DU1'", "line 1: acount: Unknown entry 'acount': did you mean 'account'"),
        ("mode = 'real'", "line 1: mode: "),
        ("[limits]\n\norder_size = 0", "line 3: order_size: "),
        ("[limits]\norder_sice = 1", "order_sice: Unknown field"),
        ("[trade.a]\norder = 'iceberg'", "[trade.a] order: "),
        ("[trade.a]\nhours = '08:00-08:00'", "[trade.a] hours: write hours like 08:30-15:00"),
        ("[trade.a]\nhours = '8-15'", "[trade.a] hours: write hours like 08:30-15:00"),
        ("trade = 3", "begin each traded spec with a line"),
        ("client_id = 0", "line 1: client_id: "),
        ("[limits", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_plan(written(tmp_path, text))
    assert words in str(caught.value)


def test_a_file_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="G4QC_TRADING"):
        load_plan(tmp_path / "no.toml")


@given(st.times(), st.integers(0, 1439), st.integers(0, 1439))
def test_hours_may_span_midnight(clock: time, first: int, last: int) -> None:
    assume(first != last)
    hours = f"{first // 60:02d}:{first % 60:02d}-{last // 60:02d}:{last % 60:02d}"
    spec = TradedSpec(name="a", hours=hours)
    minute = clock.hour * 60 + clock.minute
    wrapped = (minute - first) % 1440 < (last - first) % 1440
    assert spec.open_at(clock) == wrapped


@pytest.mark.parametrize(
    ("text", "accounts", "words"),
    [
        ("", ["U1234567"], "no paper account"),
        ("mode = 'live'", ["U1234567"], "must give account"),
        ("mode = 'live'\naccount = 'U1234567'\n[limits]\norder_size = 1", ["U1234567"], "must give before_close"),
        ("", ["DU1", "DU2"], "name one in the trading file"),
        ("account = 'DU3'", ["DU1", "DU2"], "names the account DU3"),
    ],
)
def test_an_account_with_money_needs_everything_said(
    tmp_path: Path, text: str, accounts: list[str], words: str
) -> None:
    with pytest.raises(TradingRefused, match=words):
        chosen_account(load_plan(written(tmp_path, text)), accounts)


def test_an_account_with_money_is_traded_when_everything_is_said(tmp_path: Path) -> None:
    said = f"mode = 'live'\naccount = 'U1234567'\n[limits]\n{LIMITS}"
    assert chosen_account(load_plan(written(tmp_path, said)), ["U1234567"]) == "U1234567"


@pytest.mark.parametrize(("account", "paper"), [("DU1234567", True), ("DF12", True), ("SIM000001", True),
                                                ("U1234567", False), ("F1", False), ("", False)])  # fmt: skip
def test_paper_accounts_are_known_by_their_names(account: str, paper: bool) -> None:
    assert is_paper(account) is paper


START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = st.builds(
    DecisionKey,
    st.sampled_from(["DU1", "DU2"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["bar", "roll", "flatten"]),
    st.integers(0, 500_000).map(lambda minutes: START + timedelta(minutes=minutes)),
)


@given(KEYS, st.integers(1, 9), KEYS, st.integers(1, 9))
def test_two_orders_never_have_one_reference(one: DecisionKey, first: int, other: DecisionKey, second: int) -> None:
    assert (one.ref(first) == other.ref(second)) == ((one, first) == (other, second))
    assert is_ours(one.ref(first))
    assert len(one.ref(first)) <= 32
