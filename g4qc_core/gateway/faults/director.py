"""The director of faults: consults switches and script on each event, and runs the faults that affect all clients.

It acts through `Stagehands` and touches neither messages nor sockets.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Protocol

from g4qc_core.gateway.faults.fault_script import FaultScript, Playing
from g4qc_core.gateway.faults.outages import (
    NEWS,
    Act,
    Announce,
    Disconnect,
    FarmDown,
    MarketFarmDown,
    Restart,
    ServersLost,
)
from g4qc_core.gateway.faults.switches import Effect, Faults, FaultStage, Silence
from g4qc_core.gateway.gateway_clock import GatewayClock

_LOG = logging.getLogger(__name__)
_FARM_ERROR = (162, "Historical Market Data Service error message:HMDS connection is broken: ushmds")


class Streaming(Protocol):
    """A session with streams."""

    def stop_streams(self) -> None:
        """Make its open streams silent for good."""


@dataclass(frozen=True)
class Stagehands:
    """Actions that a director can order.

    Attributes:
        announce: send a code and a text to all clients.
        release: answer the requests on hold.
        disconnect: close every connection.
        restart: close every connection, and refuse new ones for a number of seconds.
        sessions: the sessions of ready clients, whose streams an outage may end.
    """

    announce: Callable[[int, str], None]
    release: Callable[[], None]
    disconnect: Callable[[], None]
    restart: Callable[[float], Awaitable[None]]
    sessions: Mapping[int, Streaming]


class Director:
    """Decides on faults; runs on the gateway's event loop.

    Args:
        faults: the switches; the script sets some of them.
        playing: the script in play.
        clock: the gateway's clock.
        hands: actions that affect all clients.
    """

    def __init__(self, faults: Faults, script: FaultScript, clock: GatewayClock, hands: Stagehands) -> None:
        self.faults = faults
        self._clock = clock
        self._hands = hands
        self._playing = Playing(script)
        self._tasks: set[asyncio.Task[None]] = set()
        self._away = False
        self._lost = False
        self._was_away = False

    def start(self) -> None:
        """Wait for the instants at which the script has a fault."""
        for act in self._playing.timed:
            self._spawn(self._wait_for(act))

    async def stop(self) -> None:
        """Cancel all tasks and reset switches that an unfinished outage had set."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._was_away:
            self._switch_back()
            self.faults.busy = 0

    def effect(self, stage: FaultStage, *others: FaultStage) -> Effect:
        """Return the fault of an event, which may be at several stages; faults for all clients have begun by then."""
        now = self._clock.now()
        fired = [
            fault for at in (stage, *others) if at is not FaultStage.OTHER for fault in self._playing.fired(at, now)
        ]
        for fault in fired:
            _LOG.info("on %s: %s", stage, fault.do)
            if isinstance(fault, Act) and fault.moment == "before":
                self._perform(fault)
        effect = self.faults.effect(stage)
        for fault in fired:
            effect = fault.change(effect)
        later = [fault for fault in fired if isinstance(fault, Act) and fault.moment == "after"]
        return replace(effect, then=tuple(partial(self._perform, act) for act in later)) if later else effect

    def _perform(self, act: Act) -> None:
        if isinstance(act, Announce):
            self._hands.announce(act.code, act.text or NEWS[act.code])
        elif isinstance(act, Disconnect):
            self._hands.disconnect()
        elif self._away:
            _LOG.info("%s does not happen: the last outage is not over", act.do)
        elif isinstance(act, Restart):
            self._go_away()
            self._spawn(self._restart(act))
        elif isinstance(act, ServersLost):
            self._go_away()
            self.faults.silence, self._lost = Silence.DATA, True
            self._hands.announce(act.code, NEWS[act.code])
            self._spawn(self._recover(act.seconds, act.back, release=act.back == 1102))
        elif isinstance(act, FarmDown):
            self._go_away()
            if act.answers == "error":
                self.faults.data_error = _FARM_ERROR
            else:
                self.faults.silence = Silence.HISTORY
            self._hands.announce(2105, NEWS[2105])
            self._spawn(self._recover(act.seconds, 2106, release=act.answers == "late"))
        elif isinstance(act, MarketFarmDown):
            self._go_away()
            self.faults.streams_down = True
            self._hands.announce(2103, NEWS[2103])
            self._spawn(self._recover(act.seconds, 2104, release=False, streams_die=act.streams == "dead"))

    @property
    def greeting(self) -> list[tuple[int, str]]:
        """Codes and texts that a client is told once it is ready: how the gateway's own connections are."""
        return [(code, NEWS[code]) for code in ((2110,) if self._lost else (2104, 2106, 2158))]

    async def _restart(self, act: Restart) -> None:
        self.faults.busy = act.busy
        await self._hands.restart(act.seconds)
        self._away = False

    async def _recover(self, seconds: float | None, code: int, *, release: bool, streams_die: bool = False) -> None:
        if seconds is None:
            return
        await asyncio.sleep(seconds)
        self._switch_back()
        self._away = self._lost = False
        if code == 1101 or streams_die:
            for session in self._hands.sessions.values():
                session.stop_streams()
        self._hands.announce(code, NEWS[code])
        if release:
            self._hands.release()

    def _go_away(self) -> None:
        self._away = self._was_away = True

    def _switch_back(self) -> None:
        self.faults.silence, self.faults.data_error = Silence.NEVER, None
        self.faults.streams_down = False

    async def _wait_for(self, act: Act) -> None:
        assert act.at is not None
        at = _next(act.at, self._clock.now())
        most = 1 if isinstance(act.at, datetime) else act.times
        done = 0
        while most is None or done < most:
            await self._clock.reached(at)
            _LOG.info("at %s: %s", at, act.do)
            self._perform(act)
            done, at = done + 1, at + timedelta(days=1)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _next(at: datetime | time, now: datetime) -> datetime:
    if isinstance(at, datetime):
        return at
    today = datetime.combine(now.date(), at, now.tzinfo)
    return today if today >= now else today + timedelta(days=1)
