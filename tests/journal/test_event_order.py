"""Rows of several endpoints in the order in which their calls began, where it can be known."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model import commands as c
from workbench.engine.model.events import Clock, ConnectionOpened, Event, Item, SampleTaken
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.journal.event_order import in_order, is_in_order
from workbench.journal.recorder import Recorder
from workbench.session import Session


def event(t_ns: int, endpoint: int, call: str = "send") -> Event:
    return Event(t_ns, 5, endpoint, endpoint * 10, "call", call, "", 0, *[None] * 6)


def test_a_send_stands_before_the_recv_it_led_to() -> None:
    recv, send = event(120, 2, "recv"), event(100, 1, "send")
    assert in_order([recv, send]) == [send, recv]


def test_an_accept_that_was_quicker_does_not_pass_the_connect_it_answers() -> None:
    """The fact that the connection was opened goes with its accept and stands in nobody's way."""
    accept, connect = event(120, 2, "accept"), event(100, 1, "connect")
    opened = ConnectionOpened(21, 2, 20)
    assert in_order([accept, opened, connect]) == [connect, accept, opened]


def test_the_newest_events_wait_for_a_call_that_began_before_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch may be taken just when the peer's thread was quicker: the call comes in the next."""
    clock = Clock()
    recorder = Recorder(tmp_path / "r.swb", clock=clock)
    try:
        began = clock.now()
        # it stands still: what is new stays new, however busy the machine is
        monkeypatch.setattr(Clock, "now", lambda _clock: began + 1_000)
        recorder.put(event(began + 100, 2, "accept"))
        recorder._take_batch()  # at a bad moment
        recorder.put(event(began, 1, "connect"))
        done = threading.Event()
        recorder.subscribe(lambda seq: done.set() if seq >= 3 else None)
        monkeypatch.undo()
        recorder.start()
        assert done.wait(60)  # nobody asks for a flush: what was held comes by itself
        calls = [row.call for row in recorder.reader().page(1, 9)]
        assert [call for call in calls if call != "record"] == ["connect", "accept"]
    finally:
        recorder.close()


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 3), st.booleans()), max_size=6),
    st.integers(0, 9),
)
def test_what_is_said_to_be_in_order_is_left_as_it_is(
    drawn: list[tuple[int, int, bool]], upto: int
) -> None:
    items: list[Item] = [
        event(t_ns, number) if is_event else SampleTaken(t_ns, number * 10, "{}")
        for t_ns, number, is_event in drawn
    ]
    stamps = [t_ns for t_ns, _number, _is_event in drawn]
    plain = all(is_event for _t_ns, _number, is_event in drawn)
    assert is_in_order(items, upto) is (
        plain and stamps == sorted(stamps) and max(stamps, default=0) <= upto
    )
    if is_in_order(items, upto):
        assert in_order(items) == items


KINDS = st.sampled_from(["event", "fact", "unknown"])


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 3), KINDS), max_size=40))
def test_one_endpoint_stays_in_its_order(made: list[tuple[int, int, str]]) -> None:
    """Its facts too; one that may be anybody's stays after all and before all that it was."""
    items: list[Item] = []
    whose: list[int | None] = []
    for place, (t_ns, endpoint, kind) in enumerate(made):
        known = any(isinstance(x, Event) and x.endpoint == endpoint for x in items)
        if kind == "event":
            items.append(event(t_ns, endpoint, f"call{place}"))
        else:
            number = endpoint * 10 if kind == "fact" else 99
            items.append(SampleTaken(place, number, "{}"))
        whose.append(endpoint if kind == "event" or (kind == "fact" and known) else None)
    ordered = in_order(items)
    assert sorted(map(id, ordered)) == sorted(map(id, items))
    places = {id(item): place for place, item in enumerate(items)}
    for endpoint in (1, 2, 3):
        assert [x for x in ordered if whose[places[id(x)]] == endpoint] == [
            x for x, owner in zip(items, whose, strict=True) if owner == endpoint
        ]
    for place, owner in enumerate(whose):
        if owner is None:
            before = {id(x) for x in ordered[: ordered.index(items[place])]}
            assert before == {id(x) for x in items[:place]}


def test_the_panels_number_of_a_connection(tmp_path: Path) -> None:
    with Session(tmp_path / "r.swb") as session:
        session.add(
            EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", accept=GateMode.AUTO)
        )
        session.add(
            EndpointSettings("client", Role.STREAM, address="@server", timeout=5.0, count=3)
        )
        for command in (c.Start("server"), c.Connect("client")):
            assert session.perform(command).wait(60)
        session.stop_all_and_wait()
        session.journal.flush()
        reader = session.journal.reader()
        rows = {row.connection: row for row in reader.page(1, 1000) if row.connection is not None}
        found: dict[str, list[int | None]] = {}
        for connection, row in sorted(rows.items()):
            found.setdefault(str(row.endpoint), []).append(reader.number_of(connection))
        reader.close()
        assert found["client"] == [1, 2, 3]
        assert found["server"][0] is None
        assert found["server"][1:] == [1, 2, 3][: len(found["server"]) - 1]
