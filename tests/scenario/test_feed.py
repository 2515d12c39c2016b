"""What a run is handed equals what its record has, and only what its steps can use is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.scenario.conftest import BOUND, PAIR, Play
from workbench.engine.model.events import (
    COMMAND,
    OF_RUNS,
    ConnectionOpened,
    EndpointAdded,
    event_of,
)
from workbench.journal.reader import Row
from workbench.scenario import feed as module
from workbench.scenario.feed import Feed
from workbench.scenario.model import parse
from workbench.scenario.runner import Runner
from workbench.session import Session

TALK = (
    PAIR.replace('role = "listener"', 'role = "listener"\nresponder = {{ kind = "echo" }}')
    + """[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
count = 3
{steps}
[[step]]
do = "stop"
endpoint = "client"
[[step]]
do = "expect"
endpoint = "server"
kind = "call"
call = "close"
count = 3
"""
)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """The rows that matchers are given."""
    rows: list[Row] = []
    given = Feed.rows

    def keeping(self: Feed) -> list[Row]:
        found = given(self)
        rows.extend(found)
        return found

    monkeypatch.setattr(Feed, "rows", keeping)
    return rows


def both(text: str) -> str:
    """Something is expected of both endpoints until the end, so that all of it is handed over."""
    return (
        text
        + """
[[step]]
do = "expect"
endpoint = "client"
call = "nothing"
absent = true
within = 0.0
"""
    )


@pytest.mark.parametrize("page", [1, 3, 5000])
def test_rows_handed_to_steps_equal_the_committed_ones(
    session: Session,
    play: Play,
    handed: list[Row],
    rows: Callable[[], list[Row]],
    monkeypatch: pytest.MonkeyPatch,
    page: int,
) -> None:
    monkeypatch.setattr(module, "PAGE", page)
    step = """
[[step]]
do = "send"
endpoint = "client"
connection = {n}
text = "number {n}"
[[step]]
do = "expect"
endpoint = "client"
connection = {n}
text = "number {n}"
"""
    steps = "".join(step.format(n=n) for n in (1, 2, 3, 2, 1))
    assert play(both(TALK).format(steps=steps)).ok
    written = {row.seq: row for row in rows()}
    assert [row.seq for row in handed] == sorted(row.seq for row in handed)
    of_endpoints = [
        row
        for row in written.values()
        if row.endpoint
        and row.seq <= handed[-1].seq
        and row.call not in OF_RUNS
        and (row.kind != COMMAND or row.call in module.TELLING)
    ]
    assert [row.seq for row in handed if row.endpoint] == [row.seq for row in of_endpoints]
    for row in handed:
        later = written[row.seq]  # its addresses may have become known after it was handed over
        assert row == later._replace(
            payload=later.payload if row.payload or later.payload is None else b"",
            local=row.local if row.local is None else later.local,
            peer=row.peer if row.peer is None else later.peer,
        )


def test_of_an_endpoint_of_which_nothing_is_expected_any_more_nothing_is_kept(
    play: Play, handed: list[Row]
) -> None:
    steps = """
[[step]]
do = "expect"
endpoint = "client"
call = "connect"
kind = "end"
count = 3
[[step]]
do = "send"
endpoint = "client"
connection = "all"
text = "not looked at"
"""
    assert play(TALK.format(steps=steps)).ok
    calls = [row.call for row in handed if row.endpoint == "client" and row.kind == "call"]
    assert "connect" in calls
    assert "send" not in calls


def test_bytes_that_no_step_judges_are_not_kept(play: Play, handed: list[Row]) -> None:
    steps = """
[[step]]
do = "send"
endpoint = "client"
text = "hello"
[[step]]
do = "expect"
endpoint = "client"
text = "hello"
"""
    assert play(both(TALK).format(steps=steps)).ok

    def kept(endpoint: str, call: str) -> set[bytes | None]:
        rows = (row for row in handed if (row.endpoint, row.call) == (endpoint, call))
        return {row.payload for row in rows if row.size}

    # the other two echoes may come when the step has held already, and no step judges them then
    assert b"hello" in kept("client", "recv")
    assert kept("client", "send") == {b""}
    assert kept("server", "recv") == {b""}


def test_a_run_that_only_waits_is_handed_nothing(session: Session, handed: list[Row]) -> None:
    steps = '[[step]]\ndo = "start"\nendpoint = "server"\n[[step]]\ndo = "wait"\nseconds = 0.05\n'
    assert Runner(session, parse(PAIR + steps), timeout=BOUND).run().ok
    assert not handed


@pytest.mark.parametrize("calls", [frozenset({"recv"}), frozenset()])
def test_transfers_of_a_flood_are_what_their_events_are(calls: frozenset[str]) -> None:
    def fed(*, as_events: bool) -> list[Row]:
        feed = Feed(lambda: None)
        feed.want({"wanted": calls})
        made = [
            ((endpoint, 1, call, "", None), 10 * number, 1, 2, b"ab")
            for number in range(10)
            for endpoint in (1, 2)
            for call in ("recv", "send")
        ]
        feed.take(
            1,
            [
                EndpointAdded(1, "wanted", "stream", "AF_INET", "SOCK_STREAM", "{}"),
                EndpointAdded(2, "other", "stream", "AF_INET", "SOCK_STREAM", "{}"),
                ConnectionOpened(1, 1, None),
                *(map(event_of, made) if as_events else made),
            ],
        )
        return feed.rows()

    rows = fed(as_events=False)
    assert rows == fed(as_events=True)
    assert [row.seq for row in rows] == [
        seq for seq in range(1, 41) if (seq - 1) % 4 < 2
    ]  # of each four two are of the endpoint that is wanted
    kept = b"ab" if calls else b""
    assert {row.payload for row in rows if row.call == "recv"} == {kept}
