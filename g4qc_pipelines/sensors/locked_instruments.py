"""The sensor of locked instruments: it reports when a difference with the broker locks one, and when it is unlocked."""

from __future__ import annotations

import dagster as dg

from g4qc_core.errors import G4qcError
from g4qc_core.settings import Settings
from g4qc_core.storage.stores import Stores
from g4qc_core.storage.trading_stores.safety_store import InstrumentLock
from g4qc_pipelines.sensors.reported_events import state_before
from g4qc_pipelines.sensors.webhook import Webhook

_NAME = "locked_trading"


def build_locked_instruments(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor `locked_trading`; it is on from the start, because it reads the database alone."""

    @dg.sensor(
        name=_NAME,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads which instruments a trader has locked. Says in the log and the webhook when one is locked, "
        "with both sides, and when a person has unlocked it.",
    )
    def locked_trading(
        context: dg.SensorEvaluationContext, stores: dg.ResourceParam[Stores]
    ) -> dg.SensorResult | dg.SkipReason:
        try:
            accounts = [one.account for one in stores.traders.all()]
            locks = {lock.id: lock for account in accounts for lock in stores.safety.locks(account, resolved=True)}
        except G4qcError as error:
            return dg.SkipReason(str(error))
        now = {number for number, lock in locks.items() if lock.resolved_at is None}
        change = state_before(context, _NAME, now)
        if change is None:
            return dg.SkipReason(f"Nothing new: {len(now)} in force.")
        webhook, (known, cursor) = Webhook(settings), change
        for number, lock in sorted(locks.items()):
            if (number in now) != (number in known):
                _report(context, webhook, lock)
        return dg.SensorResult(cursor=cursor)

    return locked_trading


def _report(context: dg.SensorEvaluationContext, webhook: Webhook, lock: InstrumentLock) -> None:
    event = "instrument_locked"
    text = (
        f"{lock.symbol} of {lock.account} is locked ({lock.reason}): we have {lock.ours}, the broker has "
        f"{lock.theirs}. Look at both, then run `g4qc trade resolve {lock.symbol}`."
    )
    if lock.resolved_at is not None:
        event, text = "instrument_unlocked", f"{lock.symbol} of {lock.account} is unlocked by {lock.resolved_by}."
    (context.log.warning if lock.resolved_at is None else context.log.info)(text)
    webhook.tell(
        event,
        text,
        account=lock.account,
        instrument=lock.symbol,
        reason=lock.reason,
        ours=lock.ours,
        theirs=lock.theirs,
        at=lock.at.isoformat(),
    )
