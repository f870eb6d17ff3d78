"""An entry of the instruments file without a gateway: the user's fields, and usual values for the others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from g4qc_core.errors import UsageError
from g4qc_core.instruments.contracts import Kind
from g4qc_core.instruments.instrument_defaults import Proposal, proposal
from g4qc_core.instruments.products import Product

_TICKS: dict[str, Decimal] = {"STK": Decimal("0.01"), "IND": Decimal("0.01"), "CASH": Decimal("0.00005")}
_TICK_OF_YEN = Decimal("0.005")
_NEEDED = ("exchange", "currency", "multiplier", "min_tick", "months")

Given = Mapping[str, str | int | Decimal]
"""Fields that the user decided."""


class FieldsLacking(UsageError):
    """Fields without a usual value are not given.

    Attributes:
        fields: their names.
    """

    def __init__(self, symbol: str, fields: list[str]) -> None:
        super().__init__(f"[{symbol}] {', '.join(fields)}: say what the product is.")
        self.fields = fields


def entry_without_gateway(symbol: str, kind: Kind, given: Given) -> Proposal:
    """Return the entry; values that are not given are the usual ones of the kind in the United States.

    Raises:
        FieldsLacking: a field without a usual value is not given.
    """
    usual = _usual(kind, given)
    known = {**usual, **given}
    needed = (name for name in _NEEDED if name != "months" or kind == "FUT")
    lacking = [name for name in needed if known.get(name, "") == ""]
    if kind in ("STK", "IND") and known.get("currency") != "USD" and "calendar" not in given:
        lacking.append("calendar")
    product = Product(
        kind=kind,
        ib_symbol=str(given.get("ib_symbol", symbol)),
        trading_class=str(given.get("trading_class", given.get("ib_symbol", symbol))),
        exchange=str(known.get("exchange", "")),
        currency=str(known.get("currency", "")),
        name=str(given.get("name", symbol)),
        multiplier=Decimal(known.get("multiplier", 1)),
        min_tick=Decimal(known.get("min_tick", 1)),
        timezone="America/New_York",
        months=str(known.get("months", "")),
    )
    try:
        made = proposal(product, dict(given))
    except UsageError:
        made = None
        lacking.append("calendar")
    if made is None or lacking:
        raise FieldsLacking(symbol, list(dict.fromkeys(lacking)))
    reasons = {name: "usual for its kind" for name in usual if name not in given}
    return Proposal(made.fields, reasons | made.guesses)


def _usual(kind: Kind, given: Given) -> dict[str, str | Decimal]:
    if kind == "FUT":
        return {"currency": "USD"}
    usual: dict[str, str | Decimal] = {"multiplier": Decimal(1)}
    if kind == "CASH":
        return usual | {"min_tick": _TICK_OF_YEN if given.get("currency") == "JPY" else _TICKS[kind]}
    if given.get("currency", "USD") == "USD":
        usual |= {"currency": "USD", "min_tick": _TICKS[kind]}
    return usual
