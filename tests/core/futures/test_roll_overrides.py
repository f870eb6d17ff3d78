from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from g4qc_core.errors import SettingsError, UsageError
from g4qc_core.futures.rolls.roll_calendar import RollCalendar
from g4qc_core.futures.rolls.roll_files import load_open_interest, load_overrides, overrides_of
from g4qc_core.futures.rolls.roll_maker import RollMaker
from g4qc_core.roll_rules import DaysBeforeExpiry, FixedDates, OpenInterest, Volume
from tests.core.bars.builders import EQUITY, ES, THIRD_FRIDAYS, es_contract, good_bars

CHAIN = [es_contract(month) for month in THIRD_FRIDAYS]
BARS = good_bars(["202506", "202509", "202512"], EQUITY.sessions(date(2025, 5, 27), date(2025, 9, 30)), share=0.1)
MAKER = RollMaker(BARS, CHAIN, ES, EQUITY)

ONE = """
# the exchange asked everybody to leave early
[[roll]]
symbol = "ES"
date = 2025-09-08
from = "202509"
to = "202512"
note = "as the exchange asked"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rolls.toml"
    path.write_text(text, "utf-8")
    return path


def made(folder: Path, text: str, rule=DaysBeforeExpiry(8)) -> RollCalendar:  # noqa: B008
    return MAKER.calendar(rule, overrides_of(load_overrides(written(folder, text), ["ES"]), "ES", str(rule)))


def listed(calendar: RollCalendar) -> list[tuple[str, date, str]]:
    rolls = calendar.rolls[calendar.rolls["from_contract"] >= "202506"]
    return [(roll.to_contract, roll.date.date(), roll.source) for roll in rolls.itertuples()]


def test_a_date_that_a_person_set_wins_and_says_whose_it_is(tmp_path: Path) -> None:
    for rule in (DaysBeforeExpiry(8), Volume()):
        calendar = made(tmp_path, ONE, rule)
        assert listed(calendar)[-1] == ("202512", date(2025, 9, 8), "override")
        assert calendar.rolls["note"].iloc[-1] == "as the exchange asked"
        assert calendar.rolls["gap"].notna().iloc[-1]
    assert listed(calendar)[0][2] == "rule"


def test_an_override_of_one_rule_leaves_the_others_alone(tmp_path: Path) -> None:
    text = ONE + 'rule = "volume"\n'
    assert listed(made(tmp_path, text))[-1] == ("202512", date(2025, 9, 11), "rule")
    assert listed(made(tmp_path, text, Volume()))[-1][2] == "override"


def test_a_contract_may_be_passed_over(tmp_path: Path) -> None:
    text = ONE.replace('"202509"', '"202506"').replace("2025-09-08", "2025-06-10")
    assert listed(made(tmp_path, text)) == [("202512", date(2025, 6, 10), "override")]


def test_a_date_that_a_person_set_wins_over_fixed_dates_and_leaves_the_others_to_them(tmp_path: Path) -> None:
    text = ONE.replace('"202509"', '"202506"').replace('"202512"', '"202509"').replace("2025-09-08", "2025-06-10")
    fixed = FixedDates((date(2025, 6, 12), date(2025, 9, 4)))
    june, september = ("202509", date(2025, 6, 10), "override"), ("202512", date(2025, 9, 4), "rule")
    assert listed(made(tmp_path, text, fixed)) == [june, september]
    # The date of June is no date of September, though no roll of June has used it up.
    alone = made(tmp_path, text, FixedDates((date(2025, 6, 12),)))
    assert listed(alone) == [june, ("202512", date(2025, 9, 11), "rule")]
    assert alone.rolls["note"].iloc[-1] == "fixed_dates names no date for 202509: by expiry"


def test_an_override_without_a_common_minute_stays_and_has_no_prices(tmp_path: Path) -> None:
    few = BARS[BARS["contract"] != "202512"]
    overrides = load_overrides(written(tmp_path, ONE))
    roll = RollMaker(few, CHAIN, ES, EQUITY).calendar(DaysBeforeExpiry(8), overrides).rolls.iloc[-1]
    assert (roll["date"].date(), roll["source"]) == (date(2025, 9, 8), "override")
    assert roll["gap"] != roll["gap"]
    assert "no minute of the session before has a bar of both contracts" in roll["note"]


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("2025-09-08", "2025-09-07"), 5, "2025-09-07 is no trade date of ES"),
        (("2025-09-08", "2025-04-18"), 5, "2025-04-18 is no trade date of ES"),
        (("2025-09-08", "2025-09-24"), 5, "ES 202509 trades until 2025-09-19"),
        (("2025-09-08", "2025-06-02"), 5, "would not come after that into 202509 on 2025-06-12"),
        (('"202509"', '"202510"'), 5, "does not pass from 202510 to 202512"),
        (('"ES"', '"EX"'), 4, "symbol: Unknown instrument 'EX'"),
        (("2025-09-08", '"2025-09-08"'), 5, "date: write a trade date like 2025-09-11"),
        (('"202509"', "202509"), 6, "from: write it in quotes"),
        (('"202512"', '"202513"'), 7, "to: '202513' is no contract month"),
        (('"202512"', '"202506"'), 7, "to: 202506 does not come after 202509"),
        (("note =", "why ="), 8, "why: Unknown field 'why'"),
        (("date = 2025-09-08", ""), 3, "date: is missing"),
        (("note =", "rule ="), 8, "rule: Unknown roll rule"),
        (("[[roll]]", "[roll]"), 3, "two brackets"),
        (("[[roll]]", "[[rolls]]"), 3, "'rolls' is no roll"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, change: tuple[str, str], line: int, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        made(tmp_path, ONE.replace(*change))
    assert f"rolls.toml, line {line}: " in str(refused.value)


def test_a_roll_that_is_set_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"line 12: the roll of ES from 202509 to 202512 is set twice.*line 5"):
        load_overrides(written(tmp_path, ONE + ONE.replace("# the exchange asked everybody to leave early\n", "")))


def test_a_file_that_is_no_toml_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not TOML"):
        load_overrides(written(tmp_path, "[[roll"))
    with pytest.raises(SettingsError, match="check G4QC_ROLLS"):
        load_overrides(tmp_path / "other.toml")
    assert load_overrides(None) == []


INTEREST = "trade_date,contract,open_interest\n2025-09-09,202509,900\n2025-09-09,202512,800\n2025-09-10,202509,700\n"


def test_open_interest_comes_from_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "ES.csv").write_text(INTEREST + "2025-09-10,202512,900\n", "utf-8")
    interest = load_open_interest(tmp_path, "ES")
    maker = RollMaker(BARS, CHAIN, ES, EQUITY, open_interest=interest)
    assert listed(maker.calendar(OpenInterest()))[-1] == ("202512", date(2025, 9, 12), "rule")
    assert load_open_interest(tmp_path, "NQ") is None
    assert load_open_interest(None, "ES") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("trade_date,contract\n", "line 1: there is no column 'open_interest'"),
        (INTEREST + "2025-09-31,202512,5\n", "line 5: trade_date: '2025-09-31'"),
        (INTEREST + "2025-09-30,2025,5\n", "line 5: contract: '2025'"),
        (INTEREST + "2025-09-30,202512,many\n", "line 5: open_interest: 'many'"),
    ],
)
def test_a_malformed_file_of_open_interest_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "ES.csv").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=words):
        load_open_interest(tmp_path, "ES")
    with pytest.raises(SettingsError, match="G4QC_OPEN_INTEREST"):
        load_open_interest(tmp_path / "nowhere", "ES")


def test_without_open_interest_the_rule_says_that_interactive_brokers_has_none() -> None:
    with pytest.raises(UsageError, match="bars of Interactive Brokers have none"):
        MAKER.calendar(OpenInterest())
