from __future__ import annotations

import re
import struct
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from g4qc_core.backtest.metrics import DEFINITIONS
from g4qc_core.backtest.result import BacktestResult
from g4qc_core.backtest.run import run_backtest
from g4qc_core.backtest.tear_sheet.candles import make_candles
from g4qc_core.backtest.tear_sheet.pictures import candles_png, equity_png
from g4qc_core.backtest.tear_sheet.report import render_report, write_report
from g4qc_core.errors import SettingsError, UsageError
from tests.core.backtest.series import ES, series, spec, walk

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
BARS = walk(600, contracts=["202603"] * 400 + ["202606"] * 200, adjustments=[40] * 400 + [0] * 200, per_session=23)


def made(bars: pd.DataFrame = BARS, **fields: object) -> BacktestResult:
    return run_backtest(spec(**fields), bars, ES, data_version="fingerprint-7", roll_rule="8 days before")


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(made(name="crossing"), BARS, origin_note="Synthetic <data>")


def test_the_report_is_one_file_that_asks_nothing_of_the_network(page: str) -> None:
    without_code = re.sub(r"(<script\b[^>]*>).*?</script>", r"\1", page, flags=re.DOTALL)
    tags = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", without_code)
    assert tags
    assert not [tag for tag in tags if "src=" in tag or "href=" in tag]
    assert "http" not in without_code
    assert len(page) < 8_000_000


def test_the_report_says_where_every_number_comes_from_and_what_it_means(page: str) -> None:
    result = made(name="crossing")
    for words in ("fingerprint-7", "8 days before", result.id, result.inputs["engine"], "additive", "202603 to 202606"):
        assert words in page
    for name in ("Sharpe", "Largest drawdown", "Monthly returns", "Assumptions"):
        assert name in page
    assert "The library&#x27;s own figures" not in page
    assert DEFINITIONS["net_profit"].words in page
    assert f"{result.metrics['final_equity']:,.2f}" in page


def test_bars_of_no_real_market_are_announced_and_text_is_escaped(page: str) -> None:
    assert "Synthetic &lt;data&gt;" in page
    assert 'class="banner"' not in render_report(made(), BARS)


def test_a_report_replaces_the_old_one_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "x.html"
    write_report(made(), BARS, path)
    path.write_text("old", "utf-8")
    assert write_report(made(), BARS, path) == path
    assert path.read_text("utf-8").startswith("<!doctype html>")
    assert [p.name for p in path.parent.iterdir()] == ["x.html"]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(SettingsError, match=r"x\.html cannot be written: .* Check G4QC_HOME\."):
        write_report(made(), BARS, tmp_path / "file" / "x.html")


def test_bars_of_another_run_are_refused() -> None:
    with pytest.raises(UsageError, match="not the bars"):
        render_report(made(), BARS.iloc[1:])


def test_a_run_without_trades_has_a_report_too() -> None:
    flat = series([100] * 30, [100] * 30)
    assert "No trade was made." in render_report(made(flat), flat)


def test_the_report_says_whether_its_prices_are_adjusted() -> None:
    own, alone = BARS.assign(adjustment=0.0), BARS.head(400).assign(adjustment=0.0)
    for bars, adjustment, words, unit in (
        (BARS, "additive", "Prices are adjusted (additive)", "axis.adjusted"),
        (own, "none", "Prices are the contracts&#x27; own: they jump", "axis.points"),
        (alone, "additive", "Prices are the contract&#x27;s own.", "axis.points"),
    ):
        page = render_report(made(bars, adjustment=adjustment), bars)
        assert words in page
        assert f'"axis_label":"§{unit}§"' in page


def test_candles_keep_extremes_and_volume_and_never_cross_a_session_or_a_roll() -> None:
    candles = make_candles(BARS, 50)
    frame = candles.frame
    assert frame["volume"].sum() == BARS["volume"].sum()
    assert (frame["high"].max(), frame["low"].min()) == (BARS["high"].max(), BARS["low"].min())
    assert frame["close"].iloc[-1] == BARS["close"].iloc[-1]
    grouped = BARS.groupby(candles.of_bar)
    assert (grouped["trade_date"].nunique() == 1).all()
    assert (grouped["contract"].nunique() == 1).all()
    assert grouped.size().max() <= candles.bars_each
    assert len(make_candles(BARS, 600).frame) == len(BARS)


def test_pictures_are_small_and_always_the_same() -> None:
    result = made()
    for picture in (equity_png, lambda of: candles_png(BARS, "ES 1h")):
        image = picture(result)
        assert image.startswith(b"\x89PNG")
        assert len(image) < 60_000
        assert image == picture(result)
        assert struct.unpack(">II", image[16:24]) == (726, 330)


def test_importing_the_package_and_its_strategies_loads_nothing_heavy() -> None:
    code = (
        "import sys; import g4qc_core.backtest.specs.backtest_spec, g4qc_core.backtest.run; "
        "import g4qc_core.backtest.tear_sheet.report, g4qc_core.backtest.tear_sheet.pictures; "
        "print([m for m in ('bokeh', 'backtesting', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
