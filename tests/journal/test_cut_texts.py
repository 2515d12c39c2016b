"""A text that reads or sends have cut is found in the row that completes it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journal.conftest import Make, event
from workbench.engine.model.events import ConnectionOpened, EndpointAdded, Event
from workbench.journal import cut_texts
from workbench.journal import reader as journal_reader
from workbench.journal.query import parse
from workbench.journal.reader import Reader


def piece(data: bytes, *, connection: int = 1, call: str = "recv", missing: int = 0) -> Event:
    size = len(data) + missing
    return event(
        call=call,
        connection=connection,
        endpoint=min(connection, 2),
        result=size,
        size=size,
        payload=data,
    )


def chosen(reader: Reader, text: str) -> list[int]:
    return [seq for part in reader.select(parse(text), 0, reader.count()) for seq in part]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "中文首"),
        ("gbk", "中文首"),
        ("gb18030", "中文首"),
        ("big5", "中文"),
        ("shift_jis", "中文"),
        ("utf-16", "中文首"),
        ("latin-1", "éa"),
    ],
)
def test_a_text_is_found_however_it_is_cut(make: Make, encoding: str, text: str) -> None:
    data = text.encode(encoding).removeprefix(b"\xff\xfe")
    rows: list[Event] = []
    wanted: list[int] = []
    for number, (first, second) in enumerate(combinations(range(1, len(data) + 1), 2), 10):
        parts = [b"x" + data[:first], data[first:second], data[second:] + b"y"]
        rows += [piece(part, connection=number)._replace(endpoint=1) for part in parts]
        wanted.append(len(rows) + (0 if second == len(data) else 1))
    reader = make(rows, encoding=encoding)
    assert chosen(reader, f"text:{text}") == chosen(reader, text) == wanted
    others = [seq for seq in range(1, len(rows) + 2) if seq not in wanted]
    assert chosen(reader, f"-text:{text}") == others
    assert chosen(reader, f"text:{text} call:send") == []


def test_what_lies_between_does_not_matter_and_what_breaks_it_does(make: Make) -> None:
    first, last = piece("中".encode()[:2]), piece("中".encode()[2:])
    other = [
        piece(b"x", connection=2),
        piece(b"x", call="send"),
        event(errno="EAGAIN", error="BlockingIOError"),
        event(kind="note", call="note"),
    ]
    assert chosen(make([first, *other, last]), "text:中") == [7]
    assert chosen(make([first, piece(b"x"), last]), "text:中") == []
    assert chosen(make([piece("中".encode()[:2], missing=1), last]), "text:中") == []
    assert chosen(make([first, piece("中".encode()[2:], call="send")]), "text:中") == []
    assert chosen(make([first, piece("中".encode()[2:], connection=2)]), "text:中") == []


@pytest.mark.parametrize("kind", ["SOCK_DGRAM", "SOCK_SEQPACKET"])
def test_messages_are_not_joined(make: Make, kind: str) -> None:
    told = EndpointAdded(1, "server-1", "listener", "AF_UNIX", kind, "{}")
    parts = [piece(b"hel"), piece(b"lo")]
    assert chosen(make(parts), "text:hello") == [3]
    assert chosen(make([told, *parts]), "text:hello") == []


@pytest.mark.parametrize("few", [0, 100])
def test_a_row_that_completes_one_text_may_break_the_next(
    make: Make, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """One by one and in one pass alike: what follows the kept bytes of row 3 is not known."""
    monkeypatch.setattr(cut_texts, "FEW", few)
    reader = make([piece(b"xa"), piece(b"ba", missing=1), piece(b"b")])
    assert chosen(reader, "text:ab") == [3]
    reader = make([piece(b"xa"), piece(b"ba"), piece(b"b")])
    assert chosen(reader, "text:ab") == [3, 4]


def joined(rows: list[Event], needle: bytes) -> list[int]:
    """The plain reference: all bytes of each direction, and where the needle ends in them."""
    found: set[int] = set()
    streams: dict[tuple[int | None, str], tuple[bytes, list[int]]] = {}
    for seq, row in enumerate(rows, 2):
        key = (row.connection, row.call)
        data, owners = streams.get(key, (b"", []))
        payload = row.payload or b""
        data, owners = data + payload, owners + [seq] * len(payload)
        if (row.size or 0) > len(payload):
            data, owners = data + b"\0", [*owners, seq]
        streams[key] = (data, owners)
        start = data.find(needle)
        while start >= 0:
            found.add(owners[start + len(needle) - 1])
            start = data.find(needle, start + 1)
        if needle in payload:
            found.add(seq)
    return sorted(found)


@settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    rows=st.lists(
        st.builds(
            piece,
            st.binary(min_size=1, max_size=5).map(lambda raw: bytes(97 + x % 2 for x in raw)),
            connection=st.integers(1, 3),
            call=st.sampled_from(["recv", "send"]),
            missing=st.sampled_from([0, 0, 0, 1]),
        ),
        max_size=25,
    ),
    needle=st.text("ab", min_size=1, max_size=7),
    chunk=st.sampled_from([1, 3, 1000]),
    few=st.sampled_from([0, 3, 100]),
)
def test_it_is_what_joining_all_bytes_would_find(
    make: Make, rows: list[Event], needle: str, chunk: int, few: int
) -> None:
    opened = ConnectionOpened(3, 2, None, None, None)
    reader = make([opened, *rows])
    within: Callable[..., list[tuple[int, bytes, int]]] = reader.carried_before
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_reader, "CHUNK", chunk)
        patch.setattr(cut_texts, "FEW", few)
        patch.setattr(reader, "carried_before", lambda *args, **_: within(*args, within=1000))
        assert chosen(reader, f"text:{needle}") == joined(rows, needle.encode())


def test_rows_are_looked_at_one_by_one_only_where_they_may_complete_it(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = make([piece(b"GET / HTTP/1.1\r\n") for _ in range(2000)])
    asked: list[int] = []
    plain: Callable[..., list[tuple[int, bytes, int]]] = reader.carried_before
    monkeypatch.setattr(
        reader,
        "carried_before",
        lambda *args, **named: asked.append(args[2]) or plain(*args, **named),
    )
    assert len(chosen(reader, "text:1.1")) == 2000
    assert chosen(reader, "text:TEGEL") == []
    assert not asked
    assert len(chosen(reader, 'text:"\\r\\nGET"')) == 1999
    assert len(asked) == 1  # the first of them; the others are read in one pass
