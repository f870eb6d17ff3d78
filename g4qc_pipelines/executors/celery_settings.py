"""The configuration of Celery, the same for a run that hands out steps and for the workers that execute them.

What each line prevents stands in docs/decisions/0065-many-machines.md.
"""

from __future__ import annotations

from typing import Any

from g4qc_core.errors import SettingsError
from g4qc_core.settings import Settings

QUEUE = "dagster"
"""The queue that Dagster's steps are put into."""

_PUBLISH = {"max_retries": 60, "interval_start": 0.2, "interval_step": 0.2, "interval_max": 2.0}


def app_arguments(settings: Settings) -> dict[str, Any]:
    """Return the arguments of the Celery application.

    Raises:
        SettingsError: no broker is set.
    """
    if settings.celery_broker is None:
        raise SettingsError("G4QC_CELERY_BROKER is not set: name the broker, as redis://host:6379/0.")
    broker = settings.celery_broker.get_secret_value()
    again = {"visibility_timeout": settings.celery_step_limit}
    return {
        "broker": broker,
        "backend": broker,
        "include": [],
        "config_source": {
            # A step is done when it has ended, and not when a worker has read its message.
            "task_acks_late": True,
            "task_reject_on_worker_lost": True,
            "worker_prefetch_multiplier": 1,
            "broker_transport_options": {**_PUBLISH, **again},
            "result_backend_transport_options": again,
            "task_publish_retry_policy": _PUBLISH,
            # A broker that is away for a moment costs neither the worker nor the step.
            "broker_connection_retry_on_startup": True,
            "broker_connection_max_retries": None,
            "worker_cancel_long_running_tasks_on_connection_loss": False,
            "redis_retry_on_timeout": True,
            "redis_socket_keepalive": True,
            "redis_backend_health_check_interval": 15,
            "task_default_priority": 5,
            "task_default_queue": QUEUE,
        },
    }
