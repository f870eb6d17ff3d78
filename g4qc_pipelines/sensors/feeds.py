"""The sensor of stale feeds: it reports when a feed stops while the market is open, and when it goes on."""

from __future__ import annotations

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.instruments.registry import load_registry
from g4qc_core.sentences import counted
from g4qc_core.services.quality.feed import Feed, feeds
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_pipelines.checks.feed_alive import feed_evaluation, watched
from g4qc_pipelines.sensors.reported_events import state_before
from g4qc_pipelines.sensors.webhook import Webhook

_NAME = "stale_feeds"


def build_feeds(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor `stale_feeds`; it is on from the start, because it sends no request to the gateway."""

    @dg.sensor(
        name=_NAME,
        minimum_interval_seconds=120,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Compares the newest answered bar of each front contract with the calendar and the gateway's "
        "clock, whether or not the connection lives. Says in the check feed_alive, the log and the webhook when a feed "
        "stops, and when it goes on.",
    )
    def stale_feeds(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            registry = load_registry(settings.own_instruments)
            found = feeds(watched(settings, context.instance, registry), stores)
        except G4qcError as error:
            return dg.SkipReason(str(error))
        now = {feed.symbol for feed in found if feed.stale}
        change = state_before(context, _NAME, now)
        if change is None:
            return dg.SkipReason(f"Nothing new: {len(now)} of {counted(len(found), 'feed')} stale.")
        webhook, (known, cursor) = Webhook(settings), change
        for feed in found:
            if feed.stale != (feed.symbol in known):
                _report(context, webhook, feed)
        return dg.SensorResult(cursor=cursor, asset_events=[feed_evaluation(found, stores)])

    return stale_feeds


def _report(context: dg.SensorEvaluationContext, webhook: Webhook, feed: Feed) -> None:
    event, says = ("feed_stale", "stands still") if feed.stale else ("feed_alive", "goes on")
    text = f"The feed {says}: {feed}."
    (context.log.warning if feed.stale else context.log.info)(text)
    newest = feed.newest.isoformat() if feed.newest else None
    webhook.tell(
        event,
        text,
        instrument=feed.symbol,
        contract=feed.contract,
        asked_at=feed.asked_at.isoformat(),
        newest_bar=newest,
        open_minutes_behind=feed.behind,
    )
