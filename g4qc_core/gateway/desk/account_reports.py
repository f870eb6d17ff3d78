"""Messages about positions, account values and profit, made from the broker's account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from g4qc_core.gateway.broker.order_checks import money
from g4qc_core.gateway.broker.simulated_account import AccountPosition, unrealized, value
from g4qc_core.gateway.broker.simulated_broker import SimulatedBroker
from g4qc_core.gateway.desk import order_layouts as layouts
from g4qc_core.gateway.desk.order_reports import contract_fields, price
from g4qc_core.gateway.protocol.bar_request_rules import GATEWAY_ZONE
from g4qc_core.gateway.protocol.layouts import Message

CURRENCY = "USD"
_TEXTS = {"AccountType": "INDIVIDUAL", "AccountReady": "true", "Cushion": "1"}
_OF_ALL = ("All", "")


def account_values(broker: SimulatedBroker) -> dict[str, Decimal]:
    """Return the figures of the account by the protocol's tags."""
    account = broker.account
    equity, margin = account.equity(broker.price), account.margin(broker.price)
    available = equity - margin
    gross = sum(
        (abs(value(p.listing, p.quantity, broker.price(p.listing))) for p in account.open_positions()), Decimal()
    )
    return {
        "NetLiquidation": equity,
        "TotalCashValue": account.cash,
        "SettledCash": account.cash,
        "EquityWithLoanValue": equity,
        "GrossPositionValue": gross,
        "InitMarginReq": margin,
        "MaintMarginReq": margin,
        "FullInitMarginReq": margin,
        "FullMaintMarginReq": margin,
        "AvailableFunds": available,
        "FullAvailableFunds": available,
        "ExcessLiquidity": available,
        "FullExcessLiquidity": available,
        "BuyingPower": max(available, Decimal(0)) / account.margin_rate,
        "UnrealizedPnL": account.unrealized(broker.price),
        "RealizedPnL": account.realized,
    }


def updates(broker: SimulatedBroker, account: str, now: datetime) -> list[Message]:
    """Return account values, positions and the time, as account updates bring them, without their end."""
    values = [
        Message(layouts.ACCOUNT_VALUE, {"tag": tag, "value": text, "currency": "", "account": account})
        for tag, text in _TEXTS.items()
    ]
    values += [
        Message(layouts.ACCOUNT_VALUE, {"tag": tag, "value": money(amount), "currency": CURRENCY, "account": account})
        for tag, amount in account_values(broker).items()
    ]
    held = [_portfolio(broker, position, account) for position in broker.account.positions.values()]
    time = Message(layouts.ACCOUNT_TIME, {"time": f"{now.astimezone(GATEWAY_ZONE):%H:%M}"})
    return [*values, *held, time]


def summary(broker: SimulatedBroker, account: str, request_id: int, tags: str) -> list[Message]:
    """Return the chosen figures, tags separated by commas, without their end; `$LEDGER` is all of them."""
    asked = [tag.strip() for tag in tags.split(",") if tag.strip()]
    figures: Mapping[str, str] = _TEXTS | {tag: money(amount) for tag, amount in account_values(broker).items()}
    everything = any(tag.startswith("$LEDGER") for tag in asked)
    chosen = figures if everything else [tag for tag in asked if tag in figures]
    return [
        Message(
            layouts.SUMMARY,
            {
                "request_id": request_id,
                "account": account,
                "tag": tag,
                "value": figures[tag],
                "currency": "" if tag in _TEXTS else CURRENCY,
            },
        )
        for tag in chosen
    ]


def values_of_model(broker: SimulatedBroker, account: str, request_id: int) -> list[Message]:
    """Return the figures of the account as `reqAccountUpdatesMulti` brings them, without their end."""
    return [
        Message(
            layouts.VALUE_OF_MODEL,
            {"request_id": request_id, "account": account, "tag": tag, "value": money(amount), "currency": CURRENCY},
        )
        for tag, amount in account_values(broker).items()
    ]


def position(held: AccountPosition, account: str, request_id: int | None = None) -> Message:
    """Return the message about a position; with a request id, the one of positions by model."""
    values = {
        "account": account,
        "position": held.quantity,
        "average_cost": price(held.average_cost),
        **contract_fields(held.listing),
    }
    if request_id is None:
        return Message(layouts.POSITION, values)
    return Message(layouts.POSITION_OF_MODEL, {**values, "request_id": request_id})


def profit(broker: SimulatedBroker, request_id: int) -> Message:
    """Return the profit of the account: since midnight, of open contracts, and of closed ones."""
    return Message(
        layouts.PROFIT,
        {
            "request_id": request_id,
            "daily": price(broker.daily_profit),
            "unrealized": price(broker.account.unrealized(broker.price)),
            "realized": price(broker.account.realized),
        },
    )


def profit_of_position(broker: SimulatedBroker, request_id: int, con_id: int) -> Message:
    """Return the profit of one contract; zeros for one that was never traded."""
    held = broker.account.positions.get(con_id)
    last = None if held is None else broker.price(held.listing)
    figures = (0, "0", "0", "0", "0")
    if held is not None:
        marked = unrealized(held, last) if held.quantity else Decimal(0)
        worth = value(held.listing, held.quantity, last)
        figures = (held.quantity, price(marked + held.net), price(marked), price(held.net), price(worth))
    names = ("position", "daily", "unrealized", "realized", "value")
    return Message(layouts.PROFIT_OF_POSITION, {"request_id": request_id, **dict(zip(names, figures, strict=True))})


def _portfolio(broker: SimulatedBroker, held: AccountPosition, account: str) -> Message:
    last = broker.price(held.listing)
    marked = unrealized(held, last) if held.quantity else Decimal(0)
    return Message(
        layouts.PORTFOLIO_VALUE,
        {
            "position": held.quantity,
            "price": price(last or Decimal(0)),
            "value": price(value(held.listing, held.quantity, last)),
            "average_cost": price(held.average_cost),
            "unrealized": price(marked),
            "realized": price(held.net),
            "account": account,
            **contract_fields(held.listing),
        },
    )
