"""Messages about orders as protocol 157 spells them, for scripted peers."""

from __future__ import annotations

from decimal import Decimal

from g4qc_core.trading.broker import OrderTicket, TradedContract
from tests.core.ib.scripted import frame

ACCOUNT = "DU1234567"
CLIENT = 21
CON_ID = 495512563
ES = TradedContract("ES", "202512", CON_ID, "CME", "USD")
UNSET = "1.7976931348623157E308"


def _names(text: str) -> list[str]:
    return text.split()


_CONTRACT = (CON_ID, "ES", "FUT", "20251219", 0, "", 50)

OPEN_ORDER = _names(
    """
    orderId conId symbol secType expiry strike right multiplier exchange currency localSymbol tradingClass action
    totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin orderRef clientId permId
    outsideRth hidden discretionaryAmt goodAfterTime sharesAllocation faGroup faMethod faPercentage faProfile
    modelCode goodTillDate rule80A percentOffset settlingFirm shortSaleSlot designatedLocation exemptCode
    auctionStrategy startingPrice stockRefPrice delta stockRangeLower stockRangeUpper displaySize blockOrder
    sweepToFill allOrNone minQty ocaType eTradeOnly firmQuoteOnly nbboPriceCap parentId triggerMethod volatility
    volatilityType deltaNeutralOrderType deltaNeutralAuxPrice continuousUpdate referencePriceType trailStopPrice
    trailingPercent basisPoints basisPointsType comboLegsDescrip comboLegsCount orderComboLegsCount
    smartComboParamsCount scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement hedgeType optOutSmartRouting
    clearingAccount clearingIntent notHeld deltaNeutralContractPresent algoStrategy solicited whatIf status
    initMarginBefore maintMarginBefore equityWithLoanBefore initMarginChange maintMarginChange equityWithLoanChange
    initMarginAfter maintMarginAfter equityWithLoanAfter commission minCommission maxCommission commissionCurrency
    warningText randomizeSize randomizePrice conditionsSize adjustedOrderType triggerPrice adjustedTrailStopPrice
    lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount adjustableTrailingUnit
    softDollarName softDollarValue softDollarDisplayName cashQty dontUseAutoPriceForHedge isOmsContainer
    discretionaryUpToLimitPrice usePriceMgmtAlgo
    """
)

COMPLETED_ORDER = _names(
    """
    conId symbol secType expiry strike right multiplier exchange currency localSymbol tradingClass action
    totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin orderRef permId outsideRth
    hidden discretionaryAmt goodAfterTime faGroup faMethod faPercentage faProfile modelCode goodTillDate rule80A
    percentOffset settlingFirm shortSaleSlot designatedLocation exemptCode startingPrice stockRefPrice delta
    stockRangeLower stockRangeUpper displaySize sweepToFill allOrNone minQty ocaType triggerMethod volatility
    volatilityType deltaNeutralOrderType deltaNeutralAuxPrice continuousUpdate referencePriceType trailStopPrice
    trailingPercent comboLegsDescrip comboLegsCount orderComboLegsCount smartComboParamsCount scaleInitLevelSize
    scaleSubsLevelSize scalePriceIncrement hedgeType clearingAccount clearingIntent notHeld
    deltaNeutralContractPresent algoStrategy solicited status randomizeSize randomizePrice conditionsSize stopPrice
    lmtPriceOffset cashQty dontUseAutoPriceForHedge isOmsContainer autoCancelDate filledQuantity refFuturesConId
    autoCancelParent shareholder imbalanceOnly routeMarketableToBbo parentPermId completedTime completedStatus
    """
)

_KNOWN: dict[str, object] = {
    "conId": CON_ID,
    "symbol": "ES",
    "secType": "FUT",
    "expiry": "20251219",
    "multiplier": 50,
    "exchange": "CME",
    "currency": "USD",
    "localSymbol": "ESZ5",
    "tradingClass": "ES",
    "action": "BUY",
    "totalQuantity": 2,
    "orderType": "LMT",
    "lmtPrice": "5900.25",
    "auxPrice": UNSET,
    "tif": "GTC",
    "account": ACCOUNT,
    "orderRef": "sma-1",
    "clientId": CLIENT,
    "permId": 1234567890,
    "exemptCode": -1,
    "ocaType": 3,
    "clearingIntent": "IB",
    "adjustedOrderType": "None",
    "status": "Submitted",
}


def ticket(order_id: int = 7, **changes: object) -> OrderTicket:
    """A limit order for two contracts, with changes."""
    known: dict[str, object] = {
        "order_id": order_id,
        "ref": f"sma-{order_id}",
        "contract": ES,
        "action": "BUY",
        "quantity": 2,
        "order_type": "LMT",
        "tif": "GTC",
        "account": ACCOUNT,
        "limit_price": Decimal("5900.25"),
    }
    return OrderTicket(**(known | changes))  # type: ignore[arg-type]


def open_order(order_id: object = 7, **changes: object) -> bytes:
    """An open limit order to buy two contracts, with changes."""
    values = _KNOWN | {"orderId": order_id} | changes
    assert changes.keys() <= set(OPEN_ORDER)
    return frame(5, *(values.get(name, "") for name in OPEN_ORDER))


def completed_order(**changes: object) -> bytes:
    """The same order, completed."""
    values = _KNOWN | {"status": "Filled", "totalQuantity": 0, "filledQuantity": 2} | changes
    assert changes.keys() <= set(COMPLETED_ORDER)
    return frame(101, *(values.get(name, "") for name in COMPLETED_ORDER))


def status(
    order_id: object = 7, word: str = "Submitted", filled: object = 0, remaining: object = 2, client: int = CLIENT
) -> bytes:
    return frame(3, order_id, word, filled, remaining, 5900.25, 1234567890, 0, 5900.25, client, "", 0)


def execution(
    request: object = -1,
    order_id: object = 7,
    exec_id: str = "0000e0d5.1.01.01",
    shares: object = 1,
    side: str = "BOT",
    time: str = "20251128-16:00:00",
    sec_type: str = "FUT",
) -> bytes:
    contract = (CON_ID, "ES", sec_type, *_CONTRACT[3:], "CME", "USD", "ESZ5", "ES")
    fill = (exec_id, time, ACCOUNT, "CME", side, shares, 5900.25, 1234567890, CLIENT, 0, 1, 5900.25, "sma-7", "")
    return frame(11, request, order_id, *contract, *fill, "", "", 1)


def commission(exec_id: str = "0000e0d5.1.01.01", amount: object = 2.25, realized: object = UNSET) -> bytes:
    return frame(59, 1, exec_id, amount, "USD", realized, UNSET, "")


def position(quantity: object = 2, sec_type: str = "FUT", con_id: int = CON_ID) -> bytes:
    contract = (con_id, "ES", sec_type, *_CONTRACT[3:], "", "USD", "ESZ5", "ES")
    return frame(61, 3, ACCOUNT, *contract, quantity, 295012.5)


def update(request: object, start: int, price: float = 100.25, volume: object = 7) -> bytes:
    """An update of the minute in progress; its order of fields is another one than that of history."""
    return frame(90, request, 3, start, price, price + 0.5, price + 1, price - 1, price + 0.125, volume)


def five_seconds(request: object, start: int, price: float = 100.25, volume: object = 2) -> bytes:
    return frame(50, 3, request, start, price, price + 1, price - 1, price + 0.5, volume, price, 3)
