"""Layouts of all answers by protocol version: tables of fields, and one function that encodes them.

Versions 157 to 200 are supported. From 201 on the protocol is protobuf, which is out of scope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from g4qc_core.gateway.markets.simulated_market import MarketBars
from g4qc_core.gateway.protocol.framing import frame, number

OLDEST, NEWEST = 157, 200

_NO_NUMBER = "?"

# Versions at which the protocol changes, named after the change.
SIZE_RULES = 164
SCHEDULE = 165
ZONED_DATES = 174
ISSUER_ID = 176
CANCEL_WITHOUT_VERSION = 192
SEPARATE_END = 196


@dataclass(frozen=True)
class Field:
    """A field that exists in the versions `[since, until)`; `fixed` is its default value."""

    name: str
    fixed: str | None = None
    since: int = OLDEST
    until: int = NEWEST + 1


Layout = tuple[Field, ...]


@dataclass(frozen=True)
class Message:
    """A message before encoding: its layout, its values by name, and the repeated fields that follow."""

    layout: Layout
    values: Mapping[str, object]
    tail: Sequence[str] = ()


def layout(code: int, *fields: Field | str) -> Layout:
    """Return the layout of a message: its code, then its fields."""
    named = (Field(f) if isinstance(f, str) else f for f in fields)
    return (Field("code", str(code)), *named)


def version_field(number: int, until: int = NEWEST + 1) -> Field:
    """Return the field with the version of a message, where it has one."""
    return Field("version", str(number), until=until)


MANAGED_ACCOUNTS = layout(15, version_field(1), "accounts")
NEXT_VALID_ID = layout(9, version_field(1), "order_id")
CURRENT_TIME = layout(49, version_field(1), "epoch")
CURRENT_MILLISECONDS = layout(109, "epoch_ms")
ERROR = layout(
    4,
    version_field(2, until=194),
    "request_id",
    "error_code",
    "text",
    Field("reject_json", "", since=166),
    Field("time_ms", since=194),
)
CONTRACT_DATA = layout(
    10,
    version_field(8, until=SIZE_RULES),
    "request_id",
    "symbol",
    "sec_type",
    "expiry",
    Field("last_trade_date", since=182),
    Field("strike", "0"),
    Field("right", ""),
    "exchange",
    "currency",
    "local_symbol",
    "market_name",
    "trading_class",
    "con_id",
    "min_tick",
    Field("size_multiplier", "1", until=SIZE_RULES),
    "multiplier",
    "order_types",
    "valid_exchanges",
    Field("price_magnifier", "1"),
    "under_con_id",
    "long_name",
    Field("primary_exchange", ""),
    "contract_month",
    Field("industry", ""),
    Field("category", ""),
    Field("subcategory", ""),
    "zone",
    "trading_hours",
    "liquid_hours",
    Field("ev_rule", ""),
    Field("ev_multiplier", ""),
    Field("security_ids", "0"),
    Field("aggregated_group", "2147483647"),
    "under_symbol",
    "under_sec_type",
    "market_rules",
    "real_expiration",
    Field("stock_type", ""),
    Field("size_min_tick", "1", since=163, until=SIZE_RULES),
    Field("min_size", "1", since=SIZE_RULES),
    Field("size_increment", "1", since=SIZE_RULES),
    Field("suggested_size_increment", "1", since=SIZE_RULES),
    Field("ineligibility_reasons", "0", since=186),
)
CONTRACT_DATA_END = layout(52, version_field(1), "request_id")
HISTORICAL_DATA = layout(17, "request_id", Field("start", until=SEPARATE_END), Field("end", until=SEPARATE_END), "bars")
HISTORICAL_DATA_END = layout(108, "request_id", "start", "end")
HISTORICAL_DATA_UPDATE = layout(90, "request_id", "count", "date", "open", "close", "high", "low", "wap", "volume")
REAL_TIME_BAR = layout(
    50, version_field(3), "request_id", "date", "open", "high", "low", "close", "volume", "wap", "count"
)
TICK_PRICE = layout(1, version_field(6), "request_id", "tick", "price", "size", Field("attributes", "0"))
TICK_SIZE = layout(2, version_field(6), "request_id", "tick", "size")
TICK_STRING = layout(46, version_field(6), "request_id", "tick", "text")
TICK_PARAMETERS = layout(81, "request_id", "min_tick", Field("bbo_exchange", ""), Field("snapshots", "0"))
TICK_SNAPSHOT_END = layout(57, version_field(1), "request_id")
MARKET_DATA_TYPE = layout(58, version_field(1), "request_id", Field("data_type", "1"))
HISTORICAL_TICKS = layout(96, "request_id", "count")
HISTORICAL_QUOTES = layout(97, "request_id", "count")
HISTORICAL_TRADES = layout(98, "request_id", "count")
HISTORICAL_SCHEDULE = layout(106, "request_id", "start", "end", "zone", "sessions")
HEAD_TIMESTAMP = layout(88, "request_id", "timestamp")
ADVISOR_DATA = layout(16, version_field(1), "data_type", "xml")
SCANNER_PARAMETERS = layout(19, version_field(1), "xml")
DISPLAY_GROUPS = layout(67, version_field(1), "request_id", Field("groups", ""))
OPTION_PARAMETERS_END = layout(76, "request_id")
SOFT_DOLLAR_TIERS = layout(77, "request_id", Field("tiers", "0"))
FAMILY_CODES = layout(78, Field("families", "0"))
SYMBOL_SAMPLES = layout(79, "request_id", "samples")
DEPTH_EXCHANGES = layout(80, Field("exchanges", "0"))
SMART_COMPONENTS = layout(82, "request_id", Field("components", "0"))
NEWS_PROVIDERS = layout(85, Field("providers", "0"))
MARKET_RULE = layout(93, "rule_id", Field("increments", "1"), Field("low_edge", "0"), "increment")
USER_INFO = layout(107, "request_id", Field("white_branding", ""))

BAR_FIELDS = ("date", "open", "high", "low", "close", "volume", "wap", "count")
"""Fields of a historical bar, in order."""


def names(layout: Layout, version: int) -> list[str]:
    """Return the names of the layout's fields in a protocol version, in order."""
    return [f.name for f in layout if f.since <= version < f.until]


def encode(message: Message, version: int) -> bytes:
    """Return the frame of a message in a protocol version.

    Raises:
        KeyError: a field has neither a value nor a default.
    """
    values = message.values
    fields = [
        values[f.name] if f.fixed is None else values.get(f.name, f.fixed)
        for f in message.layout
        if f.since <= version < f.until
    ]
    return frame([*map(str, fields), *message.tail])


def bar_fields(dates: list[str], bars: MarketBars) -> list[str]:
    """Return the repeated part of HISTORICAL_DATA: date, open, high, low, close, volume, wap, count of each bar.

    Volumes are whole numbers, because clients below version 163 parse nothing else.
    """
    columns = [
        dates,
        *(_numbers(prices) for prices in (bars.open, bars.high, bars.low, bars.close)),
        [str(volume) for volume in bars.volume.tolist()],
        ["-1" if wap == "-1.0" else wap for wap in _numbers(bars.wap)],
        [str(count) for count in bars.count.tolist()],
    ]
    fields = [""] * (len(columns) * len(bars))
    for at, column in enumerate(columns):
        fields[at :: len(columns)] = column
    return fields


def bar_rows(dates: list[str], bars: MarketBars) -> list[list[str]]:
    """Return the texts of each bar, in the order of `BAR_FIELDS`."""
    fields = bar_fields(dates, bars)
    return [fields[at : at + len(BAR_FIELDS)] for at in range(0, len(fields), len(BAR_FIELDS))]


def _numbers(column: np.ndarray) -> list[str]:
    # A market repeats few prices many times: most texts come from the cache.
    values = column.tolist()
    texts = {value: number(value) for value in set(values) if value == value}
    return [texts.get(value, _NO_NUMBER) for value in values]
