"""What a time is counted from, against a plain look at all rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.test_search import read
from workbench.journal.reader import Row
from workbench.scenario import connections
from workbench.scenario.connections import RunConnection
from workbench.scenario.search import RowMatch
from workbench.scenario.steps import Expect
from workbench.scenario.timing import out_of_time, times_of

KINDS = ("connect", "send", "sendto", "failed", "recv", "unsent")


def row(seq: int, at: int, what: str) -> Row:
    plain = read(seq, at, b"x")
    match what:
        case "recv":
            return plain
        case "failed":
            return plain._replace(call="send", result=None, errno="EAGAIN", error="BlockingIOError")
        case "connect":
            return plain._replace(call="connect", result=0, payload=None, size=None)
        case "unsent":  # what a call of several parts came to is no send of its own
            return plain._replace(call="sendall", kind="end")
    return plain._replace(call=what)


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5)), min_size=1, max_size=40),
    st.lists(st.integers(0, 39), max_size=6),
)
def test_it_counts_from_the_last_send_or_from_the_connect(
    talk: list[tuple[str, int]], using: list[int]
) -> None:
    at, rows = 0, []
    for seq, (what, gap) in enumerate(talk, 1):
        at += gap
        rows.append(row(seq, at, what))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "_COMPACT", 3)
        connection = RunConnection("c", 1, 1, stream=True)
        for item in rows:
            connection.add(item)
        for place in sorted({place % len(rows) for place in using}):
            check(connection, rows, place)
            connection.use_up(place, None)
        if connection.used < len(rows):
            check(connection, rows, len(rows) - 1)


def check(connection: RunConnection, rows: list[Row], place: int) -> None:
    before = [item for item in rows[:place] if item.call in {"send", "sendto"} and not item.error]
    opened = [item for item in rows if item.call == "connect"][-1:]
    if opened and opened[0].seq >= place + 1:
        opened = []  # its own time is not counted from itself
    found = connection.since(place)
    if before:
        assert found == (before[-1].t_ns, "send", before[-1].seq)
    elif opened:
        assert found == (opened[-1].t_ns, "connect", opened[-1].seq)
    else:
        assert found == (rows[0].t_ns, "begin", rows[0].seq)


@given(st.integers(0, 3_000), st.integers(0, 3_000) | st.none(), st.integers(0, 3_000) | st.none())
def test_a_time_holds_between_its_bounds(took: int, least: int | None, most: int | None) -> None:
    connection = RunConnection("c", 1, 1, stream=True)
    connection.add(row(1, 7_000_000, "send"))
    connection.add(row(2, 7_000_000 + took * 1_000_000, "recv"))
    expect = Expect(
        "c",
        not_before=None if least is None else least / 1000,
        at_most=None if most is None else most / 1000,
    )
    found = times_of(expect, [(connection, RowMatch(2, 1, None, 0))])
    wrong = out_of_time(expect, found)
    holds = (least is None or least <= took) and (most is None or took <= most)
    assert (wrong is None) is holds
    if wrong is not None:
        early = least is not None and took < least
        assert wrong.key == ("scenario.too_early" if early else "scenario.too_slow")


def test_each_connection_has_its_own_time() -> None:
    made = []
    for number, took in ((1, 5), (2, 50)):
        connection = RunConnection("c", number, number, stream=True)
        connection.add(row(1, 0, "send"))
        connection.add(row(2, took * 1_000_000, "recv"))
        made.append((connection, RowMatch(number + 1, 1, None, 0)))
    in_all = times_of(Expect("c", at_most=0.01), made[::-1])
    assert [item.number for item in in_all] == [1]
    in_each = times_of(Expect("c", at_most=0.01, each=True), made)
    assert [item.number for item in in_each] == [1, 2]
    assert out_of_time(Expect("c", at_most=0.01), in_each) is not None
