"""What became of a message: it waits in the broker, a living worker has it, or it is gone.

A broker that is started again without its data has lost its messages, and Redis keeps that of a worker that was killed
for hours before it gives it to another one. Neither tells those who wait for the step.
"""

from __future__ import annotations

import json
import time
from typing import Any

from g4qc_pipelines.executors.celery_settings import QUEUE

_FRESH_SECONDS = 5.0
_ANSWER_SECONDS = 2.0


class BrokerMessages:
    """The messages of steps that were handed to one broker.

    Args:
        app: the application of Celery.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._looked = float("-inf")
        self._waiting: frozenset[str] = frozenset()

    def lost(self, task: str) -> bool:
        """Return whether the message of a task is certainly gone; it takes seconds only if it does not wait.

        Raises:
            OperationalError, RedisError: the broker does not answer.
        """
        return self._can_look and task not in self._waiting_now() and not self._with_a_worker(task)

    def workers(self) -> int:
        """Return how many workers answer; it takes seconds."""
        return len(self._app.control.ping(timeout=_ANSWER_SECONDS))

    @property
    def _can_look(self) -> bool:
        # Others give a message again as soon as the connection of its worker ends, and cannot be looked into.
        return str(self._app.conf.broker_url).startswith(("redis", "sentinel"))

    def _waiting_now(self) -> frozenset[str]:
        """Return the tasks whose messages no worker has taken, as of some seconds ago: all steps of a run ask."""
        if time.monotonic() - self._looked > _FRESH_SECONDS:
            with self._app.connection_for_read() as connection:
                channel = connection.default_channel
                keys = [channel._q_for_pri(QUEUE, priority) for priority in channel.priority_steps]
                found = [message for key in keys for message in channel.client.lrange(key, 0, -1)]
            self._waiting = frozenset(str(json.loads(one)["headers"]["id"]) for one in found)
            self._looked = time.monotonic()
        return self._waiting

    def _with_a_worker(self, task: str) -> bool:
        answers = self._app.control.inspect(timeout=_ANSWER_SECONDS).query_task(task) or {}
        return any(task in known for known in answers.values())
