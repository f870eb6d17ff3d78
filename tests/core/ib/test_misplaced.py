"""Misplaced messages: each call ends in an answer or in a typed error, and a later call is answered.

The legal messages come from the simulated gateway; a scripted peer sends them out of place, for other requests, twice,
after the end, and damaged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import ibapi.client
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from g4qc_core.bars.bar_source import Origin, PartlyUnreadable
from g4qc_core.errors import G4qcError, GatewayError, InvalidBars, SettingsError, UnreadableAnswer
from g4qc_core.ib.ib_source import IbSource
from tests.core.ib.recorded import ES, START, Recorded, framed, id_of, record
from tests.core.ib.scripted import Peer, scripted

PROTOCOLS = [version for version in (157, 178, 200) if version <= ibapi.client.MAX_CLIENT_VER]

Call = Callable[[IbSource, Recorded], Any]

CALLS: dict[str, Call] = {
    "server_time": lambda ib, _: ib.server_time(),
    "chain": lambda ib, _: ib.chain(ES),
    "products": lambda ib, _: ib.products("FUT", "ES"),
    "head_timestamp": lambda ib, told: ib.head_timestamp(told.contract),
    "bars": lambda ib, told: ib.bars(told.window),
    "trading_sessions": lambda ib, told: ib.trading_sessions(told.contract),
}

TEXTS = st.one_of(
    st.sampled_from(
        ["", "-1", "0", "2147483647", "99999999999999999999999", "1e29", "1e999999", "-1e400", "nan", "inf"]
    ),
    st.sampled_from(["20251301", "00010101 00:00:00 US/Central", "99991231-23:59:59", "20251219 08:30 Mars/Olympus"]),
    st.sampled_from(["20261120:1700-20261120:1700;x", "x" * 300, "202613", "\u00e9\u0661", "a,b,,"]),
    st.text(max_size=8),
)
ERRORS = st.sampled_from([100, 162, 200, 321, 354, 366, 504, 1101, 10090, 10285, 99999, -5])


@dataclass(frozen=True)
class Junk:
    """One message that is out of place.

    Attributes:
        head: message id whose legal form it takes; 4 is an error.
        whose: number to add to the id of the request; 0 answers the request.
        changed: index and new text of fields, the index modulo their number.
        cut: number of fields to keep; None: all.
    """

    head: str
    whose: int = 0
    code: int = 162
    changed: tuple[tuple[int, str], ...] = ()
    cut: int | None = None

    def frame(self, told: Recorded, asked: list[str]) -> bytes:
        own = int(id_of(asked)) + self.whose
        if self.head == "4":
            fields = [b"4", b"2", str(own).encode(), str(self.code).encode(), b"no words"]
        elif self.head in told.messages:
            fields = told.spelled(self.head, own)
        else:
            fields = [self.head.encode(), str(own).encode(), b"1", b"2"]
        for place, text in self.changed:
            fields[place % len(fields)] = text.encode("utf-8", "replace").replace(b"\0", b"")
        return framed(fields[: self.cut])


JUNK = st.builds(
    Junk,
    head=st.sampled_from(
        ["4", "9", "10", "15", "17", "49", "52", "88", "106", "108", "1", "18", "50", "90", "79", "x", ""]
    ),
    whose=st.sampled_from([0, 0, 0, 1, -1, 7]),
    code=ERRORS,
    changed=st.lists(st.tuples(st.integers(0, 60), TEXTS), max_size=3).map(tuple),
    cut=st.none() | st.none() | st.integers(0, 40),
)


@dataclass
class Mischief:
    """A peer that answers every request in full, and sends junk before and after its first answers.

    Attributes:
        before, after: junk of each request in turn.
        raw: bytes that end the connection in place of the first answer.
    """

    told: Recorded
    before: list[list[Junk]] = field(default_factory=list)
    after: list[list[Junk]] = field(default_factory=list)
    raw: bytes = b""

    def play(self, peer: Peer) -> None:
        peer.start(version=self.told.protocol)
        while True:
            asked = peer.read()
            answer = self.told.answer(asked)
            if not answer:
                continue
            first = [junk.frame(self.told, asked) for junk in (self.before.pop(0) if self.before else [])]
            raw, self.raw = self.raw, b""
            if raw:
                peer.send(*first, raw)
                return
            last = [junk.frame(self.told, asked) for junk in (self.after.pop(0) if self.after else [])]
            peer.send(*first, *answer, *last)


@pytest.fixture(scope="module", params=PROTOCOLS)
def peer(request: pytest.FixtureRequest) -> Iterator[tuple[Mischief, int, dict[str, Any]]]:
    """The peer, its port, and what each call returns where it does no mischief."""
    mischief = Mischief(record(int(request.param)))
    with scripted(mischief.play) as port:
        with source(mischief, port) as ib:
            answers = {name: call(ib, mischief.told) for name, call in CALLS.items()}
        yield mischief, port, answers


def source(mischief: Mischief, port: int) -> IbSource:
    return IbSource("127.0.0.1", port, 11, 10, 10, max_protocol=mischief.told.protocol)


def outcome(name: str, ib: IbSource, told: Recorded) -> Any:
    """Return the result of the call, or its typed error; raise anything else."""
    # The money of the instruments file is compared with the gateway's.
    typed = (GatewayError, InvalidBars, SettingsError) if name == "chain" else (GatewayError, InvalidBars)
    try:
        return CALLS[name](ib, told)
    except typed as error:
        return error


def same(one: Any, other: Any) -> bool:
    if isinstance(other, pd.DataFrame):
        return bool(other.equals(one))
    return bool(one == other)


@pytest.mark.parametrize("name", CALLS)
@given(
    before=st.lists(st.lists(JUNK, max_size=3), max_size=3),
    after=st.lists(st.lists(JUNK, max_size=2), max_size=2),
    raw=st.just(b"") | st.just(b"") | st.binary(min_size=1, max_size=20),
)
@profile(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_call_ends_in_an_answer_or_a_typed_error_and_a_later_one_is_answered(
    name: str,
    before: list[list[Junk]],
    after: list[list[Junk]],
    raw: bytes,
    peer: tuple[Mischief, int, dict[str, Any]],
) -> None:
    mischief, port, answers = peer
    mischief.before, mischief.after, mischief.raw = before, after, raw
    with source(mischief, port) as ib:
        got = [outcome(name, ib, mischief.told) for _ in range(2)]
        assert all(isinstance(one, G4qcError) or type(one) is type(answers[name]) for one in got)
        mischief.before, mischief.after, mischief.raw = [], [], b""
        # A call may notice that the connection has ended, or meet late junk that names no request.
        assert any(same(outcome(name, ib, mischief.told), answers[name]) for _ in range(10))


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("head", ["10", "52", "17", "88", "106", "50"])
def test_an_answer_of_another_kind_ends_the_request_at_once_and_says_so(
    name: str, head: str, peer: tuple[Mischief, int, dict[str, Any]]
) -> None:
    mischief, port, answers = peer
    legal = {"chain": {"10", "52"}, "products": {"10", "52"}, "trading_sessions": {"10", "52"}, "bars": {"17"}}
    if name == "server_time" or head in legal.get(name, {"88"}) or head not in mischief.told.messages:
        return
    mischief.before = [[], [Junk(head)]] if name == "bars" else [[Junk(head)]]
    with source(mischief, port) as ib:
        got = outcome(name, ib, mischief.told)
        assert isinstance(got, UnreadableAnswer)
        assert "the gateway answered with" in str(got)
        assert same(outcome(name, ib, mischief.told), answers[name])


@pytest.mark.parametrize("volume", ["9223372036854775808", "-1e25", "x"])
def test_a_volume_that_is_no_number_of_contracts_costs_one_bar(
    volume: str, peer: tuple[Mischief, int, dict[str, Any]]
) -> None:
    mischief, port, answers = peer
    place = 5 + 5 if mischief.told.protocol < 196 else 3 + 5
    mischief.before = [[], [Junk("17", changed=((place, volume),)), Junk("108")]]
    with source(mischief, port) as ib:
        got = outcome("bars", ib, mischief.told)
    assert isinstance(got, PartlyUnreadable)
    assert got.lost == (START,)
    assert_frame_equal(got.bars, answers["bars"][1:].reset_index(drop=True))


def test_the_first_list_of_accounts_counts(peer: tuple[Mischief, int, dict[str, Any]]) -> None:
    mischief, port, _ = peer
    mischief.before = [[Junk("15", changed=((2, text),))] for text in ("", " , ", "U1234567")]
    with source(mischief, port) as ib:
        for _ in range(4):
            ib.server_time()
            assert ib.origin is Origin.SIMULATED
