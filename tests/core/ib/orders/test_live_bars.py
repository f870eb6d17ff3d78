"""Subscriptions to one-minute bars: each begins with history, and ends with a reason or with its subscriber."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from g4qc_core.ib.orders.ib_broker import IbBroker
from g4qc_core.trading.broker import Link, LinkChanged, LiveBar, StreamEnded, TradedContract
from tests.core.ib.orders import order_frames as frames
from tests.core.ib.orders.brokers import NOW, Desk, all_events, connected, events
from tests.core.ib.scripted import bar, error, frame, history

MINUTE = 60
REFUSED = "Historical Market Data Service error message:Bars are not kept up to date"


def shown(bars: Sequence[object]) -> list[tuple[int, float, int, str]]:
    """Minutes since the start, close, volume and source."""
    assert all(isinstance(one, LiveBar) for one in bars), bars
    return [
        (int((one.start.timestamp() - NOW) // MINUTE), one.close, one.volume, one.source)
        for one in bars
        if isinstance(one, LiveBar)
    ]


def five_second_fallback(desk: Desk) -> tuple[str, str]:
    """Refuse bars that are kept up to date; return the ids of the requests that follow."""
    desk.peer.send(error(desk.expect(20)[1], 162, REFUSED))
    live = desk.expect(50)
    assert live[-5:] == ["5", "TRADES", "0", "", ""] or live[-4:-1] == ["5", "TRADES", "0"]
    past = desk.expect(20)
    assert past[-2] == "0"
    return live[2], past[1]


def test_history_comes_first_and_updates_follow() -> None:
    def gateway(desk: Desk) -> None:
        asked = desk.expect(20)
        assert asked[2] == str(frames.CON_ID)
        assert asked[15:] == ["", "1 min", "3 D", "0", "TRADES", "2", "1", ""]
        first, second = bar(NOW), bar(NOW + MINUTE, volume=-1)
        desk.peer.send(history(asked[1], first, second))
        desk.peer.send(frames.update(asked[1], NOW + MINUTE), frames.update(asked[1], NOW + 2 * MINUTE, 101.25))

    with connected(gateway) as broker:
        broker.subscribe(frames.ES, sessions=3)
        *bars, end = all_events(broker)
    assert shown(bars) == [
        (0, 100.75, 7, "history"),
        (1, 100.75, -1, "history"),
        (1, 100.75, 7, "updates"),
        (2, 101.75, 7, "updates"),
    ]
    assert [isinstance(one, LiveBar) and one.ends_history for one in bars] == [False, True, False, False]
    last = bars[-1]
    assert isinstance(last, LiveBar)
    assert (last.con_id, last.open, last.high, last.low) == (frames.CON_ID, 101.25, 102.25, 100.25)
    assert last.start == datetime.fromtimestamp(NOW + 2 * MINUTE, UTC)
    assert isinstance(end, LinkChanged)


def test_a_new_subscription_has_an_id_of_its_own_and_late_messages_of_the_old_one_are_ignored() -> None:
    def gateway(desk: Desk) -> None:
        old = desk.expect(20)[1]
        desk.peer.send(history(old, bar(NOW)))
        assert desk.expect(25)[2] == old
        new = desk.expect(20)[1]
        assert new != old
        late = frames.update(old, NOW + MINUTE), error(old, 162, "API historical data query cancelled")
        desk.peer.send(*late, history(old, bar(NOW)), history(new, bar(NOW, 200.25)))
        assert desk.expect(25)[2] == new
        desk.peer.send(frames.update(new, NOW), frames.status())

    with connected(gateway) as broker:
        broker.subscribe(frames.ES)
        assert shown(events(broker, 1)) == [(0, 100.75, 7, "history")]
        broker.subscribe(frames.ES)
        assert shown(events(broker, 1)) == [(0, 200.75, 7, "history")]
        broker.unsubscribe(frames.CON_ID)
        assert not any(isinstance(one, LiveBar | StreamEnded) for one in all_events(broker))


def test_five_second_bars_stand_in_from_the_first_whole_minute_on() -> None:
    def gateway(desk: Desk) -> None:
        live, past = five_second_fallback(desk)
        desk.peer.send(history(past, bar(NOW)))
        # Half of a minute is none: the minutes begin with the next one, and history completes the one before.
        desk.peer.send(frames.five_seconds(live, NOW + 30), frames.five_seconds(live, NOW + MINUTE, 101.25))
        tail = desk.expect(20)
        assert tail[15:18] == ["", "1 min", "1800 S"]
        desk.peer.send(history(tail[1], bar(NOW, 102.25), bar(NOW + MINUTE)))
        for second in (5, 10):
            desk.peer.send(frames.five_seconds(live, NOW + MINUTE + second, 100.25 - second))
        desk.peer.send(frames.five_seconds(live, NOW + 2 * MINUTE, volume=-1))
        desk.peer.send(frames.five_seconds(live, NOW + 2 * MINUTE + 5))

    with connected(gateway) as broker:
        broker.subscribe(frames.ES)
        *bars, _ = all_events(broker)
    assert shown(bars) == [
        (0, 100.75, 7, "history"),
        (1, 101.75, 2, "five_seconds"),
        (0, 102.75, 7, "history"),
        (1, 95.75, 4, "five_seconds"),
        (1, 90.75, 6, "five_seconds"),
        (2, 100.75, -1, "five_seconds"),
        (2, 100.75, -1, "five_seconds"),
    ]
    whole = bars[4]
    assert isinstance(whole, LiveBar)
    assert (whole.open, whole.high, whole.low) == (101.25, 102.25, 89.25)


def test_what_no_request_grants_ends_with_both_reasons() -> None:
    def gateway(desk: Desk) -> None:
        live, past = five_second_fallback(desk)
        desk.peer.send(error(live, 420, "Invalid Real-time Query: no permission"))
        assert desk.expect(51)[2] == live
        assert desk.expect(25)[2] == past

    with connected(gateway) as broker:
        broker.subscribe(frames.ES)
        ended, _ = all_events(broker)
    assert isinstance(ended, StreamEnded)
    assert ended.con_id == frames.CON_ID
    assert all(words in ended.text for words in ("ES 202512", REFUSED, "no permission"))


@pytest.mark.parametrize(
    ("code", "words", "over"),
    [
        (162, "HMDS query returned no data: ESZ5@CME Trades", False),
        (162, "HMDS connection is broken", True),
        (2176, "a warning", False),
    ],
)
def test_five_second_bars_without_history_are_no_subscription_unless_there_is_none(
    code: int, words: str, over: bool
) -> None:
    def gateway(desk: Desk) -> None:
        live, past = five_second_fallback(desk)
        desk.peer.send(error(past, code, words), frames.five_seconds(live, NOW))

    with connected(gateway) as broker:
        broker.subscribe(frames.ES)
        found = all_events(broker)[0]
    assert isinstance(found, StreamEnded if over else LiveBar)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (lambda request: [error(request, 10225, "Bust event occurred")], "10225"),
        (lambda request: [error(request, 366, "No historical data query found")], "366"),
        (lambda request: [frame(90, request, 3, NOW)], "cannot be read"),
        (lambda request: [frame(90, request, 3, NOW, "x", 1, 1, 1, 1, 7)], "cannot be read"),
        (lambda _: [error(-1, 1100, "lost"), error(-1, 1102, "restored")], "1102"),
        (lambda _: [error(-1, 1101, "restored, data lost")], "1101"),
        (lambda _: [error(-1, 2103, "broken:usfarm"), error(-1, 2104, "OK:usfarm")], "2104"),
        (lambda _: [error(-1, 2105, "broken:ushmds"), error(-1, 2106, "OK:ushmds")], "2106"),
    ],
)
def test_a_stream_that_may_be_dead_ends_and_can_begin_anew(messages: object, words: str) -> None:
    def gateway(desk: Desk) -> None:
        request = desk.expect(20)[1]
        desk.peer.send(history(request, bar(NOW)), *messages(request))  # type: ignore[operator]
        assert desk.expect(25)[2] == request
        desk.peer.send(frames.update(request, NOW + MINUTE), history(desk.expect(20)[1], bar(NOW, 200.25)))

    with connected(gateway) as broker:
        broker.subscribe(frames.ES)
        heard = events(broker, 2)
        while not isinstance(heard[-1], StreamEnded):
            heard += events(broker, 1)
        assert words in heard[-1].text
        broker.subscribe(frames.ES)
        rest = [one for one in all_events(broker) if isinstance(one, LiveBar)]
    assert shown(rest) == [(0, 200.75, 7, "history")]


def test_the_end_of_a_stream_is_told_before_the_return_of_the_servers() -> None:
    def gateway(desk: Desk) -> None:
        request = desk.expect(20)[1]
        desk.peer.send(history(request, bar(NOW)), error(-1, 1100, "lost"), error(-1, 1102, "restored"))

    with connected(gateway) as broker:
        broker.subscribe(frames.ES)
        _, lost, ended, back, _ = all_events(broker)
    assert [type(one) for one in (lost, ended, back)] == [LinkChanged, StreamEnded, LinkChanged]
    assert getattr(back, "link", None) is Link.SERVERS_BACK


@pytest.mark.parametrize("notice", [(2104, "OK:usfarm"), (2106, "OK:ushmds"), (2108, "inactive:usfarm")])
def test_a_farm_that_was_not_down_ends_nothing(notice: tuple[int, str]) -> None:
    def gateway(desk: Desk) -> None:
        request = desk.expect(20)[1]
        desk.peer.send(history(request, bar(NOW)), error(-1, *notice), frames.update(request, NOW))

    with connected(gateway) as broker:
        broker.subscribe(frames.ES)
        assert len(shown(all_events(broker)[:-1])) == 2


def test_bars_that_cannot_be_read_are_left_out_of_history_and_of_no_other_stream() -> None:
    other = TradedContract("NQ", "202512", 7, "CME", "USD")

    def gateway(desk: Desk) -> None:
        first, second = desk.expect(20)[1], desk.expect(20)[1]
        broken = (NOW, "x", *bar(NOW)[2:])
        desk.peer.send(history(first, broken, bar(NOW + MINUTE)), history(second, bar(NOW)))
        desk.peer.send(frame(90, first, 3, NOW), frames.update(second, NOW + MINUTE))

    def contracts(broker: IbBroker) -> list[int]:
        return [one.con_id for one in all_events(broker) if isinstance(one, LiveBar)]

    with connected(gateway) as broker:
        broker.subscribe(frames.ES)
        broker.subscribe(other)
        assert contracts(broker) == [frames.CON_ID, 7, 7]
