"""Files of bars and results: their names, and what is in them."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import URL

from g4qc_core.api.bar_encoding import BarFormat, Format
from g4qc_core.api.downloads import download_headers, file_name
from g4qc_core.backtest.metrics import DEFINITIONS
from tests.core.storage.test_stores import _equity, _record, _trades
from tests.fixtures.api import Api, served
from tests.fixtures.home import home_on

ID = f"{77:032x}"
METRICS = {"starting_cash": 100_000, "sharpe": 0.7, "sortino": None}


@pytest.fixture(scope="module")
def results(home_template: URL) -> Iterator[Api]:
    """The API over one result, for tests that only read."""
    with home_on(home_template) as home, served(home.settings) as api:
        api.services.stores().backtests.save(_record(ID, METRICS), _trades(), _equity())
        yield api


def named(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.headers["content-disposition"]


def read(answer: httpx.Response, form: str) -> pd.DataFrame:
    if form == "csv":
        return pd.read_csv(io.StringIO(answer.text))
    if form == "parquet":
        return parquet.read_table(io.BytesIO(answer.content)).to_pandas()
    return pa.ipc.open_stream(answer.content).read_pandas()


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (["ES", "1h", "", "ratio"], "ES-1h-ratio.csv"),
        (["../../etc/passwd", 'a"b\r\nc: d'], "etc_passwd-a_b_c_d.csv"),
        (["módulo.py:Mío"], "módulo.py_Mío.csv"),
        (["", "..."], "g4qc.csv"),
        (["x" * 500], "x" * 120 + ".csv"),
    ],
)
def test_a_name_is_safe_everywhere(parts: list[str], name: str) -> None:
    assert file_name(parts, Format.CSV) == name


def test_a_name_beyond_ascii_is_given_in_both_ways() -> None:
    assert download_headers(True, ["Mío"], BarFormat.PARQUET) == {
        "Content-Disposition": "attachment; filename=\"M_o.parquet\"; filename*=UTF-8''M%C3%ADo.parquet"
    }
    assert download_headers(False, ["Mío"], BarFormat.PARQUET) == {}


@pytest.mark.integration
@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"start_date": "2026-10-01", "end_date": "2026-10-31", "adjustment": "ratio"}, "2026-10-01-2026-10-31-ratio"),
        ({"start_date": "2026-10-06T13:30Z", "limit": 5}, "from-2026-10-06T1330Z"),
        ({"end_date": "2026-10-06", "contract": "202612"}, "202612-to-2026-10-06"),
    ],
)
@pytest.mark.parametrize("form", list(BarFormat))
def test_a_file_of_bars_tells_what_it_holds(api: Api, asked: dict[str, object], name: str, form: BarFormat) -> None:
    asked = {"timeframe": "1h", "format": form.value, **asked}
    with api.client() as client:
        plain, saved = (client.get("/data/ES", params=asked | more) for more in ({}, {"download": "true"}))
    assert named(saved) == f'attachment; filename="ES-1h-{name}.{form}"'
    assert "content-disposition" not in plain.headers
    assert saved.content == plain.content


@pytest.mark.integration
@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("trades", "trades"),
        ("equity", "equity"),
        ("equity?by=session", "equity-by-session"),
        ("tables/month", "month"),
        ("tables/drawdowns", "drawdowns"),
        ("figures", "figures"),
    ],
)
def test_a_file_of_a_result_has_all_rows_and_a_name(results: Api, path: str, name: str, form: str) -> None:
    address, more = f"/backtests/{ID}/{path}", "&" if "?" in path else "?"
    with results.client() as client:
        plain = client.get(f"{address}{more}format={form}")
        saved = client.get(f"{address}{more}format={form}&download=true")
        document = client.get(address).json()
    assert "content-disposition" not in plain.headers
    spec = _record(ID, METRICS).spec
    title = "-".join(str(spec[name]) for name in ("strategy", "instrument", "timeframe"))
    assert named(saved) == f'attachment; filename="{title}-{ID[:8]}-{name}.{form}"'
    frame = read(saved, form)
    assert list(frame.columns) == list(document["columns"])
    assert len(frame) == len(next(iter(document["columns"].values())))


@pytest.mark.integration
def test_the_figures_are_those_of_the_result_with_unit_and_formula(results: Api) -> None:
    with results.client() as client:
        frame = read(client.get(f"/backtests/{ID}/figures", params={"format": "csv"}), "csv").set_index("name")
        page = client.get(f"/backtests/{ID}/figures", params={"limit": 1}).json()
    assert list(frame.columns) == ["value", "unit", "formula"]
    assert list(frame.index) == [key for key in DEFINITIONS if key in METRICS]
    assert frame.loc["sharpe", "value"] == 0.7
    assert frame.loc["sharpe", "formula"] == DEFINITIONS["sharpe"].formula
    assert pd.isna(frame.loc["sortino", "value"])
    assert page["next_offset"] == 1


@pytest.mark.integration
def test_what_is_not_there_is_said(results: Api) -> None:
    with results.client() as client:
        wrong = client.get(f"/backtests/{ID}/tables/weeks")
        absent = [client.get(f"/backtests/{'0' * 32}/{path}").status_code for path in ("figures", "tables/month")]
    assert wrong.status_code == 422
    assert "weekday" in wrong.json()["detail"]
    assert absent == [404, 404]
