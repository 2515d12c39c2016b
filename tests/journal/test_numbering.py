"""Who follows is handed each row once, under the number and in the order that the file has."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal.conftest import Following, event
from workbench.engine.model.events import (
    COMMAND,
    Cause,
    Clock,
    ConnectionClosed,
    ConnectionOpened,
    EndpointAdded,
    Transfer,
    event_of,
)
from workbench.journal.numbering import HELD, READABLE, Numbering
from workbench.journal.recorder import Recorder

BOUND = 60.0


def started(tmp_path: Path) -> Recorder:
    recorder = Recorder(tmp_path / "r.swb")
    recorder.start()
    recorder.flush()
    return recorder


def test_rows_are_handed_over_before_they_are_in_the_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "r.swb")  # nobody writes it yet
    follower = Following()
    recorder._numbering.follow(follower, 0)
    recorder.put(event(call="one"))
    recorder.put(EndpointAdded(1, "a", "stream", "AF_INET", "SOCK_STREAM", "{}"))
    recorder.put(event(call="two"))
    recorder.number()
    assert [(seq, item.call) for seq, item in follower.events] == [(1, "one"), (2, "two")]
    assert [type(item) for item in follower.facts] == [EndpointAdded]
    assert recorder.committed == 0
    recorder.start()
    recorder.flush()
    with closing(recorder.reader()) as reader:
        assert [row.call for row in reader.page(1, 9)] == ["one", "two", "record"]
    recorder.close()


def test_what_is_handed_over_is_what_the_file_has(tmp_path: Path) -> None:
    """Four threads put, two number, the recorder writes: one order, no gap, nothing twice."""
    recorder = started(tmp_path)
    follower = Following()
    done = threading.Event()

    def put(number: int) -> None:
        for index in range(3_000):
            recorder.put(event(connection=number, result=index))
            if index % 100 == 0:
                recorder.put(ConnectionOpened(10_000 * number + index, 1, None))

    def number() -> None:
        while not done.is_set():
            recorder.number_settled()
            recorder.number()

    with recorder.following(follower) as before:
        putting = [threading.Thread(target=put, args=(number,)) for number in range(1, 5)]
        numbering = [threading.Thread(target=number) for _ in range(2)]
        for thread in putting + numbering:
            thread.start()
        for thread in putting:
            thread.join(BOUND)
        done.set()
        for thread in numbering:
            thread.join(BOUND)
        recorder.number()
    assert recorder.flush()
    rows = recorder.reader().page(before + 1, 20_000)
    assert len(rows) == 12_000
    assert [(row.seq, row.connection, row.result) for row in rows] == [
        (seq, item.connection, item.result) for seq, item in follower.events
    ]
    assert len(follower.facts) == 4 * 30
    recorder.close()


def test_nothing_is_handed_over_before_and_after(tmp_path: Path) -> None:
    recorder = started(tmp_path)
    follower, other = Following(), Following()
    recorder.put(event(call="before"))
    with recorder.following(follower) as first:
        recorder.put(event(call="one"))
        recorder.number()
        with recorder.following(other) as second:
            recorder.put(event(call="two"))
            recorder.number()
        recorder.put(event(call="three"))
        recorder.number()
    recorder.put(event(call="after"))
    recorder.flush()
    assert (first, second) == (2, 3)
    assert [(seq, it.call) for seq, it in follower.events] == [(3, "one"), (4, "two"), (5, "three")]
    assert [(seq, it.call) for seq, it in other.events] == [(4, "two")]
    recorder.close()


def test_a_row_knows_its_command_when_it_is_handed_over(tmp_path: Path) -> None:
    recorder = started(tmp_path)
    follower = Following()
    cause = Cause()
    with recorder.following(follower):
        recorder.put(event(kind=COMMAND, call="start", cause=cause))
        recorder.put(event(call="socket", cause=cause))
        recorder.number()
        assert cause.seq == follower.events[0][0]
    recorder.flush()
    assert [row.cause for row in recorder.reader().page(2, 9)] == [None, cause.seq]
    recorder.close()


def test_the_next_thing_put_wakes_who_follows(tmp_path: Path) -> None:
    recorder = started(tmp_path)
    follower = Following()
    with recorder.following(follower):
        for _ in range(50):
            assert recorder.number_settled()
            follower.woken.clear()
            recorder.put(EndpointAdded(1, "a", "stream", "AF_INET", "SOCK_STREAM", "{}"))
            assert follower.woken.wait(BOUND)
    recorder.close()


@pytest.mark.parametrize("at_work", [True, False])
def test_only_while_a_call_may_be_under_way_something_is_held_back(
    tmp_path: Path, *, at_work: bool
) -> None:
    """The peer's thread was quicker: its recv is put while the send has not come back."""
    recorder = Recorder(tmp_path / "r.swb")
    recorder.tell_at_work(lambda: at_work)
    follower = Following()
    recorder._numbering.follow(follower, 0)
    began = recorder.clock.now()
    recorder.put(event(t_ns=recorder.clock.now(), duration_ns=0, endpoint=2, call="recv"))
    assert recorder.number_settled() is not at_work
    assert len(follower.events) == (not at_work)
    recorder.put(event(t_ns=began, duration_ns=0, endpoint=1, call="send"))
    recorder.number()
    calls = [item.call for _seq, item in follower.events]
    assert calls == (["send", "recv"] if at_work else ["recv", "send"])
    recorder.close()


def test_what_began_before_all_calls_were_back_is_not_held(tmp_path: Path) -> None:
    """The recv of an endpoint and the send of its peer that led to it: both have come back, the
    send after who numbers began to wait for it; in order, and at once.
    """
    recorder = Recorder(tmp_path / "r.swb")
    began = recorder.clock.now()
    recorder.put(event(t_ns=recorder.clock.now(), duration_ns=0, endpoint=2, call="recv"))

    def settle(_seconds: float) -> bool:
        took = recorder.clock.now() - began
        recorder.put(event(t_ns=began, duration_ns=took, endpoint=1, call="send"))
        return True

    recorder.tell_at_work(lambda: True, settle)
    follower = Following()
    recorder._numbering.follow(follower, 0)
    assert recorder.number_settled()
    assert [item.call for _seq, item in follower.events] == ["send", "recv"]
    recorder.close()


def test_what_belongs_before_what_is_held_is_not_numbered_after_it(tmp_path: Path) -> None:
    """Of a batch in which a newer call stands between two that could be numbered, none is."""
    recorder = Recorder(tmp_path / "r.swb")
    began = recorder.clock.now()
    follower = Following()
    recorder._numbering.follow(follower, 0)

    def settle(_seconds: float) -> bool:
        now = recorder.clock.now
        recorder.put(event(t_ns=now(), duration_ns=0, endpoint=2, call="recv"))
        recorder.put(event(t_ns=began, duration_ns=now() - began, endpoint=1, call="send"))
        return True

    recorder.put(event(t_ns=recorder.clock.now(), duration_ns=0, endpoint=3, call="accept"))
    recorder.tell_at_work(lambda: True, settle)
    assert not recorder.number_settled()
    assert follower.events == []
    recorder.number()
    assert follower.events[0][1].call == "send"
    recorder.close()


def test_who_fails_to_take_ends_nothing_but_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = started(tmp_path)
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: raised.append(args.exc_value))

    class Bad(Following):
        def take(self, first: int, items: object) -> None:
            raise ZeroDivisionError

    good = Following()
    with recorder.following(Bad()), recorder.following(good):
        recorder.put(event(call="one"))
        recorder.number()
        recorder.put(event(call="two"))
        recorder.number()
    recorder.flush()
    assert [item.call for _seq, item in good.events] == ["one", "two"]
    assert recorder.committed == 3
    assert [type(error) for error in raised] == [ZeroDivisionError]
    recorder.close()


def test_what_was_numbered_and_cannot_be_written_is_counted(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "r.swb", max_rows=2)
    recorder.start()
    recorder.flush()
    follower = Following()
    with recorder.following(follower):
        for _ in range(5):
            recorder.put(event())
        recorder.number()
        assert len(follower.events) == 5
        recorder.flush()
    assert recorder.failed is not None
    assert (recorder.committed, recorder.not_recorded) == (2, 4)
    recorder.close()


def test_of_many_a_multiple_is_taken_and_the_rest_is_not_lost() -> None:
    numbering = Numbering(Clock())
    put = [event(result=number) for number in range(READABLE + 300)]
    numbering.queue.extend(put)
    taken = numbering.take(20_000, whole=250)
    assert len(taken) == 500
    assert len(numbering) == len(put) - 500
    numbering.ending = True
    assert [*taken, *numbering.take(20_000)] == put


def transfer(number: int, endpoint: int = 1) -> Transfer:
    return ((endpoint, 1, "recv", "9", None), 10 * number, 1, 1, b"x")


def test_a_transfer_is_handed_over_as_its_event(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "r.swb")  # nobody writes it yet
    follower = Following()
    recorder._numbering.follow(follower, 0)
    for number in range(READABLE + 100):
        recorder.put(transfer(number))
    recorder.number()
    assert [item for _, item in follower.events] == [
        event_of(transfer(number)) for number in range(READABLE + 100)
    ]
    recorder.close()


@pytest.mark.parametrize("amount", [3, READABLE + 100])
@pytest.mark.parametrize("capture", [0, 4096])
@pytest.mark.parametrize("followed", [False, True])
def test_transfers_among_events_and_facts_are_rows_in_their_order(
    tmp_path: Path, amount: int, capture: int, followed: bool
) -> None:
    recorder = Recorder(tmp_path / "r.swb", capture=capture)
    follower = Following()
    if followed:
        recorder._numbering.follow(follower, 0)
        recorder._cutting = True
    recorder.put(ConnectionOpened(1, 1, None))
    for number in range(amount):
        recorder.put(transfer(number) if number % 3 else event_of(transfer(number)))
    recorder.put(ConnectionClosed(1))
    recorder.start()
    recorder.flush()
    with closing(recorder.reader()) as reader:
        rows = [row for row in reader.page(1, amount + 9) if row.call == "recv"]
        assert [row.t_ns for row in rows] == [10 * number for number in range(amount)]
        cut = followed and capture == 0
        assert {(row.size, row.payload) for row in rows} == {(1, b"" if cut else b"x")}
        assert [item.closed_seq for item in reader.connections()] == [rows[-1].seq]
    recorder.close()


class Stopped(Clock):
    """A clock that stands still."""

    NOW = 10**12

    def now(self) -> int:
        return self.NOW


def test_the_newest_transfers_of_one_endpoint_are_held_back() -> None:
    """... as its events are: what another endpoint's call led to them may not have come back."""
    numbering, now = Numbering(Stopped()), Stopped.NOW
    follower = Following()
    numbering.follow(follower, 0)
    shape = (1, 1, "recvfrom", "9", "127.0.0.1:7")
    old: Transfer = (shape, 10, 1, 1, b"old")
    new: Transfer = (shape, now - HELD // 2, 1, 1, b"new")
    numbering.queue.extend([old, new])
    assert numbering.take(100) == [old]
    assert numbering.take(100) == []
    numbering.number(everything=True)
    assert numbering.take(100) == [new]
    assert [(seq, item.payload) for seq, item in follower.events] == [(1, b"old"), (2, b"new")]


def test_transfers_of_two_endpoints_stand_in_the_order_in_which_they_began() -> None:
    numbering = Numbering(Clock())
    numbering.ending = True
    numbering.queue.extend([transfer(3, 1), transfer(1, 2), transfer(2, 2)])
    assert numbering.take(100) == [event_of(transfer(*it)) for it in ((1, 2), (2, 2), (3, 1))]


def test_transfers_beyond_the_limit_are_counted(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "r.swb", max_rows=300)
    for number in range(1_000):
        recorder.put(transfer(number))
    recorder.start()
    recorder.flush()
    assert (recorder.committed, recorder.not_recorded) == (300, 701)
    recorder.close()
