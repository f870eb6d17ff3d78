from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from g4qc_core.backtest.specs.backtest_spec import DEFAULT_FILE, BacktestSpec, field_names, load_specs
from g4qc_core.errors import SettingsError, UsageError
from tests.core.backtest.series import REGISTRY, spec

GOOD = """
[first]
strategy = "sma_cross"
instrument = "ES"
timeframe = "1h"
cash = 100000.50
from = 2026-09-01
to = "2026-10-31"
fee = 1.85
margin_rate = 0.05

[first.parameters]
fast = 5
slow = 50

["second.one"]
strategy = "donchian"
instrument = "NQ"
timeframe = "5min"
cash = "5e4"
parameters = { entry = 10 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "backtests.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_packaged_specs_are_the_crossover_on_an_hour_of_three_instruments() -> None:
    specs = load_specs(instruments=REGISTRY)
    assert list(specs) == ["sma_cross-ES-1h", "sma_cross-NQ-1h", "sma_cross-EC-1h"]
    assert {s.instrument for s in specs.values()} == {"ES", "NQ", "EC"}
    assert {(s.strategy, s.timeframe, s.adjustment) for s in specs.values()} == {("sma_cross", "1h", "additive")}


def test_the_packaged_file_explains_every_field() -> None:
    explained = [line for line in DEFAULT_FILE.read_text("utf-8").splitlines() if line.startswith("#   ")]
    words = " ".join(explained).replace(",", " ").split()
    assert [name for name in field_names() if name not in words] == ["name"]


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    specs = load_specs(written(tmp_path, GOOD), REGISTRY)
    assert list(specs) == ["first", "second.one"]
    first, second = specs.values()
    assert (first.cash, first.fee, first.margin_rate) == (Decimal("100000.50"), Decimal("1.85"), Decimal("0.05"))
    assert (first.first, first.last) == (date(2026, 9, 1), date(2026, 10, 31))
    assert first.parameters == {"fast": 5, "slow": 50}
    assert second.cash == 50_000
    assert second.slippage_ticks == 1


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (('timeframe = "1h"', 'timeframe = "60m"'), 5, ["[first] timeframe: Unknown timeframe '60m'", "1h"]),
        (('strategy = "sma_cross"', 'strategy = "sma_cros"'), 3, ["[first] strategy:", "did you mean 'sma_cross'?"]),
        (('instrument = "ES"', 'instrument = "ESS"'), 4, ["[first] instrument:", "did you mean 'ES'?"]),
        (("cash = 100000.50", "cash = -1"), 6, ["[first] cash:", "greater than 0", "given -1"]),
        (("cash = 100000.50", "cash = true"), 6, ["[first] cash: must be a number"]),
        (("cash = 100000.50", ""), 2, ["[first] cash: is missing"]),
        (("fee = 1.85", "fees = 1.85"), 9, ["[first] fees: Unknown field 'fees': did you mean 'fee'?"]),
        (("from = 2026-09-01", 'from = "yesterday"'), 7, ["[first] from:", "given 'yesterday'"]),
        (("from = 2026-09-01", "from = 2027-09-01"), 2, ["[first] the window is reversed: it ends on 2026-10-31"]),
        (("fast = 5\n", "fats = 5\n"), 12, ["[first] parameters: Unknown parameter 'fats': did you mean 'fast'?"]),
        (("fast = 5\n", "fast = 0\n"), 12, ["[first] parameters:", "fast cannot be 0", "from 1 to 5000"]),
        (("entry = 10", "entry = 0.5"), 21, ["[second.one] parameters:", "entry cannot be 0.5"]),
        (("[first]\n", "loose = 1\n[first]\n"), 2, ["[loose] stands outside an entry"]),
        (('["second.one"]', '["second one"]'), 16, ["[second one] name:", "given 'second one'"]),
        (("[first]\n", '[first]\nname = "x"\n'), 3, ["[first] name: the name of an entry is its headline"]),
        (("margin_rate = 0.05", "margin_rate = 1.5"), 10, ["[first] margin_rate:", "less than or equal to 1"]),
    ],
)
def test_a_malformed_entry_is_named_by_file_line_entry_and_field(
    tmp_path: Path, change: tuple[str, str], line: int, words: list[str]
) -> None:
    assert change[0] in GOOD
    path = written(tmp_path, GOOD.replace(*change, 1))
    with pytest.raises(SettingsError) as caught:
        load_specs(path, REGISTRY)
    text = str(caught.value)
    assert text.startswith(f"{path}, line {line}: ")
    for word in words:
        assert word in text
    assert "\n" not in text


def test_a_file_that_is_not_toml_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"backtests\.toml is not TOML: .*line 2"):
        load_specs(written(tmp_path, "[a]\nb = \n"))
    with pytest.raises(SettingsError, match="does not exist: check G4QC_BACKTESTS"):
        load_specs(tmp_path / "nowhere.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_specs(tmp_path)


money = st.decimals(min_value="0.01", max_value=10**7, places=2)


@given(
    cash=money,
    fee=st.none() | money,
    margin=st.none() | money,
    slippage=st.integers(0, 10),
    days=st.none() | st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=2, max_size=2).map(sorted),
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
)
def test_a_spec_survives_the_round_trip_through_json(cash, fee, margin, slippage, days, name) -> None:
    first, last = days or (None, None)
    given_spec = spec(
        name=name, cash=cash, fee=fee, margin=margin, slippage_ticks=slippage, **{"from": first, "to": last}
    )
    text = json.dumps(given_spec.to_dict())
    again = BacktestSpec.from_dict(json.loads(text))
    assert again == given_spec
    assert json.dumps(again.to_dict()) == text


@given(parameters=st.fixed_dictionaries({}, optional={"fast": st.integers(1, 50), "slow": st.integers(60, 90)}))
def test_the_name_by_content_is_the_same_with_defaults_and_without(parameters: dict[str, int]) -> None:
    written_down = {"fast": 20, "slow": 60, "long_only": False, "contracts": 1} | parameters
    named = [spec(name="any", parameters=given).named_by_content().name for given in (parameters, written_down)]
    assert named[0] == named[1]
    floats = {name: float(value) for name, value in parameters.items()}
    assert spec(parameters=floats).named_by_content().name == named[0]
    assert spec(parameters=parameters, cash=1).named_by_content().name != named[0]


def test_a_name_by_content_is_a_key_whatever_the_class_is_called() -> None:
    for strategy in ("_mine.ärger:Klasse", "a" * 90 + ":B", "m:Ж"):
        made = spec(strategy=strategy, parameters={}).named_by_content()
        assert BacktestSpec.from_dict(made.to_dict()) == made


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"roll": "first_notice(0)"}, {"roll": "first_notice"}),
        ({"roll": " days_before_expiry( 8 ) "}, {"roll": "days_before_expiry(8)"}),
        ({"from": "20260901"}, {"first": "2026-09-01"}),
        ({"from": "2026-W36-2"}, {"from": date(2026, 9, 1)}),
        ({"cash": 100000}, {"cash": "1e5"}),
        ({"cash": Decimal("100000.00")}, {"cash": 100000.0}),
        ({"fee": 0}, {"fee": "-0.00"}),
        ({"seed": 3.0}, {"seed": "3"}),
    ],
    ids=str,
)
def test_values_that_mean_the_same_are_the_same(one: dict, other: dict) -> None:
    assert spec(**one).to_dict() == spec(**other).to_dict()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("from", 20260901, "must be a date like 2026-10-31, given 20260901"),
        ("to", True, "must be a date"),
        ("seed", True, "must be a whole number"),
        ("parameters", {"fast": True}, "fast cannot be True: it is a number"),
        ("cash", "1" * 50, "at most 40 digits"),
        ("cash", 10**13, "less than or equal to 1000000000000"),
        ("roll", "volumes", "Unknown roll rule 'volumes': did you mean 'volume'?"),
        ("adjustment", "ratios", "Unknown adjustment 'ratios': did you mean 'ratio'?"),
        ("on_roll", "closed", "Unknown on_roll 'closed': did you mean 'close'?"),
    ],
)
def test_a_value_that_means_nothing_is_refused(field: str, value: object, words: str) -> None:
    with pytest.raises(SettingsError, match=f"^.test. {field}: ") as refused:
        spec(**{field: value})
    assert words in str(refused.value)


def test_null_is_a_field_that_is_left_out() -> None:
    least = {"strategy": "sma_cross", "instrument": "ES", "timeframe": "1h"}
    nulls = dict.fromkeys(name for name in field_names() if name not in least)
    assert BacktestSpec.asked(least | nulls) == BacktestSpec.asked(least)
    with pytest.raises(UsageError, match=r"^strategy: is missing\.$"):
        BacktestSpec.asked(least | {"strategy": None})


def test_a_spec_without_a_name_has_none_in_a_sentence() -> None:
    with pytest.raises(SettingsError, match=r"^strategy: Unknown strategy 'smacross'"):
        BacktestSpec.from_dict({"strategy": "smacross", "instrument": "ES", "timeframe": "1h", "name": "unnamed"})


def test_both_names_of_a_field_at_once_are_refused() -> None:
    with pytest.raises(SettingsError, match="from and first are one field"):
        spec(**{"from": "2026-09-01", "first": "2026-09-02"})


def test_every_field_says_what_it_is() -> None:
    assert [name for name, info in BacktestSpec.model_fields.items() if not info.description] == []


@pytest.mark.parametrize("name", ["", "a b", "a/b", "../up", "-x", "ä", "a" * 101, "a|b"])
def test_a_name_that_is_no_key_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="name: "):
        spec(name=name)
