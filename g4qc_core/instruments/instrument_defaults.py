"""An entry of the instruments file for a product that a gateway describes, with guesses for the other fields."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from g4qc_core.errors import UsageError
from g4qc_core.instruments.products import Product
from g4qc_core.instruments.registry import MONTH_CODES
from g4qc_core.roll_rules import FirstNotice, parse_rule

_CALENDARS_OF_EXCHANGES = {"NYMEX": "energy", "COMEX": "metals"}
_CALENDARS_OF_UNDERLYINGS = {"IND": "equity_index", "CASH": "fx", "BOND": "rates"}
_CALENDARS_OF_CLASSES = {
    **dict.fromkeys(("ZC", "ZS", "ZW", "KE", "ZL", "ZM", "ZO"), "grains"),
    **dict.fromkeys(("LE", "HE", "GF"), "livestock"),
    **dict.fromkeys(("ZN", "ZB", "ZF", "ZT", "TN", "UB", "ZQ", "SR3", "SR1"), "rates"),
}
_CALENDARS_OF_KINDS = {"STK": "us_equities", "CASH": "forex_spot", "IND": "us_indices"}
_OF_THE_UNITED_STATES = ("America/Chicago", "America/New_York", "CST6CDT", "EST5EDT", "US/Central", "US/Eastern")
_OF_LONDON = ("Europe/London", "GB-Eire", "GB")

# Interactive Brokers' fixed tier with the usual fee of the exchange, one side; a stock's by the share.
_FEES = {"FUT": Decimal("2.50"), "STK": Decimal("0.005"), "CASH": Decimal(0), "IND": Decimal(0)}
_FEE_OF_MICROS = Decimal("0.62")
_ROLL_DAYS, _ROLL_DAYS_OF_DELIVERED = 8, 32


@dataclass(frozen=True)
class Proposal:
    """The fields of an entry in the order of the file, and the reason of each guessed one."""

    fields: dict[str, str | int | Decimal]
    guesses: dict[str, str]


def proposal(product: Product, given: dict[str, str | int | Decimal]) -> Proposal:
    """Return the entry of a product.

    Args:
        product: as the gateway describes it.
        given: fields that the user decided; they take precedence over the gateway and over every guess.

    Raises:
        UsageError: the calendar is neither given nor can it be guessed.
    """
    reported: dict[str, str | int | Decimal] = {
        "name": product.name or product.ib_symbol,
        "kind": product.kind,
        "ib_symbol": product.ib_symbol,
        "trading_class": product.trading_class,
        "exchange": product.exchange,
        "currency": product.currency,
        "multiplier": product.multiplier,
        "min_tick": product.min_tick,
        **({} if product.price_magnifier == 1 else {"price_magnifier": int(product.price_magnifier)}),
    }
    guessed: dict[str, str | int | Decimal] = {}
    guesses: dict[str, str] = {}

    def guess(field: str, value: str | int | Decimal, why: str) -> None:
        if field not in given:
            guessed[field], guesses[field] = value, why

    if product.kind == "FUT":
        months = "".join(code for code in MONTH_CODES if code in product.months)
        reported["months"] = reported["listed"] = months
        if "months" not in given:
            guesses["months"] = "all that the gateway lists; leave out those that nobody trades"
        if "roll" in given and isinstance(parse_rule(str(given["roll"])), FirstNotice):
            guess("roll_days_before_expiry", _ROLL_DAYS_OF_DELIVERED, "as gold")
            guess("first_notice", "last_business_day_before_month", "as gold and Treasury notes")
        else:
            guess("roll_days_before_expiry", _ROLL_DAYS, "as equity index futures")
    if "calendar" not in given:
        guess("calendar", _calendar(product), "by kind and exchange; `calendars.toml` lists them all")
    micro = product.kind == "FUT" and "micro" in product.name.casefold()
    guess("fee", _FEE_OF_MICROS if micro else _FEES[product.kind], "Interactive Brokers' fixed tier, about")
    return Proposal({**reported, **guessed, **given}, guesses)


def _calendar(product: Product) -> str:
    found = _CALENDARS_OF_KINDS.get(product.kind)
    if product.kind == "STK" and product.timezone in _OF_LONDON:
        return "uk_equities"
    if product.kind == "FUT":
        # A product quoted in cents is not a financial one, whatever the name of its underlying.
        by_underlying = _CALENDARS_OF_UNDERLYINGS.get(product.underlying) if product.price_magnifier == 1 else None
        by_exchange = _CALENDARS_OF_EXCHANGES.get(product.exchange, by_underlying)
        found = _CALENDARS_OF_CLASSES.get(product.trading_class, by_exchange)
    if found is None or (product.kind != "CASH" and product.timezone not in _OF_THE_UNITED_STATES):
        raise UsageError(
            f"The session calendar of {product.ib_symbol} at {product.exchange} ({product.timezone}) cannot be "
            "guessed: name it with --calendar."
        )
    return found
