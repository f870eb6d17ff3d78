"""Answers to requests about positions, account values and profit; most of them are subscriptions."""

from __future__ import annotations

from g4qc_core.gateway.desk import account_reports as reports
from g4qc_core.gateway.desk import gateway_desk as codes
from g4qc_core.gateway.desk import order_layouts as layouts
from g4qc_core.gateway.protocol.bar_request_rules import Refusal
from g4qc_core.gateway.protocol.layouts import Message
from g4qc_core.gateway.protocol.request_context import Answer, RequestContext


def subscribing(code: int, answer: Answer) -> Answer:
    """Return an answer after which the client hears of every change."""

    def subscribe(asked: RequestContext) -> list[Message]:
        messages = answer(asked)
        asked.client.subscriptions[code, asked.request_id] = asked.values
        return messages

    return subscribe


def ending(code: int) -> Answer:
    """Return an answer that ends a subscription, or refuses an id without one (300)."""

    def end(asked: RequestContext) -> list[Message]:
        if asked.client.subscriptions.pop((code, asked.request_id), None) is None:
            raise Refusal(300, f"Can't find EId with tickerId:{asked.request_id}")
        return []

    return end


def positions(asked: RequestContext) -> list[Message]:
    """Return the open positions and the end of their list."""
    held = asked.desk.broker.account.open_positions()
    return [*(reports.position(one, asked.desk.account) for one in held), Message(layouts.POSITIONS_END, {})]


def end_positions(asked: RequestContext) -> list[Message]:
    """End the subscription of positions, without an answer, as at Interactive Brokers."""
    asked.client.subscriptions.pop((codes.POSITIONS, asked.request_id), None)
    return []


def positions_of_model(asked: RequestContext) -> list[Message]:
    """Return the open positions, and the end of their list, with the request's id."""
    held = asked.desk.broker.account.open_positions()
    found = [reports.position(one, asked.desk.account, asked.request_id) for one in held]
    return [*found, Message(layouts.POSITIONS_OF_MODEL_END, {"request_id": asked.request_id})]


def updates(asked: RequestContext) -> list[Message]:
    """Begin account updates with all values and positions, or end them without an answer."""
    begins, _ = asked.values
    if not begins:
        asked.client.subscriptions.pop((codes.UPDATES, asked.request_id), None)
        return []
    asked.client.subscriptions[codes.UPDATES, asked.request_id] = asked.values
    account = asked.desk.account
    end = Message(layouts.ACCOUNT_END, {"account": account})
    return [*reports.updates(asked.desk.broker, account, asked.now), end]


def summary(asked: RequestContext) -> list[Message]:
    """Return the chosen figures of the account and their end."""
    _, tags = asked.values
    found = reports.summary(asked.desk.broker, asked.desk.account, asked.request_id, str(tags))
    return [*found, Message(layouts.SUMMARY_END, {"request_id": asked.request_id})]


def updates_of_model(asked: RequestContext) -> list[Message]:
    """Return the figures of the account and their end, with the request's id."""
    found = reports.values_of_model(asked.desk.broker, asked.desk.account, asked.request_id)
    return [*found, Message(layouts.VALUES_OF_MODEL_END, {"request_id": asked.request_id})]


def profit(asked: RequestContext) -> list[Message]:
    """Return the profit of the account."""
    return [reports.profit(asked.desk.broker, asked.request_id)]


def profit_of_position(asked: RequestContext) -> list[Message]:
    """Return the profit of one contract."""
    return [reports.profit_of_position(asked.desk.broker, asked.request_id, int(str(asked.values[2])))]
