"""A character that reads cut is shown whole where it is completed, in whatever order rows come."""

from __future__ import annotations

import random
from io import StringIO

import pytest

from tests.journal.conftest import Make, event
from workbench.engine.model.events import Event
from workbench.journal.exports.plain_text import to_text
from workbench.journal.query import parse
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import Manner, Streams, carries
from workbench.payload.decoding import BEGUN, Decoder, Piece, show_next

TEXT = "中文首页，形ab。\n한글 no\x810\x819" * 6


def reads(
    data: bytes, cuts: list[int], *, connection: int = 1, call: str = "recv", keep: int = 4096
) -> list[Event]:
    found = []
    for size in cuts:
        part, data = data[:size], data[size:]
        if part:
            found.append(
                event(
                    call=call,
                    connection=connection,
                    endpoint=connection,
                    result=len(part),
                    size=len(part),
                    payload=part[:keep],
                )
            )
    return found


def by_hex(*parts: str) -> list[Event]:
    return [
        event(result=len(data), size=len(data), payload=data) for data in map(bytes.fromhex, parts)
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "gbk", "gb18030", "big5", "shift_jis", "utf-16", "latin-1"]
)
def test_any_order_gives_the_same_as_the_stream_itself(make: Make, encoding: str) -> None:
    chance = random.Random(encoding)
    data = TEXT.encode(encoding, "ignore")
    streams = [
        reads(data, [chance.randint(1, 5) for _ in data], connection=number, call=call)
        for number in (1, 2)
        for call in ("recv", "send")
    ]
    rows = []
    while any(streams):
        rows.append(chance.choice([left for left in streams if left]).pop(0))
        rows.append(event(call="getsockopt", size=4, payload=b"\xe4\xe4\xe4\xe4", result=0))
    reader = make(rows, encoding=encoding)
    manner = Manner("SOCK_STREAM", encoding)
    page = [row for row in reader.page(1, 10_000) if carries(row)]
    expected = {}
    decoders = {key: Decoder(encoding) for key in {(row.connection, row.call) for row in page}}
    for row in page:
        decoder = decoders[row.connection, row.call]
        expected[row.seq] = show_next(decoder, Piece(row.payload or b""))
    in_order = Streams(reader, lambda _name: manner, every_row=True)
    assert {row.seq: in_order.show(row) for row in page} == expected
    chance.shuffle(page)
    if encoding != "utf-16":
        alone = Streams(reader, lambda _name: manner)
        assert {row.seq: alone.show(row) for row in page} == expected


def test_the_text_export_has_whole_characters(make: Make) -> None:
    reader = make(by_hex("d6", "d0 ce", "c4 ca d7"), encoding="gbk")
    wanted = ["‹d6…›", f"{BEGUN}中‹ce…›", f"{BEGUN}文首"]
    for term in ("", "call:recv", "seq:2|3|4"):
        out = StringIO()
        to_text(reader, out, parse(term))
        ends = [line.split()[-1] for line in out.getvalue().splitlines()]
        assert [end for end in ends if end in wanted] == wanted
    out = StringIO()  # a row alone: the one before it is not among those written
    to_text(reader, out, parse("seq=4"))
    assert out.getvalue().endswith(f"{BEGUN}文首\n")


def test_an_end_of_stream_an_error_and_another_direction_are_no_part_of_it(make: Make) -> None:
    first, last = by_hex("e4 b8", "ad")
    between = [
        event(call="send", result=1, size=1, payload=b"x"),
        event(errno="EAGAIN", error="BlockingIOError", size=1, payload=b"y"),
        event(connection=2, endpoint=2, result=1, size=1, payload=b"z"),
        event(kind="command", size=1, payload=b"w", result=1),
    ]
    reader = make([first, *between, last])
    row = reader.page(1, 100)[-1]
    assert Streams(reader).show(row).text == f"{BEGUN}中"


def test_bytes_that_were_not_kept_are_a_break(make: Make) -> None:
    cut, rest = by_hex("e4 b8", "ad 61")
    reader = make([cut._replace(size=3, result=3), rest])
    streams = Streams(reader)
    assert [streams.show(row).text for row in reader.page(2, 2)] == ["‹e4 b8…›", "\\xada"]


@pytest.mark.parametrize("kind", ["SOCK_DGRAM", "SOCK_SEQPACKET"])
def test_messages_share_no_character(make: Make, kind: str) -> None:
    reader = make(by_hex("d6", "d0 20"))
    streams = Streams(reader, lambda _name: Manner(kind, "gbk"))
    assert [streams.show(row).text for row in reader.page(2, 2)] == ["\\xd6", "\\xd0 "]


@pytest.mark.parametrize(("encoding", "order"), [
    ("utf-16", "utf-16-be"), ("utf-16", "utf-16-le"), ("utf-32", "utf-32-be"),
])  # fmt: skip
@pytest.mark.parametrize("first", [100, 1])
def test_the_order_of_a_stream_is_known_far_from_its_mark(
    make: Make, encoding: str, order: str, first: int
) -> None:
    """A row alone, thousands of rows behind the mark, which may be cut itself."""
    width = 4 if "32" in order else 2
    text = "\ufeff" + "中文首页ab" * 500
    data = text.encode(order)
    reader = make(
        reads(data, [first] + [width - 1] * (first == 1) + [width] * 6000), encoding=encoding
    )
    rows = [row for row in reader.page(1, 10_000) if carries(row)]
    for place in (0, 1, 2, 3, 10, 250, 1000, len(rows) - 1):
        begin = sum(row.size or 0 for row in rows[:place])
        wanted = data[begin : begin + (rows[place].size or 0)].decode(order, "ignore")
        shown = Streams(reader).show(rows[place]).text
        if wanted.removeprefix("\ufeff"):  # and not a part of the mark
            assert shown.removeprefix(BEGUN) == wanted.removeprefix("\ufeff"), place


@pytest.mark.parametrize("order", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("kept", [4096, 2])
def test_units_are_known_far_from_an_odd_cut(make: Make, order: str, kept: int) -> None:
    """A row alone, thousands of reads behind the one that put all others a byte off."""
    width = 4 if "32" in order else 2
    data = ("中文首页ab" * 500).encode(order)
    cuts = [width + width - 1] + [width] * (len(data) // width)
    rows = make(reads(data, cuts, keep=kept), encoding=order)
    page = [row for row in rows.page(1, 10_000) if carries(row)]
    place = 2500
    begin = sum(row.size or 0 for row in page[:place])
    decoder = Decoder(order)
    decoder.feed(data[:begin])
    if width <= kept:
        wanted = show_next(decoder, Piece(data[begin : begin + width])).text
        assert any(char in wanted for char in "中文首页ab")
        assert Streams(rows).show(page[place]).text == wanted
    assert Streams(rows).show(page[place]).text == in_their_order(rows, page)[page[place].seq]


def in_their_order(reader: Reader, rows: list[Row]) -> dict[int, str]:
    streams = Streams(reader, every_row=True)
    return {row.seq: streams.show(row).text for row in rows}


def test_a_long_run_without_a_sure_place_is_bounded(make: Make) -> None:
    """One row of a million looks at a few hundred others at most."""
    rows = [event(result=1, size=1, payload=b"\xd6") for _ in range(1000)]
    reader = make(rows, encoding="gbk")
    asked: list[int] = []
    plain = reader.carried_before

    def counted(
        connection: int, calls: frozenset[str], seq: int, limit: int
    ) -> list[tuple[int, bytes, int]]:
        found = plain(connection, calls, seq, limit)
        asked.append(len(found))
        return found

    reader.carried_before = counted  # type: ignore[method-assign,assignment]
    Streams(reader).show(reader.page(1000, 1)[0])
    assert 200 < sum(asked) < 250
