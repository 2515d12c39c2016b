"""The matcher against a plain reference: join all bytes, decode, search."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbench.engine.model.events import EndpointAdded
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.reader import Row
from workbench.payload.notation import ENCODINGS
from workbench.scenario.connections import RunConnection
from workbench.scenario.expect import Findings, Matcher, NotYet
from workbench.scenario.feed import Feed
from workbench.scenario.held_back import HeldBack
from workbench.scenario.needle import Needle, needle_of
from workbench.scenario.search import PAUSE, Search
from workbench.scenario.steps import Expect
from workbench.scenario.unmet import Ends, did_not_come

MS = 1_000_000
LONG = settings().max_examples >= 500  # the profile of --long
THOROUGH = settings(max_examples=2000 if LONG else 200)
SHARDS = pytest.mark.parametrize("shard", range(50 if LONG else 1))
"""A hundred thousand examples, in parts that each end before a run is taken to hang."""
LETTERS = "ab1 \n"
WIDE = {"ascii": "", "latin-1": "é", "shift_jis": "日本", "utf-16": "中文😀"}


def read(seq: int, at: int, data: bytes, connection: int = 1) -> Row:
    return Row(
        seq,
        at,
        0,
        "call",
        "c",
        connection,
        "recv",
        "65536",
        len(data),
        None,
        None,
        None,
        "p",
        len(data),
        data,
        None,
    )


def eof(seq: int, at: int, connection: int = 1) -> Row:
    return read(seq, at, b"", connection)._replace(payload=None)


@dataclass
class Bench:
    """A search in connections that a test feeds."""

    expect: Expect
    encoding: str = "utf-8"
    until: int = 2**62

    def __post_init__(self) -> None:
        self.connections: dict[int, RunConnection] = {}
        self.search = self.begin(self.expect)

    def begin(self, expect: Expect) -> Search:
        made: Needle = needle_of(expect, self.encoding)
        return Search(expect, lambda _connection: made, until_ns=self.until)

    def feed(self, rows: Sequence[Row], known: int = 0) -> None:
        touched: dict[RunConnection, None] = {}
        for row in rows:
            number = row.connection or 0
            if number not in self.connections:
                self.connections[number] = RunConnection("c", number, number, stream=True)
            self.connections[number].add(row)
            touched[self.connections[number]] = None
        self.search.advance(touched, known)

    def end(self) -> list[tuple[int, int]] | None:
        """Which connections, and how many bytes of each are used up; None: not found."""
        found = self.search.matches(lambda _connection: True)
        if found is None:
            return None
        self.search.use_up(found)
        return [(number, used(item)) for number, item in sorted(self.connections.items())]


def used(connection: RunConnection) -> int:
    return connection.used_bytes


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(places)]


ATOMS = st.one_of(
    st.sampled_from(
        [
            "a",
            "b",
            "1",
            ".",
            "[0-9]",
            "[a-b]",
            "a+",
            "b*",
            "1?",
            "a{1,2}",
            "(a|ab)",
            "(b1|b)",
            "[^a]",
            "\\s",
            "\\d+",
            "(?:a1)+",
            ".*b",
        ]
    )
)
PATTERNS = st.lists(ATOMS, min_size=1, max_size=4).map("".join)
ENDS = st.sampled_from(["", "", "$", "\\b", "(?!a)", "(?=1)", "|b1"])
BEGINS = st.sampled_from(["", "", "^", "\\b", "(?<=a)"])


@st.composite
def streams(draw: st.DrawFn) -> tuple[str, str, list[tuple[int, bytes]]]:
    """An encoding, a text, and its bytes in reads of one connection with gaps under PAUSE."""
    encoding = draw(st.sampled_from(ENCODINGS))
    alphabet = LETTERS + WIDE.get(encoding, "中文首")
    text = draw(st.text(alphabet, max_size=24))
    cuts = draw(st.lists(st.integers(0, 200), max_size=8))
    at = 0
    reads = []
    for piece in pieces(text.encode(encoding), cuts):
        at += draw(st.integers(0, PAUSE - 1))
        reads.append((at, piece))
    return encoding, text, reads


def batches(reads: Sequence[Row], sizes: Sequence[int]) -> list[list[Row]]:
    left, found = list(reads), []
    for size in sizes:
        found.append(left[:size])
        left = left[size:]
    return [*found, left]


@SHARDS
@THOROUGH
@given(streams(), PATTERNS, BEGINS, ENDS, st.lists(st.integers(0, 3), max_size=6))
def test_a_pattern_finds_what_a_plain_search_finds(
    shard: int,
    stream: tuple[str, str, list[tuple[int, bytes]]],
    middle: str,
    begin: str,
    end: str,
    sizes: list[int],
) -> None:
    del shard
    encoding, text, reads = stream
    pattern = begin + middle + end
    plain = re.compile(pattern, re.DOTALL).search(text)
    bench = Bench(Expect("c", regex=pattern), encoding)
    rows = [read(seq, at, data) for seq, (at, data) in enumerate(reads, 1)]
    for part in batches(rows, sizes):
        bench.feed(part)
    bench.feed([], known=2**61)
    wanted = None
    if plain is not None and plain.end():
        wanted = [(1, len(text[: plain.end()].encode(encoding)))]
    assert bench.end() == wanted, (pattern, text, rows)


@SHARDS
@THOROUGH
@given(
    streams(),
    st.text(LETTERS + "中é日", min_size=1, max_size=3),
    st.integers(1, 3),
    st.lists(st.integers(0, 3), max_size=6),
)
def test_a_text_is_contained_where_a_plain_search_finds_it(
    shard: int,
    stream: tuple[str, str, list[tuple[int, bytes]]],
    part: str,
    count: int,
    sizes: list[int],
) -> None:
    del shard
    encoding, text, reads = stream
    try:
        part.encode(encoding)
    except UnicodeError:
        assume(False)
    bench = Bench(Expect("c", contains=part, count=count), encoding)
    rows = [read(seq, at, data) for seq, (at, data) in enumerate(reads, 1)]
    for piece in batches(rows, sizes):
        bench.feed(piece)
    end = 0
    for _ in range(count):
        place = text.find(part, end)
        if place < 0:
            end = -1
            break
        end = place + len(part)
    wanted = None if end < 0 else [(1, len(text[:end].encode(encoding)))]
    assert bench.end() == wanted


@THOROUGH
@given(
    st.lists(st.tuples(st.integers(1, 3), st.text("ab", max_size=3)), max_size=10),
    st.text("ab", min_size=1, max_size=3),
    st.integers(1, 3),
    st.integers(0, 4),
)
def test_the_oldest_of_several_connections_is_found(
    reads: list[tuple[int, str]],
    text: str,
    count: int,
    size: int,
) -> None:
    """Exact text: each connection's bytes begin with it, again and again; the oldest come first."""
    bench = Bench(Expect("c", text=text, count=count))
    rows = [
        read(seq, seq, data.encode(), number) for seq, (number, data) in enumerate(reads, 1) if data
    ]
    for part in batches(rows, [size]):
        bench.feed(part)
    joined: dict[int, str] = {}
    consumed: dict[int, int] = {}
    left = count
    for row in rows:
        number = row.connection or 0
        joined[number] = joined.get(number, "") + (row.payload or b"").decode()
        consumed.setdefault(number, 0)
        while left and joined[number].startswith(text, consumed[number]):
            consumed[number] += len(text)
            left -= 1
    wanted = None if left else [(number, consumed[number]) for number in sorted(joined)]
    assert bench.end() == wanted


# -- stamps -----------------------------------------------------------------------------------


def test_what_a_busy_machine_took_to_read_makes_nothing_late() -> None:
    """It was there when recv() began, which never waits here."""
    bench = Bench(Expect("c", contains="ab"), until=10 * MS)
    slowly_read = read(1, 9 * MS, b"ab")._replace(duration_ns=2000 * MS)
    bench.feed([slowly_read], known=2**61)
    assert bench.end() == [(1, 2)]


def test_what_came_after_the_deadline_does_not_count() -> None:
    bench = Bench(Expect("c", contains="ab"), until=10 * MS)
    bench.feed([read(1, 9 * MS, b"a"), read(2, 11 * MS, b"b")], known=2**61)
    assert bench.end() is None
    bench = Bench(Expect("c", contains="ab"), until=11 * MS)
    bench.feed([read(1, 9 * MS, b"a"), read(2, 11 * MS, b"b")], known=2**61)
    assert bench.end() == [(1, 2)]


@pytest.mark.parametrize(("gap", "used_bytes"), [(PAUSE - 1, 5), (PAUSE, 3)])
def test_a_match_that_could_grow_is_settled_by_a_pause(gap: int, used_bytes: int) -> None:
    """By the stamps: however late the rows are looked at."""
    bench = Bench(Expect("c", regex="N=[0-9]+"))
    bench.feed([read(1, 0, b"N=1"), read(2, gap, b"23;")], known=2**61)
    assert bench.end() == [(1, used_bytes)]


def test_a_match_that_could_grow_waits_for_what_ends_it() -> None:
    bench = Bench(Expect("c", regex="N=[0-9]+"))
    bench.feed([read(1, 0, b"N=1")], known=PAUSE - 1)
    assert bench.search.open
    assert bench.end() is None
    bench.feed([eof(2, 5)])
    assert bench.end() == [(1, 3)]


def test_a_match_that_the_next_bytes_take_away_does_not_hold() -> None:
    """OK$ is there after "OK", and not in "OKAY": reads must not decide."""
    bench = Bench(Expect("c", regex="OK$"))
    bench.feed([read(1, 0, b"OK")])
    assert bench.end() is None
    bench.feed([read(2, 1, b"AY")], known=2**61)
    assert bench.end() is None


def test_the_match_of_the_deadline_may_end_in_what_came_just_after() -> None:
    bench = Bench(Expect("c", regex="N=[0-9]+"), until=10 * MS)
    bench.feed([read(1, 9 * MS, b"N=1"), read(2, 20 * MS, b"2 N=4")], known=2**61)
    assert bench.end() == [(1, 4)]


# -- characters -------------------------------------------------------------------------------


def test_what_follows_a_mark_stays_in_its_order() -> None:
    """UTF-16 big-endian, read on after the part with the mark is used up."""
    data = "\ufeffab中c".encode("utf-16-be")
    bench = Bench(Expect("c", contains="b"), "utf-16")
    bench.feed([read(1, 0, data[:5]), read(2, 1, data[5:])])
    assert bench.end() == [(1, 6)]
    bench.search = bench.begin(Expect("c", regex="^中"))
    bench.search.advance(bench.connections.values(), 2**61)
    assert bench.end() == [(1, 8)]


def test_bytes_are_matched_as_bytes() -> None:
    for expect in (
        Expect("c", regex=r"\xff\x00."),
        Expect("c", regex="ÿ", encoding="bytes"),
        Expect("c", contains="ÿ", encoding="bytes"),
    ):
        bench = Bench(expect, "gbk")
        bench.feed([read(1, 0, b"a\xff\x00z")], known=2**61)
        assert bench.end() is not None, expect
    bench = Bench(Expect("c", contains="ÿ"), "utf-8")
    bench.feed([read(1, 0, b"a\xff\x00z")], known=2**61)
    assert bench.end() is None


def test_half_a_character_is_none() -> None:
    """In Big5 the end of one character and the begin of the next are not a third."""
    bench = Bench(Expect("c", regex="第四步"), "big5")
    bench.feed([read(1, 0, "第五步".encode("big5"))], known=2**61)
    assert bench.end() is None


def test_text_may_come_with_a_mark_or_without() -> None:
    for data in ("hi".encode("utf-16"), "hi".encode("utf-16-le"), "\ufeffhi".encode("utf-16-be")):
        bench = Bench(Expect("c", text="hi"), "utf-16")
        bench.feed([read(1, 0, data)])
        assert bench.end() == [(1, len(data))]
    bench = Bench(Expect("c", text="hi"), "utf-16")
    bench.feed([read(1, 0, "hi".encode("utf-16-be"))])
    assert bench.end() is None, "without a mark these are 栀椀"


ORDERS = (
    ("utf-16", "", "utf-16-le"), ("utf-16", "\ufeff", "utf-16-le"),
    ("utf-16", "\ufeff", "utf-16-be"), ("utf-32", "", "utf-32-le"),
    ("utf-32", "\ufeff", "utf-32-le"), ("utf-32", "\ufeff", "utf-32-be"),
    ("utf-8-sig", "", "utf-8"), ("utf-8-sig", "\ufeff", "utf-8"),
)  # fmt: skip
_WORD = st.text("a1中栀愀😀", min_size=1, max_size=3)


@SHARDS
@THOROUGH
@given(
    order=st.sampled_from(ORDERS),
    words=st.lists(_WORD, min_size=1, max_size=3),
    ways=st.lists(st.sampled_from(["text", "contains", "regex"]), min_size=3, max_size=3),
    cuts=st.lists(st.integers(0, 60), max_size=6),
    other=_WORD,
)
def test_a_stream_with_a_mark_is_read_in_its_order(
    shard: int,
    order: tuple[str, str, str],
    words: list[str],
    ways: list[str],
    cuts: list[int],
    other: str,
) -> None:
    """As Python decodes all of it at once, whatever looked at it before and however it is cut:
    first one word after another, then another word in their place. (Its incremental decoder refuses
    a stream without a mark.)"""
    encoding, mark, written = order
    data = (mark + "".join(words)).encode(written)
    bench = Bench(Expect("c", **{ways[0]: words[0]}), encoding)  # type: ignore[arg-type]
    for seq, piece in enumerate(pieces(data, cuts), 1):
        bench.feed([read(seq, 0, piece)])
    text = data.decode(encoding)
    at = 0
    for place, word in enumerate(words):
        if place:
            bench.search = bench.begin(Expect("c", **{ways[place]: word}))  # type: ignore[arg-type]
            bench.search.advance(bench.connections.values(), 2**61)
        found = text.find(word, at) if ways[place] != "text" else at
        assert found >= 0
        at = found + len(word)
        assert bench.end() == [(1, len((mark + text[:at]).encode(written)))]
        if at != len("".join(words[: place + 1])):
            return  # it stood earlier already: what follows is another talk
    bench = Bench(Expect("c", **{ways[0]: other}), encoding)  # type: ignore[arg-type]
    for seq, piece in enumerate(pieces(data, cuts), 1):
        bench.feed([read(seq, 0, piece)])
    bench.feed([], known=2**61)
    holds = text.startswith(other) if ways[0] == "text" else other in text
    assert (bench.end() is not None) is holds


def test_a_text_that_comes_again_in_a_stream_with_a_mark() -> None:
    """Each in the order of the stream, with a mark of its own or without."""
    for order in ("utf-16-le", "utf-16-be"):
        data = "\ufeffhihi\ufeffhi".encode(order)
        bench = Bench(Expect("c", text="hi", count=3), "utf-16")
        for place, byte in enumerate(data):
            bench.feed([read(place + 1, 0, bytes([byte]))])
        assert bench.end() == [(1, len(data))]
        other = {"utf-16-le": "utf-16-be", "utf-16-be": "utf-16-le"}[order]
        bench = Bench(Expect("c", text="hi", count=2), "utf-16")
        bench.feed([read(1, 0, "\ufeffhi".encode(order) + "hi".encode(other))], known=2**61)
        assert bench.end() is None


def test_absent_text_is_looked_for_in_all_that_came() -> None:
    bench = Bench(Expect("c", text="no", absent=True))
    bench.feed([read(1, 0, b"yes, n"), read(2, 1, b"o")])
    assert bench.end() is not None


@pytest.mark.parametrize("count", [1, 3])
def test_a_large_stream_is_looked_through_once(count: int) -> None:
    """Each byte is decoded and searched once, in however many reads it comes."""
    bench = Bench(Expect("c", contains="needle", count=count))
    rows = [read(seq, seq, b"x" * 1000) for seq in range(1, 2001)]
    for row in rows:
        bench.feed([row])
    bench.feed([read(3000 + place, 3000, b"needle") for place in range(count)])
    assert bench.end() == [(1, 2_000_000 + 6 * count)]


SLOW_CONNECT = Row(
    1,
    990 * MS,
    985 * MS,
    "end",
    "c",
    1,
    "connect",
    "",
    0,
    None,
    None,
    None,
    "p",
    None,
    None,
    None,
)
"""Stamped when it came out, as long as it took."""


@pytest.mark.parametrize(("asked", "held"), [(2000 * MS, True), (900 * MS, False)])
def test_a_slow_connect_makes_nothing_late_that_comes_after_it(asked: int, held: bool) -> None:
    bench = Bench(Expect("c", text="hi"), until=asked)
    bench.feed([SLOW_CONNECT, read(2, 1000 * MS, b"hi")])
    assert (bench.end() is not None) is held


def test_a_slow_connect_is_judged_by_when_it_came_out() -> None:
    def found(until: int) -> bool:
        connection = RunConnection("c", 1, 1, stream=True)
        connection.add(SLOW_CONNECT)
        search = Search(Expect("c", call="connect"), None, until_ns=until)
        search.advance([connection], 0)
        return search.matches(lambda _connection: True) is not None

    assert found(1000 * MS)
    assert not found(980 * MS)


def test_a_call_that_came_too_late_is_told_as_that() -> None:
    connection = RunConnection("c", 1, 1, stream=True)
    connection.add(eof(1, 1500 * MS))
    expect = Expect("c", call="recv", result=0)
    search = Search(expect, None, until_ns=1000 * MS)
    search.advance([connection], 0)
    said = str(
        did_not_come(
            expect, [connection], None, search, Ends(True, lambda _row: None, HeldBack(tuple))
        )
    )
    assert "#1: what came, came 0.5 s too late." in said


# -- how often, what first, on each ------------------------------------------------------------


def messages(data: Sequence[tuple[int, str]], expect: Expect, until: int, ends: int) -> Search:
    """A search among messages of two connections, a row each, one a millisecond."""
    needle = needle_of(expect, "utf-8")
    search = Search(expect, lambda _connection: needle, until_ns=until)
    owned = {number: RunConnection("c", number, number, stream=False) for number in (1, 2)}
    for seq, (number, text) in enumerate(data, 1):
        owned[number].add(read(seq, seq * MS, text.encode(), number))
    search.advance(owned.values(), ends)
    return search


@THOROUGH
@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), st.sampled_from("ab")), max_size=12),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 14),
)
def test_how_often_it_comes_against_a_plain_count(
    data: list[tuple[int, str]], count: int, exact: bool, each: bool, first: bool, until: int
) -> None:
    assume(not (exact and first))
    expect = Expect("c", text="a", count=count, exact=exact, each=each, next=first)
    search = messages(data, expect, until * MS, until * MS)
    came = {
        number: [text for seq, (owner, text) in enumerate(data, 1) if owner == number]
        for number in (1, 2)
    }
    in_time = {
        number: [
            text for seq, (owner, text) in enumerate(data, 1) if owner == number and seq <= until
        ]
        for number in (1, 2)
    }
    counts = {
        number: len("".join(texts).split("b", 1)[0]) if first else texts.count("a")
        for number, texts in in_time.items()
    }
    used = {number for number, texts in came.items() if texts}

    def enough(number: int) -> bool:
        return number == count if exact else number >= count

    if each:
        connections = list(search._parts)
        holds = all(enough(counts[item.number]) for item in connections)
        found = search.in_each(connections, over=True)
    else:
        holds = enough(sum(counts.values()))
        found = search.matches(lambda _connection: True, over=True)
    assert (found is not None) is holds, (counts, used)
    if exact:
        over = max(counts.values()) if each else sum(counts.values())
        assert search.too_many(lambda _connection: True) is (over > count)
    if found is not None:
        assert len(found) == count * (2 if each else 1)


@THOROUGH
@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=12), st.integers(1, 3))
def test_what_is_kept_is_not_used_up(data: list[str], count: int) -> None:
    numbered = [(1, text) for text in data]
    expect = Expect("c", text="a", count=count, keep=True)
    search = messages(numbered, expect, 2**62, 0)
    found = search.matches(lambda _connection: True)
    assert (found is not None) is (data.count("a") >= count)
    if found is not None:
        search.use_up(found)
        assert found[0][0].used == 0


WORDS = (b"+OK\r\n", b"+O", b"K\r\n", b"+OK\r\n+OK\r\n", b"-ERR\r\n", b"")


@st.composite
def small_talks(draw: st.DrawFn) -> list[tuple[Row, ...]]:
    """Rows of one or two connections: reads, sends, failed reads, ends of streams."""
    kinds = st.sampled_from(["read", "read", "send", "failed", "eof"])
    rows: list[Row] = []
    for seq in range(1, draw(st.integers(1, 6))):
        connection = draw(st.sampled_from([1, 1, 1, 2]))
        row = read(seq, seq * MS, draw(st.sampled_from(WORDS)), connection)
        match draw(kinds):
            case "send":
                row = row._replace(call="send", args="")
            case "failed":
                row = row._replace(
                    result=None, size=None, payload=None, errno="EAGAIN", error="BlockingIOError"
                )
            case "eof":
                row = eof(seq, seq * MS, connection)
        rows.append(row)
    return [tuple(rows)]


@SHARDS
@THOROUGH
@given(
    talk=small_talks(),
    stream=st.booleans(),
    hexed=st.booleans(),
    until=st.integers(0, 6),
    used=st.integers(0, 2),
)
def test_a_text_that_comes_whole_and_alone_is_what_a_search_finds(
    shard: int, talk: list[tuple[Row, ...]], *, stream: bool, hexed: bool, until: int, used: int
) -> None:
    """Whatever the short way says, the search says the same, and uses up the same."""
    how: dict[str, str] = {"hex": "2b4f4b0d0a"} if hexed else {"text": "+OK\r\n"}
    expect = Expect("c", connection="any", **how)  # type: ignore[arg-type]
    feed = Feed(lambda: None)
    feed.take(1, [EndpointAdded(1, "c", "stream", "AF_INET", "SOCK_STREAM", "{}")])
    plain = EndpointSettings("c", Role.STREAM)
    matcher = Matcher(feed, lambda _name: plain, HeldBack(lambda: ()))
    for number in (1, 2):
        made = RunConnection("c", number, number, stream=stream)
        for row in talk[0]:
            if row.connection == number:
                made.add(row)
        if made.end > used:
            made.use_up(used, 1 if stream and made.row(used).size else None)
        matcher._owned.setdefault("c", []).append(made)
        matcher._by_id[number] = made
    twin = copy.deepcopy(matcher._owned["c"])
    assert matcher.is_text(expect)
    quick = matcher.next_text(expect, until * MS)
    matcher._owned["c"], ours = twin, matcher._owned["c"]
    search = matcher.search(expect, until * MS)
    matcher.advance(search, 0)
    found = matcher.found(search, over=False)
    if quick is None:
        return
    if quick is NotYet.CAME:
        assert found is None
        return
    assert isinstance(quick, Findings)
    assert found is not None
    assert (quick.row, quick.passed, quick.took) == (found.row, found.passed, found.took)
    assert [match for _, match in quick.matches] == [match for _, match in found.matches]
    assert [(it.used, it.part, it.used_bytes) for it in ours] == [
        (it.used, it.part, it.used_bytes) for it in twin
    ]


@pytest.mark.parametrize(
    "key",
    [
        {"count": 2}, {"exact": True}, {"absent": True}, {"next": True}, {"keep": True},
        {"each": True}, {"take": {"a": "payload"}}, {"call": "recv"}, {"errno": "EPIPE"},
        {"size": 5}, {"peer": "p"}, {"closed": True}, {"kind": "call"}, {"encoding": "hz"},
    ],
)  # fmt: skip
def test_what_says_more_than_a_text_takes_a_search(key: dict[str, object]) -> None:
    matcher = Matcher(
        Feed(lambda: None), lambda _name: EndpointSettings("c", Role.STREAM), HeldBack(lambda: ())
    )
    assert matcher.is_text(Expect("c", text="a"))
    assert not matcher.is_text(Expect("c", text="a", **key))  # type: ignore[arg-type]
    assert not matcher.is_text(Expect("c", hex="61 ??"))
    assert not matcher.is_text(Expect("c", contains="a"))
