"""Layouts of all messages about orders, fills, positions and money, by protocol version."""

from __future__ import annotations

from g4qc_core.gateway.protocol.layouts import Field, Layout, layout, version_field

# Versions at which these messages change, named after the change.
DURATION = 158
POST_TO_ATS = 160
PARENTS_CANCEL = 162
PEGGED_OFFSETS = 170
NO_PROFILES = 177
REVISED_PRICES = 178
CUSTOMER = 183
PROFESSIONAL = 184
ACCRUED_INTEREST = 185
OVERNIGHT = 189
TAGS = 193
PREVIEWS = 195
SUBMITTER = 198
IMBALANCE = 199

UNSET = "1.7976931348623157E308"
"""A number that is not known, in messages that cannot leave it empty."""


def _empty(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "") for name in names)


def _zero(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "0") for name in names)


_CONTRACT = (
    "con_id", "symbol", "sec_type", "expiry", Field("strike", "0.0"), Field("right", "?"), "multiplier", "exchange",
    "currency", "local_symbol", "trading_class",
)  # fmt: skip
_TERMS = (
    "action", "quantity", "order_type", "limit_price", "stop_price", "tif", Field("oca_group", ""), "account",
    Field("open_close", ""), Field("origin", "0"), "order_ref",
)  # fmt: skip
_ADVISOR = (*_empty("group", "method", "percentage"), Field("profile", "", until=NO_PROFILES), *_empty("model"))
_SHORT_SALE = (Field("short_sale_slot", "0"), Field("designated_location", ""), Field("exempt_code", "-1"))
_BOX = _empty("starting_price", "stock_ref_price", "delta")
_RANGE = _empty("stock_range_lower", "stock_range_upper")
_VOLATILITY = (
    Field("volatility", ""), Field("volatility_type", "0"), Field("neutral_order_type", ""),
    Field("neutral_price", ""),
)  # fmt: skip
_REFERENCE = (Field("continuous_update", "0"), Field("reference_type", "0"))
_TRAIL = _empty("trail_stop", "trail_percent")
_LEGS = (Field("legs_text", ""), *_zero("legs", "leg_prices", "routing_parameters"))
_SCALE = _empty("scale_first", "scale_next", "scale_increment")
_CLEARING = (Field("clearing_account", ""), Field("clearing_intent", "IB"), Field("not_held", "0"))
_ALGORITHM = (Field("neutral_contract", "0"), Field("algorithm", ""), Field("solicited", "0"))
_PEGGED = tuple(
    Field(name, "", since=PEGGED_OFFSETS)
    for name in ("least_trade", "least_compete", "compete_offset", "whole_offset", "half_offset")
)
_MARGINS = tuple(
    Field(f"{figure}_{moment}", UNSET)
    for moment in ("before", "change", "after")
    for figure in ("initial", "maintenance", "equity")
)
_PREVIEW = (
    Field("margin_currency", "", since=PREVIEWS),
    *(
        Field(f"{figure}_{moment}_outside", "", since=PREVIEWS)
        for moment in ("before", "change", "after")
        for figure in ("initial", "maintenance", "equity")
    ),
    Field("suggested_size", "", since=PREVIEWS),
    Field("reject_reason", "", since=PREVIEWS),
    Field("allocations", "0", since=PREVIEWS),
)

OPEN_ORDER: Layout = layout(
    5,
    "order_id", *_CONTRACT, *_TERMS, "client_id", "perm_id", Field("outside_rth", "0"), Field("hidden", "0"),
    Field("discretionary", "0"), *_empty("good_after", "allocation"), *_ADVISOR, *_empty("good_till", "rule_80a"),
    *_empty("percent_offset", "settling_firm"), *_SHORT_SALE, Field("auction", "0"), *_BOX, *_RANGE,
    *_empty("display_size"), *_zero("block", "sweep", "all_or_none"), Field("least_quantity", ""),
    Field("oca_type", "3"), *_zero("electronic_only", "firm_only"), Field("price_cap", ""),
    Field("parent_id", "0"), Field("trigger_method", "0"), *_VOLATILITY, *_REFERENCE, *_TRAIL,
    *_empty("basis_points", "basis_points_type"), *_LEGS, *_SCALE, Field("hedge", ""), Field("opt_out", "0"),
    *_CLEARING, *_ALGORITHM, Field("what_if", "0"), "status", *_MARGINS, Field("commission", UNSET),
    Field("least_commission", UNSET), Field("most_commission", UNSET), Field("commission_currency", ""),
    *_PREVIEW, Field("warning", ""), *_zero("random_size", "random_price", "conditions"),
    Field("adjusted_type", "None"), *(Field(name, UNSET) for name in (
        "trigger_price", "adjusted_trail", "limit_offset", "adjusted_stop", "adjusted_stop_limit", "adjusted_amount",
    )), Field("adjusted_unit", "0"), *_empty("dollar_name", "dollar_value", "dollar_text"), Field("cash_quantity", "0"),
    *_zero("no_hedge_price", "container", "discretionary_limit", "price_management"),
    Field("duration", "", since=DURATION), Field("post_to_ats", "", since=POST_TO_ATS),
    Field("cancel_parent", "0", since=PARENTS_CANCEL), *_PEGGED, Field("customer", "", since=CUSTOMER),
    Field("professional", "0", since=PROFESSIONAL), Field("accrued_interest", "", since=ACCRUED_INTEREST),
    Field("overnight", "0", since=OVERNIGHT), Field("operator", "", since=TAGS),
    Field("manual_indicator", "", since=TAGS), Field("submitter", "", since=SUBMITTER),
    Field("imbalance_only", "0", since=IMBALANCE),
)  # fmt: skip
OPEN_ORDER_END = layout(53, version_field(1))
COMPLETED_ORDER: Layout = layout(
    101,
    *_CONTRACT, *_TERMS, "perm_id", Field("outside_rth", "0"), Field("hidden", "0"), Field("discretionary", "0"),
    Field("good_after", ""), *_ADVISOR, *_empty("good_till", "rule_80a", "percent_offset", "settling_firm"),
    *_SHORT_SALE, *_BOX, *_RANGE, Field("display_size", ""), *_zero("sweep", "all_or_none"),
    Field("least_quantity", ""), Field("oca_type", "3"), Field("trigger_method", "0"), *_VOLATILITY,
    *_REFERENCE, *_TRAIL, *_LEGS, *_SCALE, Field("hedge", ""), *_CLEARING, *_ALGORITHM,
    "status", *_zero("random_size", "random_price", "conditions"), Field("trail", ""), Field("limit_offset", ""),
    Field("cash_quantity", "0"), *_zero("no_hedge_price", "container"), Field("auto_cancel_date", ""), "filled",
    *_zero("future_con_id", "cancel_parent"), Field("shareholder", ""), *_zero("imbalance_only", "to_bbo"),
    Field("parent_perm_id", "0"), "completed_time", "completed_status", *_PEGGED,
    Field("customer", "", since=CUSTOMER), Field("professional", "0", since=PROFESSIONAL),
    Field("submitter", "", since=SUBMITTER),
)  # fmt: skip
COMPLETED_ORDERS_END = layout(102)
ORDER_STATUS = layout(
    3,
    "order_id", "status", "filled", "remaining", "average", "perm_id", Field("parent_id", "0"), "last_price",
    "client_id", Field("why_held", ""), Field("cap_price", "0"),
)  # fmt: skip
EXECUTION = layout(
    11,
    "request_id", "order_id", *_CONTRACT, "exec_id", "time", "account", "exec_exchange", "side", "shares", "price",
    "perm_id", "client_id", Field("liquidation", "0"), "cumulative", "average", "order_ref", Field("ev_rule", ""),
    Field("ev_multiplier", ""), Field("model", ""), Field("liquidity", "2"),
    Field("revised_price", "0", since=REVISED_PRICES), Field("submitter", "", since=SUBMITTER),
)  # fmt: skip
EXECUTIONS_END = layout(55, version_field(1), "request_id")
COMMISSION = layout(
    59, version_field(1), "exec_id", "commission", "currency", "realized", Field("yield", UNSET),
    Field("redemption", "0"),
)  # fmt: skip
POSITION = layout(61, version_field(3), "account", *_CONTRACT, "position", "average_cost")
POSITIONS_END = layout(62, version_field(1))
POSITION_OF_MODEL = layout(
    71, version_field(1), "request_id", "account", *_CONTRACT, "position", "average_cost", Field("model", "")
)
POSITIONS_OF_MODEL_END = layout(72, version_field(1), "request_id")
ACCOUNT_VALUE = layout(6, version_field(2), "tag", "value", "currency", "account")
PORTFOLIO_VALUE = layout(
    7,
    version_field(8),
    "con_id", "symbol", "sec_type", "expiry", Field("strike", "0.0"), Field("right", "0"), "multiplier", "exchange",
    "currency", "local_symbol", "trading_class", "position", "price", "value", "average_cost", "unrealized",
    "realized", "account",
)  # fmt: skip
ACCOUNT_TIME = layout(8, version_field(1), "time")
ACCOUNT_END = layout(54, version_field(1), "account")
SUMMARY = layout(63, version_field(1), "request_id", "account", "tag", "value", "currency")
SUMMARY_END = layout(64, version_field(1), "request_id")
VALUE_OF_MODEL = layout(73, version_field(1), "request_id", "account", Field("model", ""), "tag", "value", "currency")
VALUES_OF_MODEL_END = layout(74, version_field(1), "request_id")
PROFIT = layout(94, "request_id", "daily", "unrealized", "realized")
PROFIT_OF_POSITION = layout(95, "request_id", "position", "daily", "unrealized", "realized", "value")
