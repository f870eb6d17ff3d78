"""Portfolio specs: what they may say, what is refused in one sentence, and what file, program and terminal share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.research.portfolio.portfolio_spec import PortfolioSpec
from g4qc_core.research.portfolio.portfolios_file import load_portfolios

GIVEN: dict[str, Any] = {"name": "mine", "cash": 100_000, "parts": ["a", "b"]}
INLINE = {"strategy": "donchian", "instrument": "ES", "timeframe": "1h"}


def asked(**fields: object) -> PortfolioSpec:
    return PortfolioSpec.asked(GIVEN | fields)


def test_the_shipped_portfolios_are_sound_and_know_their_backtests() -> None:
    found = load_portfolios()
    assert set(found) == {"trend-ES-NQ-EC", "sma_cross-in-one-account"}
    assert {part.backtest for one in found.values() for part in one.parts} <= set(load_specs())


def test_a_spec_survives_its_own_dictionary() -> None:
    spec = asked(
        parts=["b", {"backtest": "a", "weight": 2}, {"backtest": INLINE}],
        weights={"NQ": 0.25, "ES": 0.75},
        rates={"GBP": "1.25", "EUR": "EC"},
        **{"from": "2026-01-02"},
    )
    assert PortfolioSpec.from_dict(spec.to_dict()) == spec
    assert spec.to_dict()["weights"] == {"ES": 0.75, "NQ": 0.25}
    assert spec.to_dict()["rates"] == {"EUR": "EC", "GBP": 1.25}
    assert spec.target is not None
    assert (spec.target.amount, spec.target.window) == (20, 25)
    assert asked(sizing="own").target is None


def test_texts_of_a_terminal_mean_the_same_as_a_file() -> None:
    tables = asked(parts=["a", "b"], weights={"ES": 0.5, "EC": 0.5}, rates={"EUR": "EC", "GBP": 1.25})
    assert asked(parts="b, a", weights="ES=0.5, EC=0.5", rates="EUR=EC, GBP=1.25") == tables


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_the_parts_is_no_part_of_a_portfolio(order: list[str]) -> None:
    fields = {"cash": 1, "parts": [{"backtest": one, "weight": 1 + ord(one)} for one in order]}
    spec = PortfolioSpec.asked(fields)
    assert spec.to_dict() == PortfolioSpec.asked(fields | {"parts": fields["parts"][::-1]}).to_dict()  # type: ignore[index]


def test_the_name_is_made_of_what_decides_the_results() -> None:
    fields = {"cash": 1, "parts": ["a"]}
    plain = PortfolioSpec.asked(fields)
    assert plain.name == PortfolioSpec.asked(fields | {"most_distance": 3}).name
    assert plain.name != PortfolioSpec.asked(fields | {"buffer": 3}).name


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"parts": []}, "parts: the list is empty: a portfolio needs at least one backtest."),
        ({"parts": "  "}, "parts: the list is empty: a portfolio needs at least one backtest."),
        ({"parts": ["mine"]}, "the portfolio mine names itself as a part: its parts are backtests."),
        ({"parts": ["a", "a"]}, "parts: the backtest a is named twice: give it a weight instead."),
        ({"parts": [{"backtest": "a", "wieght": 1}]}, "parts: Unknown field of a part 'wieght': did you mean 'weight'"),
        ({"parts": [{"backtest": "a", "weight": 0}]}, "parts: weight: must be above 0, given 0."),
        ({"parts": [{"backtest": INLINE | {"strategy": "donchan"}}]}, "parts: strategy: Unknown strategy 'donchan'"),
        ({"parts": [7]}, "parts: each part is the name of a backtest, or a table like"),
        ({"weights": {"ES": 0.5, "NQ": 0.4}}, "weights: the weights by hand sum to 0.9, and must sum to 1."),
        ({"weights": {"ES": 1.5, "NQ": -0.5}}, "weights: a weight by hand is a share of the risk, zero or more."),
        ({"weights": "equal_rsk"}, "weights: Unknown way to weight 'equal_rsk': did you mean 'equal_risk'?"),
        ({"weights": "ES=0.5, ES=0.5"}, "weights: a name is given twice."),
        ({"sizing": "equity(50)"}, "sizing: equity(50) is no sizing of a portfolio: write own, or a volatility"),
        ({"sizing": "volatility(20, cap=3)"}, "is no sizing of a portfolio: write own, or a volatility"),
        (
            {"sizing": "own", "weights": "ES=1"},
            "with the sizing own each part trades the contracts of its own backtest",
        ),
        ({"window": 2}, "a correlation needs at least 20 sessions, and window gives it 2: widen it."),
        ({"rates": {"EUR": 0}}, "rates: EUR: must be above 0, given 0."),
        ({"rates": {"eur": 1}}, "rates: 'eur' is no currency: write three capital letters, like USD."),
        ({"rates": {"USD": 1}}, "the account is in USD, which needs no rate: remove it from rates."),
        ({"currency": "dollars"}, "currency: 'dollars' is no currency: write three capital letters, like USD."),
        ({"rounding": "serch"}, "rounding: Unknown rounding 'serch': did you mean 'search'?"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "the window is reversed: it ends on 2026-01-01, before it begins"),
        ({"buffr": 1}, "buffr: Unknown field 'buffr': did you mean 'buffer'"),
        ({"cash": 0}, "cash: Input should be greater than 0, given 0."),
    ],
)
def test_what_a_spec_cannot_say_is_one_sentence(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)) as refused:
        asked(**fields)
    assert str(refused.value).count(". ") <= 1
    assert "\n" not in str(refused.value)


def test_a_file_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "portfolios.toml"
    file.write_text('[mine]\ncash = 1000.5\nparts = ["a"]\nbuffer = 101\n')
    with pytest.raises(SettingsError, match=r"portfolios.toml, line 4: \[mine\] buffer: .*100"):
        load_portfolios(file)
    file.write_text('[mine]\ncash = 1000.5\nparts = [{ backtest = "a", weight = 0.5 }]\nrates = { EUR = 1.08 }\n')
    spec = load_portfolios(file)["mine"]
    assert (str(spec.cash), spec.parts[0].weight, spec.rates) == ("1000.5", 0.5, {"EUR": 1.08})
    with pytest.raises(SettingsError, match="does not exist: check G4QC_PORTFOLIOS"):
        load_portfolios(tmp_path / "none.toml")
