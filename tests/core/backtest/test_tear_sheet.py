"""The texts of the tear sheet, its escaping, its thinned lines, and the rows of its table of trades."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from g4qc_core.backtest.benchmark_of_result import benchmark_of
from g4qc_core.backtest.metrics import DEFINITIONS, rolling_sharpe, rolling_volatility, sharpe, volatility, window_for
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.result_card import card_of
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.tear_sheet.report import render_report
from g4qc_core.backtest.tear_sheet.sheet_words import LANGUAGES, say, table_of
from g4qc_core.backtest.tear_sheet.thinning import steps, thinned
from g4qc_core.backtest.tear_sheet.trade_rows import COLUMNS, trade_rows
from g4qc_core.backtest.worth_meanings import WORTH_MEANINGS
from g4qc_core.errors import UsageError
from tests.core.backtest.series import ES, spec, walk

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "g4qc_core/backtest/tear_sheet/page"
BARS = walk(600, contracts=["202603"] * 400 + ["202606"] * 200, adjustments=[40] * 400 + [0] * 200, per_session=23)


WORTH: dict[str, float | int | None] = {
    "family_trials": 240, "effective_trials": 31, "sharpe_error": 0.61, "sharpe_by_luck": 1.41,
    "probabilistic_sharpe": 0.98, "deflated_sharpe": 0.52, "deflated_sharpe_effective": 0.58, "luck_probability": 0.46,
    "min_track_record": 310, "min_backtest_years": 3.2, "overfitting_probability": None, "superior_p_value": None,
}  # fmt: skip


def made(bars: pd.DataFrame = BARS, **fields: object) -> BacktestResult:
    return run_backtest(spec(**fields), bars, ES, data_version="fingerprint-7", roll_rule="8 days before")


class Texts(HTMLParser):
    """The texts of a page that are neither of the table of strings, nor values, nor the user's."""

    SILENT = ("script", "style", "title")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.keys: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.keys += [str(names[name]) for name in ("data-t", "data-label") if name in names]
        if tag not in ("meta", "br", "path", "link"):
            self.open.append(
                (tag, bool({"data-t", "data-k", "data-s", "translate"} & set(names)) or tag in self.SILENT)
            )

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1][0] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if re.search(r"\w", data) and not any(known for _, known in self.open):
            self.found.append(data)


def texts_of(page: str) -> Texts:
    reader = Texts()
    reader.feed(page)
    return reader


def test_every_language_has_the_same_texts_with_the_same_values() -> None:
    english = table_of("en")
    for language in LANGUAGES[1:]:
        table = table_of(language)
        assert set(table) == set(english)
        for key, text in table.items():
            assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", english[key])), key
            assert text.count("|") == english[key].count("|"), key
            assert text.strip(), key
    assert {f"means.{name}" for name in DEFINITIONS} <= set(english)


def test_every_text_of_the_page_is_in_the_table_of_strings() -> None:
    reader = texts_of(render_report(made(), BARS, origin_note="Synthetic", instrument=ES, worth=WORTH))
    assert reader.found == []
    assert set(reader.keys) <= set(table_of("en"))
    scripts = "".join(path.read_text("utf-8") for path in PAGE.glob("*.js"))
    drawn = "".join(path.read_text("utf-8") for path in PAGE.parent.glob("*.py"))
    used = set(re.findall(r"""say\(["']([\w.]+)["']""", scripts)) | set(re.findall(r'"((?:axis|chart)\.\w+)"', drawn))
    assert used <= set(table_of("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_starts_in_the_language_that_is_asked_for(language: str) -> None:
    page = render_report(made(), BARS, language=language)
    assert f'<html lang="{language}" data-theme="auto" data-wanted="{language}">' in page
    assert f">{table_of(language)['part.costs']}</h2>" in page
    assert '<html lang="en" data-theme="auto" data-wanted="">' in render_report(made(), BARS)


def test_an_unknown_language_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="no language fr: choose one of auto, en, es"):
        render_report(made(), BARS, language="fr")


def test_a_text_with_one_has_its_singular() -> None:
    assert say("en", "head.bars", {"number": 1}) == "1 bar"
    assert say("es", "head.bars", {"number": 2345}) == "2.345 barras"


def test_texts_of_the_user_are_escaped_everywhere() -> None:
    evil = '</script><img src=x onerror="alert(1)">'
    result = made(name="plain")
    object.__setattr__(result, "notes", [evil])
    result.inputs["roll_rule"] = evil
    result.library[evil] = evil
    result.trades["exit_reason"] = evil
    page = render_report(result, BARS, origin_note=evil)
    assert "<img" not in re.sub(r"(<script type=\"text/javascript\">).*?</script>", "", page, flags=re.DOTALL)
    data = re.search(r'id="sheet-data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    columns = {name: values for name, _, values in json.loads(data.group(1))["trades"]["columns"]}
    assert columns["exit_reason"]["names"] == [evil]


def test_the_colours_are_those_of_the_web_pages() -> None:
    def palettes(text: str) -> list[dict[str, str]]:
        blocks = re.findall(r":root[^{]*\{([^}]*)\}", text)
        return [dict(re.findall(r"--([\w-]+): ([^;]+);", block)) for block in blocks]

    ours, theirs = (
        palettes(path.read_text("utf-8")) for path in (PAGE / "sheet.css", ROOT / "frontend/src/styles/base.css")
    )
    assert len(ours) == len(theirs) == 3
    for own, model in zip(ours, theirs, strict=True):
        assert own.items() <= model.items()


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=400), st.integers(4, 60))
@settings(max_examples=150, deadline=None)
def test_a_thinned_line_keeps_its_ends_and_its_extremes(values: list[float], most: int) -> None:
    line = np.array(values)
    at = thinned(line, most)
    assert (np.diff(at) > 0).all()
    assert {0, len(line) - 1} <= set(at.tolist())
    assert (line[at].min(), line[at].max()) == (line.min(), line.max())
    assert len(at) <= max(most, 2) + 2 or len(line) <= most


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=200))
def test_steps_that_are_few_are_all_kept(values: list[int]) -> None:
    position = np.array(values)
    at = steps(position, 1000)
    again = position[at][np.searchsorted(at, np.arange(len(position)), side="right") - 1]
    assert again.tolist() == values


@given(st.integers(1, 10_000), st.integers(2, 5), st.integers(6, 20))
@settings(max_examples=15, deadline=None)
def test_every_number_of_the_table_of_trades_is_that_of_the_frame(seed: int, fast: int, slow: int) -> None:
    bars = walk(300, seed=seed, contracts=["202603"] * 150 + ["202606"] * 150, adjustments=[40] * 150 + [0] * 150)
    result = made(bars, parameters={"fast": fast, "slow": slow})
    rows = json.loads(json.dumps(trade_rows(result)))
    frame = result.trades
    assert rows["count"] == len(frame)
    for name, kind, values in rows["columns"]:
        if kind == "minute":
            assert values == [int(stamp.timestamp()) for stamp in frame[name]]
        elif kind == "name":
            assert [values["names"][at] for at in values["at"]] == frame[name].astype(str).to_list()
        else:
            assert values == frame[name].to_list()
    assert [name for name, *_ in rows["columns"]] == list(COLUMNS)
    stamps = result.equity["timestamp"]
    assert stamps.iloc[rows["x0"]].to_list() == frame["entry_time"].to_list()
    assert rows.get("entry", frame["entry_price_own"].to_list()) == frame["entry_price"].to_list()


def test_what_the_trials_leave_stands_beside_the_sharpe_ratio_and_is_explained() -> None:
    page = render_report(made(), BARS, worth=WORTH)
    keys = page[page.index('class="keys"') : page.index('id="part-part-equity"')]
    order = [keys.index(f"figure.{name}") for name in ("sharpe", "deflated_sharpe_effective", "sharpe_by_luck")]
    assert order == sorted(order)
    assert "sma_cross was tried 240 times, which are like 31 independent ones." in page
    assert "That is less than the usual 95.00%: do not rely on it." in page
    assert "figure.overfitting_probability" not in page.split("<script")[0]
    spanish = render_report(made(), BARS, worth=WORTH, language="es")
    assert "sma_cross se probó 240 veces, que equivalen a 31 independientes." in spanish
    assert set(WORTH_MEANINGS) >= set(WORTH) - {"effective_trials"}


def test_every_figure_of_worth_has_its_words_in_both_languages() -> None:
    for language in LANGUAGES:
        texts = table_of(language)
        assert all(texts[f"{kind}.{name}"] for name in WORTH_MEANINGS for kind in ("figure", "means"))


def test_a_report_without_trials_says_nothing_of_them() -> None:
    assert "part.worth" not in render_report(made(), BARS).split("<script")[0]


def test_the_benchmark_of_the_curve_is_that_of_the_figures() -> None:
    result = made()
    benchmark = benchmark_of(result, BARS, ES)
    assert benchmark is not None
    assert benchmark.index.equals(result.daily_equity.index)
    gained = benchmark.iloc[-1] / float(result.spec.cash) - 1
    assert result.metrics["benchmark_return"] == pytest.approx(gained, abs=1e-9)


def test_missing_sessions_are_named_where_the_calendar_is_known() -> None:
    gone = pd.Timestamp("2026-01-14")
    bars = BARS[BARS["trade_date"] != gone].reset_index(drop=True)
    page = render_report(made(bars), bars, instrument=ES)
    assert 'datetime="2026-01-14"' in page
    assert result_free(page).count('data-k="day"') > 1
    assert 'data-t="missing.none"' in render_report(made(), BARS)


def result_free(page: str) -> str:
    return page.split('id="sheet-words"', maxsplit=1)[0]


@given(st.lists(st.floats(-0.05, 0.05), min_size=25, max_size=80), st.integers(2, 20))
@settings(max_examples=60, deadline=None)
def test_a_moving_window_has_the_figures_of_its_sessions(values: list[float], window: int) -> None:
    returns = np.array(values)
    ends = range(window, len(returns) + 1)
    parts = [returns[end - window : end] for end in ends]
    expected = [volatility(part, 252.0) for part in parts]
    assert rolling_volatility(returns, window, 252.0) == pytest.approx(expected, abs=1e-12)
    found = rolling_sharpe(returns, window, 252.0)
    for part, value in zip(parts, found, strict=True):
        if part.std() > 1e-6:
            assert value == pytest.approx(sharpe(part, 252.0))
    assert np.isnan(rolling_sharpe(np.full(9, 0.25), 3, 252.0)).all()


@pytest.mark.parametrize(("sessions", "window"), [(41, None), (42, 21), (125, 21), (126, 63), (252, 126), (5000, 126)])
def test_the_window_is_held_at_least_twice(sessions: int, window: int | None) -> None:
    assert window_for(sessions) == window


def test_the_card_has_its_names_in_both_languages() -> None:
    english, spanish = (result_free(render_report(made(), BARS, language=one)) for one in LANGUAGES)
    for row in card_of(made()):
        assert f">{html.escape(row.name)}</th>" in english
        assert f'translate="no">{html.escape(row.value)}</td>' in english
    assert ">parámetro slow</th>" in spanish
    assert ">huella de las fuentes</th>" in spanish
