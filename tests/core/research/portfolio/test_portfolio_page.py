"""The report of a portfolio: its texts in both languages, its tables, its verdict, and its pictures."""

from __future__ import annotations

import re
from typing import Any

import pytest

from g4qc_core.backtest.tear_sheet.sheet_words import table_of
from g4qc_core.errors import UsageError
from g4qc_core.research.portfolio.analysis.portfolio_frames import FRAMES, portfolio_frames, portfolio_summary
from g4qc_core.research.portfolio.report.portfolio_charts import portfolio_charts
from g4qc_core.research.portfolio.report.portfolio_page import (
    PortfolioCheck,
    PortfolioPage,
    render_portfolio,
    verdict_of,
    verdict_words,
)
from g4qc_core.research.portfolio.report.portfolio_pictures import portfolio_pictures
from tests.core.backtest.test_tear_sheet import result_free, texts_of
from tests.core.research.portfolio.portfolio_accounts import NAMES, synthetic_account

pytestmark = pytest.mark.slow


def page_of(cash: float = 250_000.0, **fields: Any) -> PortfolioPage:
    account = synthetic_account(cash=cash)
    given: dict[str, Any] = {
        "name": "six-futures",
        "currency": "USD",
        "capital": cash,
        "frames": portfolio_frames(account),
        "summary": portfolio_summary(account),
        "figures": {"sharpe": 0.8, "total_return": 0.12, "net_profit": 30_000.0},
        "checks": [PortfolioCheck("margin_share", False, "Margin took 71 % of the equity.")],
        "inputs": {"data version": "fingerprint-7"},
        "notes": ["A note."],
    }
    return PortfolioPage(**(given | fields))


@pytest.fixture(scope="module")
def page() -> str:
    return render_portfolio(page_of(), origin_note="Synthetic")


def test_every_text_is_in_the_tables_of_strings(page: str) -> None:
    reader = texts_of(page)
    assert reader.found == []
    for language in ("en", "es"):
        assert set(reader.keys) <= set(table_of(language))
    assert set(re.findall(r"§([\w.]+)§", page)) <= set(table_of("en"))


def test_every_chart_has_its_place_and_every_place_its_chart(page: str) -> None:
    places = set(re.findall(r'id="chart-(\w+)"', page))
    assert places == {"equity", "weights", "correlation", "capitals", *(f"position{at}" for at in range(len(NAMES)))}
    assert set(re.findall(r'"chart-(\w+)"\}?', page.split('id="sheet-charts"')[1])) >= places


def test_inputs_are_written_as_a_person_writes_them_and_what_is_left_out_has_no_row() -> None:
    parts = [{"backtest": "fast", "weight": None}, {"backtest": "slow", "weight": 2.0}]
    inputs = {"portfolio": {"parts": parts, "multiplier": None, "scaled": True, "margin_limit": 100.0}}
    shown = render_portfolio(page_of(inputs=inputs)).split('class="inputs"')[1].split("</table>")[0]
    for text in ("fast, slow x 2", ">true<", ">100<"):
        assert text in shown
    for text in ("None", "{", "multiplier"):
        assert text not in shown


def test_dates_below_the_small_charts_have_room() -> None:
    charts = portfolio_charts(page_of())
    small = [chart for name, chart in charts.items() if name.startswith("position")]
    assert {chart.xaxis[0].ticker.desired_num_ticks for chart in small} == {3}


def test_the_tables_hold_the_numbers_of_the_frames(page: str) -> None:
    shown = result_free(page)
    for row in page_of().frames["instruments"].itertuples():
        for value in (row.least_capital, row.risk_share, row.profit, row.traded):
            assert f'value="{value}"' in shown


def test_the_verdict_says_what_the_capital_buys() -> None:
    assert verdict_words(page_of()).startswith("With 250,000.00 USD, whole contracts are far from the ideal: 5 of 6")
    assert verdict_of(page_of(20_000_000.0))[0] == "portfolio.verdict.near"
    nothing = page_of(2_000.0)
    least = nothing.frames["instruments"]["least_capital"].min()
    assert verdict_words(nothing) == (
        "2,000.00 USD buy no contract of any of the 6 instruments: the first one takes " + f"{least:,.2f} USD."
    )
    assert verdict_words(nothing, "es").startswith("2.000,00 USD no alcanzan para ningún contrato")
    assert verdict_of(page_of(summary={"instruments_held": 1, "relative_distance": None}))[0].endswith("unknown")
    assert "buy no contract" in render_portfolio(nothing)


def test_the_page_without_estimates_and_of_one_instrument_is_whole() -> None:
    whole = page_of()
    frames = {**whole.frames, "weights": whole.frames["weights"].iloc[:0]}
    for name in ("instruments", "positions", "correlation", "drawdown_parts"):
        frames[name] = frames[name][frames[name]["instrument"] == "ES"].reset_index(drop=True)
    shown = render_portfolio(page_of(frames=frames, checks=(), notes=(), inputs={}))
    assert 'id="chart-position0"' in shown
    assert not re.search(r'id="chart-(weights|correlation|position1)"', shown)


def test_names_and_values_of_the_user_are_escaped() -> None:
    evil = '<img src=x onerror="alert(1)">'
    shown = render_portfolio(
        page_of(name=evil, notes=[evil], inputs={evil: evil}, checks=[PortfolioCheck(evil, True, evil)]),
        origin_note=evil,
    )
    assert "<img" not in re.sub(r'(<script type="text/javascript">).*?</script>', "", shown, flags=re.DOTALL)


def test_pictures_are_small_and_the_same_each_time() -> None:
    one, other = portfolio_pictures(page_of()), portfolio_pictures(page_of())
    assert one == other
    account = synthetic_account(sessions=2500)
    long = page_of(frames=portfolio_frames(account), summary=portfolio_summary(account))
    one |= {f"long {name}": picture for name, picture in portfolio_pictures(long).items()}
    assert all(picture.startswith(b"\x89PNG") and len(picture) < 60_000 for picture in one.values())


def test_a_missing_frame_and_an_unknown_language_are_one_sentence() -> None:
    for name in FRAMES:
        frames = {key: value for key, value in page_of().frames.items() if key != name}
        with pytest.raises(UsageError, match=f"lacks the frame {name}"):
            page_of(frames=frames)
    with pytest.raises(UsageError, match="no language"):
        render_portfolio(page_of(), language="fr")
