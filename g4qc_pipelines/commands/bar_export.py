"""`g4qc bars`: stored bars as CSV, Parquet or JSON, to the standard output or to a file that is complete or absent."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import click
import pandas as pd

from g4qc_core.bars.columns import PRICES, VALUES
from g4qc_core.calendars.session_calendar import check_window
from g4qc_core.errors import SettingsError, UsageError, unknown
from g4qc_core.files import usual_mode, write_whole
from g4qc_core.futures.adjustment import Adjustment
from g4qc_core.instruments.registry import Instrument, contract_month, load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.rolls.instrument_rolls import refuse_other_overrides
from g4qc_core.services.series.continuous_series import Series, read_contract, read_series
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores, open_stores
from g4qc_core.timeframes import timeframe as timeframe_of

_PLACES = 10


def export_bars(
    settings: Settings,
    symbol: str,
    form: str,
    timeframe: str,
    first: date | None,
    last: date | None,
    contract: str | None,
    adjustment: str,
    rule: str | None,
    position: int,
    output: Path | None,
) -> None:
    """Write bars of one contract, or of the front contract by the roll calendar; name the missing sessions.

    Raises:
        BarsIncomplete: the timeframe was not derived from all stored minutes of the window.
        UsageError: a name is unknown, the window is reversed, nothing is stored, or rolls were set by hand since.
    """
    instrument = load_registry(settings.own_instruments)[symbol]
    if first is not None and last is not None:
        check_window(first, last)
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet is not for a terminal: name a file with --output.")
    with open_stores(settings) as stores:
        if contract is None:
            refuse_other_overrides(instrument, stores, settings)
        read = _load(instrument, timeframe, (first, last), contract, (adjustment, rule, position), stores)
    bars = read.bars
    if bars.empty:
        raise UsageError(
            f"No {timeframe} bars of {symbol} are stored for this window: fetch them with `g4qc extract {symbol} "
            "--from ... --to ...`."
        )
    if read.known.missing:
        click.echo(f"Warning: {read.known.words()}", err=True)
    content = _encode(bars, instrument, form)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    _write(output, content)
    click.echo(f"{counted(len(bars), 'bar')} written to {output}.", err=True)


def _load(
    instrument: Instrument,
    timeframe: str,
    window: tuple[date | None, date | None],
    contract: str | None,
    joined: tuple[str, str | None, int],
    stores: Stores,
) -> Series:
    kind, now = timeframe_of(timeframe), datetime.now(UTC)
    adjustment, rule, position = joined
    if adjustment not in list(Adjustment):
        raise unknown("adjustment", adjustment, [str(a) for a in Adjustment])
    if contract is None:
        return read_series(stores, instrument, kind, Adjustment(adjustment), window, rule, position, now=now)
    if adjustment != Adjustment.NONE or rule is not None or position:
        raise UsageError("The bars of one contract are not adjusted: leave --adjustment, --rule and --position out.")
    return read_contract(stores, instrument, kind, contract_month(contract), window, now)


def _encode(bars: pd.DataFrame, instrument: Instrument, form: str) -> bytes:
    columns = ["timestamp", *VALUES, "count", "contract", "trade_date", "factor", "adjustment"]
    # Adjusted prices are not on the tick grid, so the columns of their adjustment are needed, too.
    multiplied = "factor" in bars and bool((bars["factor"] != 1).any())
    places = _PLACES if multiplied else instrument.decimals
    columns = [name for name in columns if name != "factor" or multiplied]
    bars = bars[[name for name in columns if name in bars]].sort_values("timestamp", ignore_index=True)
    if form == "parquet":
        buffer = BytesIO()
        bars.to_parquet(buffer, index=False)
        return buffer.getvalue()
    bars = bars.assign(
        timestamp=bars["timestamp"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        trade_date=bars["trade_date"].dt.strftime("%Y-%m-%d"),
    )
    if form == "json":
        return (bars.to_json(orient="records", double_precision=places) + "\n").encode()
    prices = {name: bars[name].map(f"{{:.{places}f}}".format) for name in PRICES}
    return bars.assign(**prices).to_csv(index=False, lineterminator="\n").encode()


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content, usual_mode())
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None
