// Trades and follows bars on a gateway with @stoqey/ib, and prints what it heard as one line of JSON.
// Usage: node follow_and_trade.mjs HOST PORT
import { EventName, IBApi, OrderAction, OrderType, SecType, TimeInForce, WhatToShow } from "@stoqey/ib";

const [host, port] = process.argv.slice(2);
const ib = new IBApi({ host, port: Number(port), clientId: 21 });
const contract = {
  symbol: "ES",
  secType: SecType.FUT,
  exchange: "CME",
  currency: "USD",
  lastTradeDateOrContractMonth: "202612",
};
const heard = { errors: [] };

/** Resolves with the arguments of the first event that fits. */
function next(event, fits = () => true) {
  return new Promise((resolve) => {
    const listen = (...given) => {
      if (fits(...given)) {
        ib.off(event, listen);
        resolve(given);
      }
    };
    ib.on(event, listen);
  });
}

/** Sends, and resolves when the event that answers has come. */
async function answered(event, fits, send) {
  const answer = next(event, fits);
  send();
  return answer;
}

ib.on(EventName.error, (error, code, id) => heard.errors.push([id, code, error.message]));
const [first] = await answered(EventName.nextValidId, undefined, () => ib.connect());
heard.version = ib.serverVersion;

const [, details] = await answered(EventName.contractDetails, undefined, () => ib.reqContractDetails(1, contract));
heard.localSymbol = details.contract.localSymbol;

const [, date] = await answered(
  EventName.historicalData,
  (id, text) => id === 2 && text.startsWith("finished"),
  () => ib.reqHistoricalData(2, contract, "", "1800 S", "1 min", WhatToShow.TRADES, 0, 2, true),
);
heard.bars = date;
const [, , , , , , , , updated] = await next(EventName.historicalDataUpdate, (id) => id === 2);
heard.updated = updated !== undefined;
ib.cancelHistoricalData(2);

const [, at, open, high, low, close, volume] = await answered(
  EventName.realtimeBar,
  (id) => id === 3,
  () => ib.reqRealTimeBars(3, contract, 5, WhatToShow.TRADES, false),
);
heard.realTimeBar = { at, open, high, low, close, volume: Number(volume) };
ib.cancelRealTimeBars(3);

const [, , bid] = await answered(
  EventName.tickPrice,
  (id, kind) => id === 4 && kind === 1,
  () => ib.reqMktData(4, contract, "", false, false),
);
ib.cancelMktData(4);
heard.bid = bid;

const order = {
  action: OrderAction.BUY,
  totalQuantity: 2,
  orderType: OrderType.LMT,
  lmtPrice: bid - 100,
  tif: TimeInForce.DAY,
  transmit: true,
};
const status = (id, wanted) => (given, text) => given === id && text === wanted;
await answered(EventName.orderStatus, status(first, "Submitted"), () => ib.placeOrder(first, contract, order));
const [, , changed] = await answered(
  EventName.openOrder,
  (id, _contract, seen) => id === first && seen.lmtPrice === bid - 90,
  () => ib.placeOrder(first, contract, { ...order, lmtPrice: bid - 90 }),
);
heard.changedTo = changed.lmtPrice - bid;
await answered(EventName.orderStatus, status(first, "Cancelled"), () => ib.cancelOrder(first));

const fill = next(EventName.execDetails, (_id, _contract, execution) => execution.orderId === first + 1);
const fee = next(EventName.commissionReport);
const market = { ...order, orderType: OrderType.MKT, lmtPrice: undefined };
const [, , filled, remaining, price] = await answered(EventName.orderStatus, status(first + 1, "Filled"), () =>
  ib.placeOrder(first + 1, contract, market),
);
heard.filled = { filled: Number(filled), remaining: Number(remaining), price };
const [, , execution] = await fill;
const [report] = await fee;
heard.execution = { shares: Number(execution.shares), price: execution.price, side: execution.side };
heard.feeOfTheFill = report.execId === execution.execId && report.commission > 0;
const [, , position] = await answered(
  EventName.position,
  (_account, held) => held.localSymbol === heard.localSymbol,
  () => ib.reqPositions(),
);
heard.position = Number(position);

ib.disconnect();
console.log(JSON.stringify(heard));
