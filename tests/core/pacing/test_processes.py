"""Several real processes at one database keep the rules together, and one that is killed leaves nothing open."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from g4qc_core.pacing.port import Slot, reserve
from g4qc_core.pacing.rules import HISTORY, PacedKind, PacedRequest, PacingRules, Same, Window
from g4qc_core.pacing.schedule import OPEN, Turn
from g4qc_core.storage.pacing_store import PacingStore
from g4qc_core.storage.server.database import Database
from g4qc_core.storage.server.session_lock import CLIENT_IDS, SessionLock
from tests.core.pacing.traffic import broken

RULES = PacingRules(
    windows=(
        Window("messages", 12, 0.4, frozenset(PacedKind), Same.ACCOUNT),
        Window("small bars", 8, 1.0, frozenset({PacedKind.SMALL}), Same.ACCOUNT, weighs=True),
        Window("identical", 1, 0.3, HISTORY, Same.REQUEST),
        Window("spacing", 1, 0.05, frozenset({PacedKind.LARGE}), Same.CONTRACT),
    ),
    open_limit=2,
)
"""Rules that four processes reach within seconds."""

_HAMMER = """
import itertools, sys
from g4qc_core.pacing.port import paced
from g4qc_core.pacing.rules import PacedKind, PacedRequest
from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.pacing_store import PacingStore
from tests.core.pacing.test_processes import RULES

with PacingStore(Database(parse_url(sys.argv[1], "url")), RULES) as pacer:
    print("ready", flush=True)
    sys.stdin.readline()
    for number, kind in zip(range(24), itertools.cycle([PacedKind.SMALL, PacedKind.LARGE, PacedKind.MESSAGE])):
        with paced(pacer, PacedRequest("A", kind, "ES", str(number % 4), 1 + number % 2)):
            pass
"""

_HOLDER = """
import sys
from g4qc_core.pacing.rules import PacedKind, PacedRequest
from g4qc_core.storage.server.database import Database, parse_url
from g4qc_core.storage.pacing_store import PacingStore
from g4qc_core.storage.server.session_lock import CLIENT_IDS, SessionLock
from tests.core.pacing.test_processes import RULES

database = Database(parse_url(sys.argv[1], "url"))
pacer = PacingStore(database, RULES)
for contract in ("ES", "NQ"):
    pacer.attempt(PacedRequest("A", PacedKind.LARGE, contract))
assert SessionLock.named(database, CLIENT_IDS, "1 at gateway:4002").take()
print("ready", flush=True)
sys.stdin.readline()
"""


@contextmanager
def process(code: str, database: Database) -> Iterator[subprocess.Popen[str]]:
    """Another process, waiting for a line once it is ready; killed at the end of the block if it still runs."""
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", code, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            yield child
        finally:
            child.kill()


def test_processes_that_ask_as_fast_as_they_may_break_no_rule(embedded_database: Database) -> None:
    with ExitStack() as stack:
        children = [stack.enter_context(process(_HAMMER, embedded_database)) for _ in range(4)]
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        assert [child.wait() for child in children] == [0] * 4
    with PacingStore(embedded_database, replace(RULES, most_slower=10_000)) as pacer:  # looks back to the first
        sent = pacer.history("A")
    assert len(sent) == 4 * 24
    assert broken(sent, RULES) == []


def test_a_killed_process_leaves_no_request_open_and_no_lock_held(embedded_database: Database) -> None:
    third = PacedRequest("A", PacedKind.LARGE, "YM")
    with process(_HOLDER, embedded_database) as child, PacingStore(embedded_database, RULES) as pacer:
        lock = SessionLock.named(embedded_database, CLIENT_IDS, "1 at gateway:4002")
        assert pacer.attempt(third) == Turn(None, OPEN)
        assert not lock.take()
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert isinstance(reserve(pacer, third), Slot)
        while not lock.take():  # the server notices the end of a connection when it next looks
            pacer.sleep(0.05)
        assert lock.held
        lock.release()
        assert not lock.held


def test_a_lock_is_free_again_when_it_is_released(embedded_database: Database) -> None:
    one, other = (SessionLock(embedded_database, CLIENT_IDS, 7) for _ in range(2))
    assert one.take()
    assert one.take()
    assert not other.take()
    one.release()
    assert other.take()
    other.release()
