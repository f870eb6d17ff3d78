"""The sensor of stale traders: it reports when a trader that should run gives no sign of life, and when it is back."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.sentences import counted, duration
from g4qc_core.services.trading.shown.overview import trader_view
from g4qc_core.services.trading.shown.views import TraderView
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.sensors.reported_events import state_before
from g4qc_pipelines.sensors.webhook import Webhook

_NAME = "stale_trading"


def build_stale_traders(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor `stale_trading`; it is on from the start, because it reads the database alone."""

    @dg.sensor(
        name=_NAME,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads when each trader that has not been stopped gave its last sign of life, without its "
        "connection to the gateway. Says in the log and the webhook when one is silent for two minutes, and when it "
        "is back or was stopped.",
    )
    def stale_trading(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            now = datetime.now(UTC)
            found = [trader_view(record, now) for record in stores.traders.all()]
        except G4qcError as error:
            return dg.SkipReason(str(error))
        stale = {one.account for one in found if one.stale}
        change = state_before(context, _NAME, stale)
        if change is None:
            return dg.SkipReason(f"Nothing new: {len(stale)} of {counted(len(found), 'trader')} stale.")
        webhook, (known, cursor) = Webhook(settings), change
        for trader in found:
            if trader.stale != (trader.account in known):
                _report(context, webhook, trader)
        return dg.SensorResult(cursor=cursor)

    return stale_trading


def _report(context: dg.SensorEvaluationContext, webhook: Webhook, trader: TraderView) -> None:
    event, text = "trader_alive", f"The trader of {trader.account} is {trader.state}."
    if trader.stale:
        event = "trader_stale"
        text = (
            f"The trader of {trader.account} on {trader.host} should be running and gave no sign of life for "
            f"{duration(trader.heartbeat_age)}: start it with `g4qc trade start`. Its orders may still be at the "
            "broker."
        )
    (context.log.warning if trader.stale else context.log.info)(text)
    webhook.tell(
        event,
        text,
        account=trader.account,
        host=trader.host,
        state=trader.state,
        heartbeat_at=trader.heartbeat_at.isoformat(),
    )
