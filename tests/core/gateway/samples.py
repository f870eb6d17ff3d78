"""Arguments for any request of a client, by the names of its parameters, so that a new request is tried as well."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

REQUEST_ID = 4711

UNANSWERED = {"cancelNewsBulletins", "cancelPositions", "setServerLogLevel", "reqMarketDataType"}
"""Methods without an answer at Interactive Brokers: settings, and ends of lists that are not sent."""

SILENT_WITHOUT_ORDERS = {"reqGlobalCancel"}
"""Methods that are answered for each open order."""

SILENT_WHILE_CLOSED = {"reqRealTimeBars"}
"""Methods of streams whose first message is the first that the market has to say."""

_VALUES: dict[str, Any] = {
    "reqId": REQUEST_ID,
    "tickerId": REQUEST_ID,
    "orderId": REQUEST_ID,
    "bAutoBind": True,
    "barSize": 5,
    "barSizeSetting": "1 min",
    "durationStr": "60 S",
    "endDateTime": "20261120-21:00:00",
    "faData": 1,
    "formatDate": 2,
    "keepUpToDate": False,
    "marketDataType": 1,
    "pattern": "ES",
    "regulatorySnapshot": False,
    "tickType": "AllLast",
    "timePeriod": "1 day",
    "useRTH": 0,
    "whatToShow": "TRADES",
}
_BY_TYPE = {"int": 1, "float": 1.0, "str": "", "bool": True, "list": []}
_TEXTS = ("Code", "Codes", "Time", "Name", "Version", "Data", "Response", "Key", "Id", "Info", "Type", "Symbol", "xml")
_WORDS = ("account", "acctCode", "tags", "bboExchange", "genericTickList", "futFopExchange")


def requests_of(client: type, sends: str) -> dict[str, Callable[..., None]]:
    """The methods of a client that send a message in text, by name.

    Args:
        sends: the call in their source that does it.
    """
    own = {"connect", "startApi", "sendMsg", "send"}
    return {
        name: method
        for name, method in inspect.getmembers(client, inspect.isfunction)
        if sends in inspect.getsource(method) and name not in own and not name.endswith("ProtoBuf")
    }


def arguments(method: Callable[..., None], objects: Mapping[str, Any]) -> list[Any]:
    """Return a value for each positional parameter of a request after `self`.

    Args:
        objects: values of parameters that are the client's own objects, by name.
    """
    _, *parameters = inspect.signature(method).parameters.values()
    return [_value(one, objects) for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY]


def _value(parameter: inspect.Parameter, objects: Mapping[str, Any]) -> Any:
    name = parameter.name
    if name in objects or name in _VALUES:
        return objects.get(name, _VALUES.get(name))
    if parameter.default is not inspect.Parameter.empty:
        return parameter.default
    kind = getattr(parameter.annotation, "__name__", str(parameter.annotation))
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if name.endswith("ptions"):
        return []
    return "" if name.endswith(_TEXTS) or name in _WORDS else 1
