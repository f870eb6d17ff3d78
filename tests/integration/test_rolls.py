"""Rolls at the command line, on a home with bars: dates by each rule, series by them, and sensitivity."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from g4qc_core.gateway.markets.synthetic import SyntheticMarket
from g4qc_core.instruments.registry import month_code
from tests.fixtures.gateway import NOW
from tests.fixtures.home import Home

pytestmark = pytest.mark.integration

SMA = ("backtest", "sma_cross", "--instrument", "ES", "--timeframe", "1h")


def answer(home: Home, *arguments: str):
    done = home.run(*arguments)
    assert done.code == 0, done.errors
    return json.loads(done.text)


def test_rolls_are_shown_by_every_rule_with_prices_and_source(full_home: Home) -> None:
    shown = answer(full_home, "rolls", "ES", "--json")
    assert shown["rules"][0] == shown["rule"] == "days_before_expiry(8)"
    assert "volume" in shown["rules"]
    priced = [roll for roll in shown["rolls"] if roll["gap"] is not None]
    assert all(roll["to_price"] - roll["from_price"] == roll["gap"] for roll in priced)
    assert {roll["source"] for roll in shown["rolls"]} == {"rule"}
    table = full_home.run("rolls", "ES").text
    assert "days_before_expiry(8)" in table
    assert shown["rolls"][0]["to_contract"] in table


def test_serial_months_of_the_euro_are_listed_and_never_in_front(home: Home, synthetic_market: SyntheticMarket) -> None:
    listed = [item.contract.month for item in synthetic_market.listings(NOW) if item.contract.symbol == "EC"]
    serials = {month for month in listed if month_code(month) not in "HMUZ"}
    assert serials, "the gateway lists no serial month: nothing is tested"
    done = home.run("extract", "EC", "--from", "2026-09-02", "--to", "2026-09-18")
    assert done.code == 0, done.errors
    known = [one["contract"] for one in answer(home, "instruments", "contracts", "EC", "--json")]
    assert {month_code(month) for month in known} == set("HMUZ")
    shown = answer(home, "rolls", "EC", "--json")
    months = {roll[end] for roll in shown["rolls"] for end in ("from_contract", "to_contract")}
    assert {"202609", "202612"} <= months
    assert not months & serials
    bars = answer(home, "bars", "EC", "--timeframe", "1d", "--json")
    assert [bar["contract"] for bar in bars] == sorted(bar["contract"] for bar in bars)
    assert {bar["contract"] for bar in bars} == {"202609", "202612"}


def test_another_rule_is_made_when_it_is_asked_for(full_home: Home) -> None:
    shown = answer(full_home, "rolls", "ES", "--rule", "days_before_expiry(4)", "--json")
    assert shown["rules"] == ["days_before_expiry(4)"]
    bars = answer(full_home, "bars", "ES", "--timeframe", "1d", "--rule", "days_before_expiry(4)", "--json")
    assert bars


def test_a_rule_that_was_asked_for_is_removed_and_made_again_and_one_that_something_needs_stays(
    full_home: Home,
) -> None:
    rule = "days_before_expiry(6)"
    assert answer(full_home, "rolls", "ES", "--rule", rule, "--json")["rules"] == [rule]
    joined = answer(full_home, *SMA, "--roll", rule, "--json")["id"]
    assert f"Backtests are joined by {rule}" in full_home.run("rolls", "ES", "--rule", rule, "--remove").errors
    assert full_home.run("backtests", "delete", joined, "--yes").code == 0
    assert answer(full_home, "rolls", "ES", "--rule", rule, "--remove", "--json") == {"symbol": "ES", "removed": rule}
    assert rule not in answer(full_home, "rolls", "ES", "--json")["rules"]
    assert "Unknown roll rule" in full_home.run("rolls", "ES", "--rule", rule, "--remove").errors
    assert "is always made" in full_home.run("rolls", "ES", "--rule", "volume", "--remove").errors
    assert "Say which" in full_home.run("rolls", "ES", "--remove").errors


@pytest.mark.parametrize("adjustment", ["additive", "ratio", "additive_forward", "ratio_forward"])
def test_bars_come_in_every_adjustment(full_home: Home, adjustment: str) -> None:
    plain = answer(full_home, "bars", "ES", "--timeframe", "1d", "--json")
    bars = answer(full_home, "bars", "ES", "--timeframe", "1d", "--adjustment", adjustment, "--json")
    assert len(bars) == len(plain)
    same = 0 if adjustment.endswith("forward") else -1
    assert bars[same]["close"] == plain[same]["close"]


def test_sensitivity_runs_every_rule_and_adjustment(full_home: Home) -> None:
    shown = answer(full_home, "sensitivity", "sma_cross-ES-1h", "--json")
    variants = shown["variants"]
    assert len(variants) == 5 * len({variant["rule"] for variant in variants})
    assert sum(variant["own"] for variant in variants) == 1
    profits = [variant["net_profit"] for variant in variants if variant["net_profit"] is not None]
    assert shown["spread"]["width"] == pytest.approx(max(profits) - min(profits))


def test_a_roll_that_only_one_rule_has_is_shown_with_a_dash_for_the_others(full_home: Home) -> None:
    rule = "fixed_dates(2026-10-07)"
    assert full_home.run("rolls", "ES", "--rule", rule).code == 0
    shown = full_home.run("rolls", "ES")
    assert shown.code == 0, shown.errors
    [early] = [line for line in shown.text.splitlines() if "202703" in line]
    assert "2026-10-07" in early
    assert "│ -" in early
    [roll] = [roll for roll in answer(full_home, "rolls", "ES", "--json")["rolls"] if roll["to_contract"] == "202703"]
    assert (roll[rule], roll["volume"]) == ("2026-10-07", None)


def test_a_backtest_says_how_its_contracts_are_joined(full_home: Home) -> None:
    asked = ("--adjustment", "ratio_forward", "--roll", "days_before_expiry( 8 )", "--on-roll", "close")
    result = answer(full_home, *SMA, *asked, "--json")
    told = {name: result["inputs"][name] for name in ("adjustment", "roll_rule", "on_roll")}
    assert told == {"adjustment": "ratio_forward", "roll_rule": "days_before_expiry(8)", "on_roll": "close"}
    plain = answer(full_home, *SMA, "--json")
    assert plain["inputs"]["adjustment"] == "additive"
    assert plain["spec"]["name"] != result["spec"]["name"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rolls", "ES", "--rule", "volumes"), "did you mean 'volume'"),
        (("rolls", "ES", "--rule", "open_interest"), "bars of Interactive Brokers have none"),
        (("rolls", "ES", "--rule", "first_notice"), "has no first notice day"),
        (("bars", "ES", "--rule", "days_before_expiry(77)"), "g4qc rolls ES --rule"),
        (("bars", "ES", "--contract", "202612", "--position", "1"), "leave --adjustment, --rule and --position out"),
        (("sensitivity", "sma_cross-ES-1h", "--adjustment", "ratios"), "did you mean 'ratio'"),
        ((*SMA, "--adjustment", "ratios"), "did you mean 'ratio'"),
        ((*SMA, "--roll", "volumes"), "did you mean 'volume'"),
        ((*SMA, "--roll", "days_before_expiry(77)"), "g4qc rolls ES --rule"),
        ((*SMA, "--on-roll", "keep"), "'keep' is not one of"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(full_home: Home, arguments: tuple[str, ...], words: str) -> None:
    done = full_home.run(*arguments)
    assert done.code == 2
    assert words in done.errors


def test_a_roll_set_by_hand_counts_as_soon_as_it_is_written_and_until_it_is_taken_away(
    full_home: Home, tmp_path: Path
) -> None:
    before = answer(full_home, "rolls", "ES", "--json")
    rolls = before["rolls"]
    roll = next(roll for roll in rolls if roll["volume"] is not None)
    other = next(day for day in ("2026-09-03", "2026-09-04") if day != roll["volume"])
    file = tmp_path / "rolls.toml"
    months = f'from = "{roll["from_contract"]}"\nto = "{roll["to_contract"]}"\n'
    by_hand = full_home.with_(rolls=file)
    for day in (roll["volume"], other):
        file.write_text(f'[[roll]]\nsymbol = "ES"\ndate = {day}\nnote = "mine"\n{months}', "utf-8")
        for arguments in (("bars", "ES"), SMA, ("sensitivity", "sma_cross-ES-1h")):
            refused = by_hand.run(*arguments)
            assert "run `g4qc rolls ES`" in refused.errors
            assert (refused.code, refused.output) == (1 if arguments == SMA else 2, b"")
        made = answer(by_hand, "rolls", "ES", "--json")
        [changed] = [r for r in made["rolls"] if r["from_contract"] == roll["from_contract"]]
        assert changed["source"] == "override"
        assert changed["note"].startswith("mine")
        assert changed["days_before_expiry(8)"] == changed["volume"] == day
        assert by_hand.run("bars", "ES").code == 0
    # Contracts without fetched bars have no roll in any calendar, and none is requested.
    file.write_text('[[roll]]\nsymbol = "ES"\ndate = 2025-06-10\nfrom = "202506"\nto = "202509"\n', "utf-8")
    assert answer(by_hand, "rolls", "ES", "--json") == before
    assert by_hand.run("bars", "ES").code == 0
    file.write_text("", "utf-8")
    assert answer(by_hand, "rolls", "ES", "--json") == before
    assert answer(full_home, "rolls", "ES", "--json") == before
