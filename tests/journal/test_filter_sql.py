"""The filter in SQL selects what the same filter in plain Python selects, of both versions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journal.conftest import event
from tests.journal.older import to_version_1
from workbench.engine.model.events import (
    CALL,
    COMMAND,
    Cause,
    ConnectionClosed,
    ConnectionOpened,
    EndpointAdded,
    Event,
)
from workbench.journal import filter_sql
from workbench.journal.query import parse
from workbench.journal.reader import Reader, Row
from workbench.journal.recorder import Recorder

ENCODINGS = {"server": "gbk", "client": "utf-8", "udp": "latin-1"}
NUMBERS = {1: None, 2: 1, 3: 2, 4: 1, 5: 1, 6: None}
"""Of the connections; the last is in no table."""
Holds = Callable[[Row], bool]


def texts(name: str, *values: str) -> st.SearchStrategy[tuple[str, Holds]]:
    """A term for a text: some of the values, a pattern, or that there is any."""

    def holds(wanted: tuple[str, ...]) -> Holds:
        def check(row: Row) -> bool:
            value = getattr(row, name)
            return value is not None and any(
                fnmatchcase(value.lower(), each.lower()) for each in wanted
            )

        return check

    patterns = st.sampled_from([*values, *(f"{value[:2]}*" for value in values), "*", "none"])
    return st.lists(patterns, min_size=1, max_size=3).map(
        lambda wanted: (f"{name}:{'|'.join(wanted)}", holds(tuple(wanted)))
    )


def numbers(key: str, name: str, most: int) -> st.SearchStrategy[tuple[str, Holds]]:
    compare: dict[str, Callable[[int, int], bool]] = {
        "<": int.__lt__,
        "<=": int.__le__,
        ">": int.__gt__,
        ">=": int.__ge__,
        "=": int.__eq__,
    }

    def term(operator: str, number: int) -> tuple[str, Holds]:
        def check(row: Row) -> bool:
            value = getattr(row, name)
            return value is not None and compare[operator](value, number)

        return f"{key}{operator}{number}", check

    return st.builds(term, st.sampled_from(list(compare)), st.integers(0, most))


def holds_bytes(text: str) -> Holds:
    def check(row: Row) -> bool:
        wanted = {text.encode(), text.encode(ENCODINGS.get(row.endpoint or "", "utf-8"), "ignore")}
        return any(raw and raw in (row.payload or b"") for raw in wanted)

    return check


TERMS = st.one_of(
    texts("endpoint", "server", "client", "udp"),
    texts("kind", "call", "command"),
    texts("call", "recv", "send", "connect"),
    texts("errno", "EAGAIN", "EPIPE"),
    texts("error", "OSError"),
    texts("args", "65536"),
    texts("local", "127.0.0.1:80"),
    texts("peer", "127.0.0.1:9", "::1:7"),
    numbers("seq", "seq", 40),
    numbers("conn", "connection", 7),
    numbers("number", "number", 3),
    numbers("cause", "cause", 20),
    numbers("size", "size", 4),
    numbers("result", "result", 4),
    st.sampled_from("aé你").map(lambda text: (f"text:{text}", holds_bytes(text))),
    st.just(("hex:61", lambda row: b"a" in (row.payload or b""))),
)
EVENTS = st.lists(
    st.builds(
        event,
        t_ns=st.integers(0, 99),
        endpoint=st.integers(0, 3),
        connection=st.none() | st.integers(1, 6),
        kind=st.sampled_from([CALL, CALL, COMMAND]),
        call=st.sampled_from(["recv", "send", "connect"]),
        args=st.sampled_from(["", "65536"]),
        result=st.none() | st.integers(0, 3),
        errno=st.sampled_from([None, None, "EAGAIN", "EPIPE"]),
        error=st.sampled_from([None, "OSError"]),
        peer=st.sampled_from([None, None, "::1:7", "127.0.0.1:9"]),
        size=st.none() | st.integers(0, 3),
        payload=st.sampled_from([None, b"", b"a", "é".encode(), "你".encode("gbk"), b"\xe9"]),
    ),
    max_size=30,
)


def written(path: Path, events: list[Event]) -> list[Reader]:
    """The same events in a record of today and in one of version 1."""
    recorder = Recorder(path)
    recorder.start()
    for number, (name, encoding) in enumerate(ENCODINGS.items(), 1):
        kind = "SOCK_DGRAM" if name == "udp" else "SOCK_STREAM"
        role = "listener" if name == "server" else "stream"
        config = f'{{"encoding": "{encoding}", "role": "{role}"}}'
        recorder.put(EndpointAdded(number, name, role, "AF_INET", kind, config))
    for fact in (
        ConnectionOpened(1, 1, None, "127.0.0.1:80", None, NUMBERS[1]),
        ConnectionOpened(2, 1, 1, "127.0.0.1:80", "127.0.0.1:9", NUMBERS[2]),
        ConnectionOpened(3, 1, 1, "127.0.0.1:80", "127.0.0.1:8", NUMBERS[3]),
        ConnectionOpened(4, 2, None, "127.0.0.1:9", "127.0.0.1:80", NUMBERS[4]),
        ConnectionOpened(5, 3, None, None, None, NUMBERS[5]),
        ConnectionClosed(2),
    ):
        recorder.put(fact)
    causes: list[Cause] = []
    for number, item in enumerate(events):
        cause = None
        if item.kind == COMMAND:
            causes.append(cause := Cause())
        elif causes and number % 2:
            cause = causes[number % len(causes)]
        recorder.put(item._replace(cause=cause))
    recorder.close()
    return [Reader(path), Reader(to_version_1(path))]


@pytest.mark.parametrize("many", [filter_sql.MANY, 0], ids=["in tables", "row by row"])
@settings(max_examples=60)
@given(
    events=EVENTS,
    terms=st.lists(st.tuples(st.booleans(), TERMS), min_size=1, max_size=4),
)
def test_it_equals_the_same_filter_in_python(
    tmp_path_factory: pytest.TempPathFactory,
    many: int,
    events: list[Event],
    terms: list[tuple[bool, tuple[str, Holds]]],
) -> None:
    text = " ".join("-" * negated + term for negated, (term, _) in terms)
    condition = parse(text)
    assert condition is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filter_sql, "MANY", many)
        pages = []
        for reader in written(tmp_path_factory.mktemp("filter") / "r.swb", events):
            with closing(reader):
                last = reader.count()
                rows = reader.page(1, last)
                pages.append(rows)
                right = [
                    row.seq
                    for row in rows
                    if all(holds(row) is not negated for negated, (_, holds) in terms)
                ]
                assert list(reader.select(condition, 0, last)) == [right], text
                assert reader.tally(condition, 0, last) == len(right), text
                left, _ = reader.left_out(condition, 0, last)
                assert set(left) >= set(range(1, last + 1)).difference(right), text
        assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("text", "scanned"),
    [("errno:EPIPE", False), ("call:none", False), ("peer:10*", False), ("#9", False),
     ("call:recv", True), ("text:b", True)],
)  # fmt: skip
def test_no_row_is_asked_where_no_shape_or_connection_can_meet_it(
    tmp_path: Path, text: str, scanned: bool
) -> None:
    newer, older = written(tmp_path / "r.swb", [event(result=1, size=1, payload=b"b")] * 3)
    older.close()
    asked: list[str] = []
    ask = newer._all
    newer._all = lambda statement, parameters=(): (  # type: ignore[method-assign]
        asked.append(statement),
        ask(statement, parameters),
    )[1]
    list(newer.select(parse(text), 0, newer.count()))
    assert any("e.seq BETWEEN" in statement for statement in asked) is scanned
    newer.close()


def test_what_shapes_meet_is_asked_anew_only_where_there_are_new_ones(recorder: Recorder) -> None:
    """Rows of kinds that were there already do not make it ask again; a new kind is found."""
    recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    recorder.put(event(call="recv"))
    assert recorder.flush()
    reader = recorder.reader()
    asked: list[str] = []
    ask = reader._filter_sql._ask
    reader._filter_sql._ask = lambda statement, parameters: (
        asked.append(statement),
        ask(statement, parameters),
    )[1]
    condition = parse("call:recv|send")
    assert condition is not None

    def found() -> list[int]:
        return [seq for part in reader.select(condition, 0, recorder.committed) for seq in part]

    first = found()
    assert len(first) == 1
    asked.clear()
    assert found() == first  # rows that were there when it was asked last
    assert not asked
    recorder.put(event(call="recv"))
    assert recorder.flush()
    assert len(found()) == 2
    assert not any("FROM shape e" in statement for statement in asked)
    recorder.put(event(call="send"))
    assert recorder.flush()
    assert len(found()) == 3
    assert any("FROM shape e" in statement for statement in asked)
