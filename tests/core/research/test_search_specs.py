"""Search specs: what they may say, what is refused in one sentence, and what a file, a program and a terminal share."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.backtest.specs.backtest_spec import load_specs
from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.research.search.axes import ListedValues, SteppedValues, axis_of
from g4qc_core.research.search.goal import Constraint, Objective
from g4qc_core.research.search.search_spec import LARGEST_GRID, SearchSpec, space_of
from g4qc_core.research.search.searches_file import load_searches
from tests.core.backtest.series import spec as backtest

GIVEN = {"name": "s", "backtest": "sma_cross-ES-1h"}


def asked(**fields: object) -> SearchSpec:
    return SearchSpec.asked(GIVEN | fields)


def test_the_shipped_searches_are_sound_and_know_their_backtests() -> None:
    searches = load_searches()
    assert set(searches) == {"sma_cross-ES", "donchian-ES"}
    assert searches["sma_cross-ES"].backtest in load_specs()
    assert isinstance(searches["donchian-ES"].backtest, dict)


def test_a_spec_survives_its_own_dictionary() -> None:
    spec = asked(parameters={"slow": [90, 60], "fast": "5:20:5"}, constraints=["max_drawdown>=-20%"], trials=7)
    assert SearchSpec.from_dict(spec.to_dict()) == spec
    assert spec.to_dict()["parameters"] == {"fast": {"from": 5, "to": 20, "step": 5}, "slow": [60, 90]}
    assert spec.constraints == ("max_drawdown >= -0.2",)


def test_the_name_is_made_of_what_decides_the_results() -> None:
    one = SearchSpec.asked({"backtest": "x", "workers": 1})
    assert one.name == SearchSpec.asked({"backtest": "x", "workers": 4}).name
    assert one.name != SearchSpec.asked({"backtest": "x", "seed": 1}).name


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"trials": 0}, "a budget of zero trials tries nothing: give more, or leave trials out."),
        ({"minutes": 0}, "a budget of zero minutes tries nothing: give more, or leave minutes out."),
        ({"method": "tpe"}, "the method tpe needs a budget: give trials, or minutes."),
        ({"method": "gird"}, "method: Unknown method 'gird': did you mean 'grid'"),
        ({"objective": "sharp"}, "objective: Unknown metric 'sharp': did you mean 'sharpe'"),
        ({"objective": "-sharpe"}, "objective: a larger sharpe is better, so write 'sharpe' without the minus."),
        (
            {"objective": "exposure"},
            "say whether a larger or a smaller exposure is better: '+exposure' or '-exposure'.",
        ),
        ({"constraints": ["trades > 30"]}, "'trades > 30' is no constraint: write METRIC >= NUMBER"),
        ({"constraints": ["trade >= 30"]}, "constraints: Unknown metric 'trade'"),
        ({"constraints": ["trades >= 30", "trades <= 20"]}, "'trades >= 30' and 'trades <= 20' leave nothing"),
        ({"parameters": {"fast": []}}, "parameters: fast: the list is empty"),
        ({"parameters": {"fast": "50:5:5"}}, "fast: the range is empty, because it ends at 5 before it begins at 50."),
        ({"parameters": {"fast": "5:50:0"}}, "fast: the step of a range is above zero, given 0."),
        ({"parameters": {"fast": {"from": 0.5, "to": 2}}}, "fast: a range of fractions needs a step"),
        ({"parameters": {"fast": [5, 5]}}, "fast: a value stands in the list twice"),
        ({"parameters": {"fast": [5, "a"]}}, "fast: the values of a list are all numbers"),
        ({"parameters": {"fast": "1:1000000:1", "slow": "1:1000:1"}}, "the grid has 1,000,000,000 sets and may have"),
        ({"parameter": {}}, "parameter: Unknown field 'parameter': did you mean 'parameters'"),
        ({"backtest": {"strategy": "sma_crss", "instrument": "ES", "timeframe": "1h"}}, "Unknown strategy 'sma_crss'"),
    ],
)
def test_what_a_spec_cannot_say_is_one_sentence(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)) as refused:
        asked(**fields)
    assert str(refused.value).count(". ") <= 1
    assert "\n" not in str(refused.value)


def test_a_file_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "searches.toml"
    file.write_text('[mine]\nbacktest = "x"\nseed = 1\ntrials = 0\n')
    with pytest.raises(SettingsError, match=r"searches.toml, line \d: \[mine\] .*a budget of zero trials"):
        load_searches(file)
    with pytest.raises(SettingsError, match="does not exist: check G4QC_SEARCHES"):
        load_searches(tmp_path / "none.toml")


def test_a_search_without_parameters_takes_the_ranges_of_the_strategy() -> None:
    space = space_of(asked(), backtest())
    assert {name: axis.written() for name, axis in space.axes.items()} == {
        "fast": {"from": 5, "to": 100, "step": 5},
        "long_only": [False, True],
        "slow": {"from": 20, "to": 300, "step": 10},
    }
    with pytest.raises(UsageError, match="buy_and_hold declares no search ranges: say which values to try"):
        space_of(asked(), backtest(strategy="buy_and_hold", parameters={}))


def test_values_are_checked_against_the_strategy_before_anything_runs() -> None:
    with pytest.raises(UsageError, match="Unknown parameter 'fats': did you mean 'fast'"):
        space_of(asked(parameters={"fats": [1]}), backtest())
    with pytest.raises(UsageError, match="the parameter fast cannot be 0"):
        space_of(asked(parameters={"fast": [0, 1]}), backtest())
    # A first value that only misfits the others is no error: such sets are left out.
    assert space_of(asked(parameters={"fast": [5, 5000]}), backtest()).size == 2


def test_a_budget_admits_a_grid_of_any_size() -> None:
    spec = asked(parameters=dict.fromkeys(("fast", "slow"), "2:5000:1"), trials=10)
    assert space_of(spec, backtest()).size == 4999**2 > LARGEST_GRID


@given(first=st.integers(-50, 50), steps=st.integers(0, 40), step=st.sampled_from(["0.1", "0.25", "3", "0.0001"]))
def test_a_range_is_decimal_and_holds_both_ends(first: int, steps: int, step: str) -> None:
    last = Decimal(first) + steps * Decimal(step)
    axis = axis_of({"from": first, "to": float(last), "step": float(step)})
    assert axis.size == steps + 1
    values = [axis.at(index) for index in range(axis.size)]
    assert [Decimal(str(value)) for value in values] == [Decimal(first) + i * Decimal(step) for i in range(steps + 1)]
    assert axis_of(axis.written()) == axis


@given(st.lists(st.integers(-5, 5) | st.floats(-5, 5), min_size=1, unique=True))
def test_a_list_is_sorted_and_each_value_is_one_number(values: list[float]) -> None:
    axis = axis_of(values)
    assert isinstance(axis, ListedValues)
    assert list(axis.values) == sorted(values)


def test_texts_of_a_terminal_mean_the_same_as_a_file() -> None:
    assert axis_of("5:50:5") == axis_of({"from": 5, "to": 50, "step": 5})
    assert axis_of("5:9") == SteppedValues(Decimal(5), Decimal(9), Decimal(1))
    assert axis_of("20,5") == axis_of([5, 20]) == ListedValues((5, 20))
    assert axis_of("true,false") == ListedValues((False, True))
    assert axis_of("close") == ListedValues(("close",))
    assert axis_of(7) == ListedValues((7,))


def test_directions_are_known() -> None:
    assert Objective.parse("max_drawdown") == Objective.parse("-max_drawdown") == Objective("max_drawdown", True)
    assert Objective.parse("volatility") == Objective("volatility", False)
    assert Objective.parse("-exposure") == Objective("exposure", False)
    assert Objective.parse("volatility").score({"volatility": 0.2}) == -0.2
    assert Objective.parse("sharpe").score({"sharpe": None}) is None


@given(bound=st.integers(-100, 100), value=st.integers(-100, 100), least=st.booleans())
def test_a_constraint_is_kept_or_says_what_breaks_it(bound: int, value: int, least: bool) -> None:
    constraint = Constraint.parse(f"trades {'>=' if least else '<='} {bound}")
    kept = value >= bound if least else value <= bound
    assert (constraint.broken_by({"trades": value}) == "") is kept
    assert "not defined" in constraint.broken_by({"trades": None})
