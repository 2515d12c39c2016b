"""Rows of several endpoints in the order in which their calls began, where it can be known."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from workbench.engine import commands as c
from workbench.engine.events import Event, Sample
from workbench.engine.settings import EndpointSettings, GateMode, Role
from workbench.journal.recorder import in_order
from workbench.session import Session


def event(t_ns: int, endpoint: int, call: str = "send") -> Event:
    return Event(t_ns, 5, endpoint, 1, "call", call, "", 0, None, None, None, None, None, None)


def test_a_send_stands_before_the_recv_it_led_to() -> None:
    recv, send = event(120, 2, "recv"), event(100, 1, "send")
    assert in_order([recv, send]) == [send, recv]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 3), st.booleans()), max_size=40))
def test_one_endpoint_stays_in_its_order(made: list[tuple[int, int, bool]]) -> None:
    items = [
        Sample(t_ns, 1, "{}") if fact else event(t_ns, endpoint, f"call{place}")
        for place, (t_ns, endpoint, fact) in enumerate(made)
    ]
    ordered = in_order(items)
    assert sorted(map(repr, ordered)) == sorted(map(repr, items))
    for endpoint in (1, 2, 3):
        assert [x for x in ordered if isinstance(x, Event) and x.endpoint == endpoint] == [
            x for x in items if isinstance(x, Event) and x.endpoint == endpoint]
    facts = [place for place, x in enumerate(items) if isinstance(x, Sample)]
    assert [place for place, x in enumerate(ordered) if isinstance(x, Sample)] == facts


def test_the_panels_number_of_a_connection(tmp_path: Path) -> None:
    with Session(tmp_path / "r.swb") as session:
        session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0",
                                     accept=GateMode.AUTO))
        session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=5.0,
                                     count=3))
        for command in (c.Start("server"), c.Connect("client")):
            assert session.perform(command).wait(10)
        session.stop_all_and_wait()
        session.journal.flush()
        reader = session.journal.reader()
        rows = {row.connection: row for row in reader.page(1, 1000) if row.connection is not None}
        found: dict[str, list[int | None]] = {}
        for connection, row in sorted(rows.items()):
            found.setdefault(str(row.endpoint), []).append(reader.number_in_endpoint(connection))
        reader.close()
        assert found["client"] == [1, 2, 3]
        assert found["server"][0] is None
        assert found["server"][1:] == [1, 2, 3][: len(found["server"]) - 1]
