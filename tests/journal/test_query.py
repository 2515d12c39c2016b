"""The filter language against an evaluator of its own, written from the words of the README."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journal.conftest import Make, event
from workbench import texts
from workbench.engine.model.events import CALL, NOTE, Event
from workbench.journal.query import FilterProblem, parse
from workbench.journal.reader import Reader, Row

ERRNOS = (None, "EAGAIN", "ECONNRESET", "econnreset")
PAYLOADS = (None, b"", b"abc", b"ABC", b"a\r\nc", b"100%_*\\", "连接".encode(), b"\x00\xff")


def events() -> st.SearchStrategy[Event]:
    return st.builds(
        event,
        kind=st.sampled_from([CALL, NOTE]),
        endpoint=st.sampled_from([0, 1, 2]),
        connection=st.sampled_from([None, 1, 2]),
        call=st.sampled_from(["recv", "send", "Recv"]),
        args=st.sampled_from(["", "65536", "a_b", "axb", "50%"]),
        result=st.none() | st.integers(-3, 3),
        errno=st.sampled_from(ERRNOS),
        peer=st.sampled_from([None, "[::1]:80"]),
        size=st.none() | st.integers(0, 5),
        payload=st.sampled_from(PAYLOADS),
        duration_ns=st.integers(0, 3_000),
    )


def quoted(text: str) -> str:
    return (
        '"'
        + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
        + '"'
    )


Test = Callable[[Row], bool]


def like(key: str, text: str, *, wild: bool) -> Test:
    parts = [re.escape(part) for part in (text.split("*") if wild else [text])]
    pattern = re.compile(".*".join(parts), re.IGNORECASE | re.ASCII | re.DOTALL)

    def test(row: Row) -> bool:
        value = getattr(row, key)
        return value is not None and pattern.fullmatch(value) is not None

    return test


@st.composite
def text_terms(draw: st.DrawFn) -> tuple[str, Test]:
    key = draw(st.sampled_from(["endpoint", "call", "kind", "errno", "peer", "args"]))
    values = draw(
        st.lists(
            st.sampled_from(
                ["recv", "RECV", "server-1", "client", "EAGAIN", "a_b", "50%", "s*", "*"]
            ),
            min_size=1,
            max_size=3,
        )
    )
    bare = draw(st.booleans())
    tests: list[Test] = []
    for value in values:
        if value == "*" and bare:
            tests.append(lambda row: getattr(row, key) is not None)
        else:
            tests.append(like(key, value, wild=bare))
    shown = "|".join(value if bare else quoted(value) for value in values)
    return f"{key}:{shown}", lambda row: any(test(row) for test in tests)


@st.composite
def number_terms(draw: st.DrawFn) -> tuple[str, Test]:
    key, field = draw(
        st.sampled_from(
            [("result", "result"), ("size", "size"), ("seq", "seq"), ("conn", "connection")]
        )
    )
    sign, compare = draw(
        st.sampled_from(
            [
                ("<", int.__lt__),
                ("<=", int.__le__),
                (">", int.__gt__),
                (">=", int.__ge__),
                ("=", int.__eq__),
                (":", int.__eq__),
            ]
        )
    )
    number = draw(st.integers(-3, 8))

    def test(row: Row) -> bool:
        value = getattr(row, field)
        return value is not None and compare(value, number) is True

    return f"{key}{sign}{number}", test


@st.composite
def byte_terms(draw: st.DrawFn) -> tuple[str, Test]:
    wanted = draw(st.sampled_from([b"a", b"bc", b"ABC", b"\r\n", b"%_", "接".encode(), b"\xff"]))
    form = draw(st.sampled_from(["text:", "", "hex:"]))
    if form == "hex:" or b"\xff" in wanted:
        shown = f"hex:{wanted.hex()}"
    else:
        shown = form + quoted(wanted.decode())
    bare = not shown.startswith(("text:", "hex:"))
    seen = wanted.decode().lower() if bare else ""
    return (
        shown,
        lambda row: (
            (row.payload is not None and wanted in row.payload)
            or (bool(seen) and any(seen in text.lower() for text in words_of(row)))
        ),
    )


def words_of(row: Row) -> list[str]:
    """The texts that a bare value is looked for in, beside the bytes."""
    texts = (row.endpoint, row.call, row.args, row.errno, row.error, row.local, row.peer)
    return [text for text in texts if text is not None]


def duration_terms() -> st.SearchStrategy[tuple[str, Test]]:
    return st.integers(0, 3).map(
        lambda us: (f"duration>{us}us", lambda row: row.duration_ns > us * 1000)
    )


def terms() -> st.SearchStrategy[tuple[str, Test]]:
    return st.one_of(text_terms(), number_terms(), byte_terms(), duration_terms())


def chosen(reader: Reader, text: str) -> list[int]:
    condition = parse(text, wall_ns=reader.clock.wall_ns)
    return [seq for part in reader.select(condition, 0, reader.count()) for seq in part]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(events(), max_size=25),
    wanted=st.lists(st.tuples(st.booleans(), terms()), min_size=1, max_size=3),
)
def test_selects_what_the_words_say(
    make: Make, rows: list[Event], wanted: list[tuple[bool, tuple[str, Test]]]
) -> None:
    reader = make(rows)
    whole = reader.page(1, 10_000)
    text = " ".join(f"{'-' if negated else ''}{term}" for negated, (term, _) in wanted)
    right = [
        row.seq for row in whole if all(test(row) is not negated for negated, (_, test) in wanted)
    ]
    assert chosen(reader, text) == right, text


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(events(), max_size=20), term=terms())
def test_minus_selects_exactly_the_others(
    make: Make, rows: list[Event], term: tuple[str, Test]
) -> None:
    reader = make(rows)
    both = chosen(reader, term[0]) + chosen(reader, f"-{term[0]}")
    assert sorted(both) == [row.seq for row in reader.page(1, 10_000)]


def test_text_is_found_in_the_encoding_of_its_endpoint(make: Make) -> None:
    reader = make([event(payload="连接".encode("gbk"))], encoding="gbk")
    assert chosen(reader, "连接") == [2]
    assert chosen(reader, "text:连接") == [2]


def test_time_is_local_time_as_shown(make: Make) -> None:
    reader = make([event(t_ns=1_500_000_000), event(t_ns=3_000_000_000)])
    moment = datetime.datetime.fromtimestamp(
        (reader.clock.wall_ns + 2_000_000_000) / 1e9, datetime.UTC
    ).astimezone()
    assert chosen(reader, f'time>"{moment.replace(tzinfo=None).isoformat(" ")}"') == [3]


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize(("text", "mark"), [
    ("call:recv clal:send", "clal"), ("size>x", "x"), ('call:"open', '"open'), ("hex:zz", "zz"),
    ("duration>3parsecs", "3parsecs"), ("call:", "c"), ("a|", "|"), ("time>noon", "noon"),
    ("call>3", "call"), ('"\\q"', "\\q"), ("-", "-"), ("size=99999999999999999999", "9" * 20),
])  # fmt: skip
def test_a_bad_term_is_pointed_at(text: str, mark: str, lang: str) -> None:
    texts.set_language(lang)
    with pytest.raises(FilterProblem) as caught:
        parse(text)
    problem = caught.value
    assert problem.text.strip()
    assert 0 <= problem.position <= len(text)
    if len(mark) > 1:
        assert text[problem.position : problem.position + problem.length] == mark


@given(st.text(max_size=40))
def test_any_typing_is_read_or_refused(text: str) -> None:
    with suppress(FilterProblem):
        parse(text)
