"""Any value in any spelling: quotes, escapes, case, time as shown, terms beyond all measure."""

from __future__ import annotations

import datetime
import operator
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journal.conftest import Make, event
from tests.journal.older import to_version_1
from workbench import texts
from workbench.engine.model.events import COMMAND, Cause
from workbench.journal import query
from workbench.journal.query import FilterProblem, parse
from workbench.journal.reader import Reader, Row
from workbench.journal.recorder import Recorder

SLOW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.text(
    'aAbZ_%*\\"|-: \n\r\t\0İßéÉK', max_size=5
)


def chosen(reader: Reader, text: str) -> list[int]:
    condition = parse(text, wall_ns=reader.clock.wall_ns)
    return [seq for part in reader.select(condition, 0, reader.count()) for seq in part]


def others(reader: Reader, seqs: list[int]) -> list[int]:
    return [seq for seq in range(1, reader.count() + 1) if seq not in seqs]


def quoted(text: str, data: st.DataObject) -> str:
    """One of the spellings of a text between quotes."""
    known = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    parts = []
    for char in text:
        plain = char not in '"\\\0'
        byte = ord(char) < 128  # above, \xHH is a byte of the payload and not a character
        ways = [char] * plain + [f"\\x{ord(char):02x}"] * byte
        if char in known:
            ways.append(known[char])
        parts.append(data.draw(st.sampled_from(ways)))
    return f'"{"".join(parts)}"'


def lower(text: str) -> str:
    """ASCII alone has a case here."""
    return "".join(chr(ord(char) + 32) if "A" <= char <= "Z" else char for char in text)


def run(pattern: str, text: str) -> bool:
    """`*` is any run: by hand, since fnmatch and re know more."""
    head, star, tail = pattern.partition("*")
    if not star:
        return text == pattern
    return text.startswith(head) and any(
        run(tail, text[start:]) for start in range(len(head), len(text) + 1)
    )


@SLOW
@given(values=st.lists(TEXT, min_size=1, max_size=6), data=st.data())
def test_a_quoted_value_is_itself(make: Make, values: list[str], data: st.DataObject) -> None:
    reader = make([event(args=value, peer=value, error=value or None) for value in values])
    rows = reader.page(1, 100)
    key = data.draw(st.sampled_from(["args", "peer", "error"]))
    wanted = data.draw(st.lists(st.sampled_from(values) | TEXT, min_size=1, max_size=3))
    text = f"{key}:" + "|".join(quoted(value, data) for value in wanted)
    right = [
        row.seq
        for row in rows
        if getattr(row, key) is not None and lower(getattr(row, key)) in map(lower, wanted)
    ]
    assert chosen(reader, text) == right, text
    assert chosen(reader, f"-{text}") == others(reader, right), text


@SLOW
@given(
    values=st.lists(st.text("aAb%_\\:é", min_size=1, max_size=6), min_size=2, max_size=8),
    data=st.data(),
)
def test_a_bare_value_knows_the_star_alone(
    make: Make, values: list[str], data: st.DataObject
) -> None:
    """Patterns near to what is there: SQL's own wildcards would match too much."""
    base = data.draw(st.sampled_from(values))
    near = [data.draw(st.sampled_from([char, char, "*", "_", "%", "", "\\"])) for char in base]
    pattern = "".join(near) or "*"
    reader = make([event(args=value) for value in values])
    rows = reader.page(1, 100)
    right = [row.seq for row in rows if run(lower(pattern), lower(row.args))]
    assert chosen(reader, f"args:{pattern}") == right, pattern
    assert chosen(reader, f"-args:{pattern}") == others(reader, right), pattern


@pytest.mark.parametrize("pattern", ["a_*", "a%*", "*_", "*%", "a\\*", "*\\", "_*", "%*"])
def test_what_sql_would_take_for_a_wildcard_is_a_character(make: Make, pattern: str) -> None:
    right = pattern.replace("*", "xyz")
    reader = make([event(args=right), event(args="abxyz"), event(args="xyzb"), event(args="ab")])
    assert chosen(reader, f"args:{pattern}") == [2]


@SLOW
@given(payloads=st.lists(st.none() | st.binary(max_size=8), max_size=8), data=st.data())
def test_bytes_are_found_in_every_spelling(
    make: Make, payloads: list[bytes | None], data: st.DataObject
) -> None:
    reader = make([event(payload=payload) for payload in payloads])
    kept = [payload for payload in payloads if payload]
    wanted = data.draw(
        st.binary(max_size=3)
        | (
            st.sampled_from(kept).map(lambda whole: whole[len(whole) // 2 :])
            if kept
            else st.just(b"")
        )
    )
    right = [
        row.seq for row in reader.page(1, 100) if row.payload is not None and wanted in row.payload
    ]
    escaped = "".join(f"\\x{byte:02X}" for byte in wanted)
    terms = [f'text:"{escaped}"', f'hex:"{wanted.hex(" ")}"']
    if wanted:
        terms += [f"hex:{wanted.hex()}", f"hex:{wanted.hex(':').upper()}"]
    for term in terms:
        assert chosen(reader, term) == right, term
        assert chosen(reader, f"-{term}") == others(reader, right), term


@pytest.mark.parametrize("encoding", [
    "utf-8", "gbk", "GBK", "gb2312", "gb18030", "big5", "shift_jis", "Shift-JIS", "utf-16",
    "UTF_16_LE", "utf-16-be",
])  # fmt: skip
def test_text_is_found_as_its_endpoint_writes_it(make: Make, encoding: str) -> None:
    reader = make(
        [
            event(payload="中文".encode(encoding)),
            event(payload="文中".encode(encoding)),
            event(endpoint=2, payload="中文".encode("gbk")),
        ],
        encoding=encoding,
    )
    assert chosen(reader, "text:中文") == [2]
    assert chosen(reader, "-中文") == [1, 3, 4]


@SLOW
@given(values=st.lists(TEXT, min_size=1, max_size=6))
def test_a_text_of_a_record_can_be_asked_for(make: Make, values: list[str]) -> None:
    reader = make([event(args=value) for value in values])
    for value in values:
        right = [row.seq for row in reader.page(1, 100) if lower(row.args) == lower(value)]
        assert chosen(reader, f"args:{query.quoted(value)}") == right


def test_what_is_quoted_of_a_long_term_has_room_in_a_sentence() -> None:
    with pytest.raises(FilterProblem) as found:
        parse("size=" + "9" * 5_000)
    assert "999…" in found.value.text
    assert len(found.value.text) < 400


@pytest.mark.parametrize("digits", [41, 4_299, 4_301, 5_000, 100_000])
@pytest.mark.parametrize(
    "key", ["seq", "conn", "pair", "cause", "size", "result", "duration", "time"]
)
def test_a_number_of_any_length_is_one_or_pointed_at(make: Make, key: str, digits: int) -> None:
    reader = make([event(size=3, result=3)])
    number = "9" * digits
    for text in (
        f"{key}>{number}",
        f"{key}={number}",
        f"-{key}<={number}",
        f"{key}:{number}",
        f"{key}>0.{number}s",
        f"{key}<{'0' * digits}1ms",
        f"#{number}",
        f"hex:{number}",
    ):
        try:
            condition = parse(text)
        except FilterProblem:
            continue
        assert condition is not None
        chosen(reader, text)


def test_latin_1_has_several_names(make: Make) -> None:
    for name in ("latin-1", "iso-8859-1", "latin_1"):
        reader = make([event(payload="é".encode(name))], encoding=name)
        assert chosen(reader, "é") == [2]


def test_pair_cause_and_presence(make: Make) -> None:
    cause = Cause()
    reader = make(
        [
            event(kind=COMMAND, cause=cause),
            event(cause=cause, connection=2),
            event(connection=None, errno="EAGAIN"),
        ]
    )
    assert chosen(reader, "cause:2") == chosen(reader, "cause:*") == [3]
    assert chosen(reader, "-cause:*") == [1, 2, 4]
    assert chosen(reader, "pair:*") == []
    assert chosen(reader, "local:*") == [2]
    assert chosen(reader, "local:127.0.0.1:80") == [2]
    assert chosen(reader, "-local:*") == [1, 3, 4]
    assert chosen(reader, "errno:E*") == chosen(reader, "errno:eagain|x") == [4]
    assert chosen(reader, "conn<=1 -seq:2|3") == []
    assert chosen(reader, "ENDPOINT:SERVER-1 Kind:Call") == [3, 4]


SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
@given(data=st.data())
@SLOW
def test_time_is_compared_as_it_is_shown(
    make: Make, local_zone: Callable[[str], None], zone: str, data: st.DataObject
) -> None:
    local_zone(zone)
    stamps = data.draw(
        st.lists(st.integers(0, 5_000).map(lambda step: step * 333), min_size=1, max_size=8)
    )
    reader = make([event(t_ns=stamp) for stamp in stamps])

    def shown(row: Row) -> str:
        """By integers alone, from the wall clock and the zone's offset."""
        micro = (reader.clock.wall_ns + row.t_ns) // 1000
        zone = time.localtime(micro // 10**6).tm_gmtoff
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(  # noqa: DTZ001
            microseconds=micro, seconds=zone
        )
        return moment.isoformat(" ", "microseconds")

    rows = reader.page(1, 100)
    value = shown(data.draw(st.sampled_from(rows)))
    sign = data.draw(st.sampled_from(list(SIGNS)))
    right = [row.seq for row in rows if SIGNS[sign](shown(row), value)]
    spelling = data.draw(st.sampled_from([f'"{value}"', value.replace(" ", "T"), value[11:]]))
    assert chosen(reader, f"time{sign}{spelling}") == right
    assert chosen(reader, f"-time{sign}{spelling}") == others(reader, right)
    for length in (13, 16, 19, 21, 22, 23, 25, 26):  # fewer places name the whole unit
        part = value[:length]
        assert chosen(reader, f'time:"{part}"') == [
            row.seq for row in rows if shown(row).startswith(part)
        ], part


@pytest.fixture
def local_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def choose(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield choose
    monkeypatch.undo()
    time.tzset()


def test_a_time_may_name_its_zone(make: Make) -> None:
    reader = make([event(t_ns=0), event(t_ns=10**9)])
    moment = datetime.datetime.fromtimestamp(reader.clock.wall_ns // 10**9, datetime.UTC)
    later = moment + datetime.timedelta(seconds=1)
    east = later.astimezone(datetime.timezone(datetime.timedelta(hours=8)))
    assert chosen(reader, f'time:"{later.isoformat()}"') == [3]
    assert chosen(reader, f'time:"{east.isoformat()}"') == [3]


@pytest.mark.parametrize(("term", "ns"), [
    ("1.005ms", 1_005_000), ("0.1us", 100), ("1.1us", 1_100), ("2.3s", 2_300_000_000),
    ("7", 7), ("7ns", 7), ("0s", 0),
])  # fmt: skip
def test_a_duration_is_exact(make: Make, term: str, ns: int) -> None:
    reader = make([event(duration_ns=ns + step) for step in (-1, 0, 1) if ns + step >= 0])
    kept = {row.duration_ns: row.seq for row in reader.page(2, 5)}
    assert chosen(reader, f"seq>1 duration:{term}") == [kept[ns]]
    assert chosen(reader, f"seq>1 duration>{term}") == [kept[ns + 1]]
    assert chosen(reader, f"seq>1 duration>={term}") == [kept[ns], kept[ns + 1]]


@pytest.mark.parametrize("term", [
    "duration<" + "9" * 500 + "s", "time<9999-12-31T23:59:59", "seq<9223372036854775807",
    "seq>-9223372036854775808", "time>1000-01-01T00:00",
])  # fmt: skip
def test_beyond_any_record_is_still_a_number(make: Make, term: str) -> None:
    assert chosen(make([event()]), term) == [1, 2]


def test_as_many_values_as_somebody_pastes(make: Make) -> None:
    reader = make([event(result=number) for number in range(50)])
    assert chosen(reader, "seq:" + "|".join(map(str, range(3, 5_000)))) == list(range(3, 52))
    assert chosen(reader, "seq>1 " * 2_000 + "result:7|9") == [9, 11]
    assert chosen(reader, " ".join(f"-seq:{number}" for number in range(3, 3_000))) == [1, 2]
    assert chosen(reader, f'args:"{"x" * 60_000}"') == []


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize(("text", "key", "position", "length"), [
    ("call:recv clal:send", "unknown_key", 10, 4), ("-clal:x", "unknown_key", 1, 4),
    ("size>x", "bad_number", 5, 1), ("size:1|x2|3", "bad_number", 7, 2),
    ("seq=9223372036854775808", "bad_number", 4, 19), ("size:1.5", "bad_number", 5, 3),
    ('call:"open', "open_quote", 5, 5), ("hex:zz", "bad_hex", 4, 2), ("hex:abc", "bad_hex", 4, 3),
    ("a duration>3parsecs", "bad_duration", 11, 8), ("duration:", "no_value", 9, 1),
    ("duration>-1s", "bad_duration", 9, 3), ("time>noon", "bad_time", 5, 4),
    ("time>25:00", "bad_time", 5, 5), ("time>0001-01-01T00:00", "bad_time", 5, 16),
    ("time>2026-02-30T00:00", "bad_time", 5, 16), ("call:", "no_value", 5, 1),
    ("call:|x", "no_value", 5, 1), ("call:x|", "no_value", 7, 1), ("a|b", "unexpected", 1, 1),
    ('"a"b', "unexpected", 3, 1), ('call:x"y"', "unexpected", 6, 1), ("-", "no_value", 0, 1),
    ("x - y", "no_value", 2, 1), ("call>3", "not_a_number_key", 0, 4),
    ("text=abc", "not_a_number_key", 0, 4), ('"\\q"', "bad_escape", 1, 2),
    ('"ab\\x1"', "bad_escape", 3, 2), ('"ab\\', "bad_escape", 3, 1), ("a \udcff", "not_text", 2, 1),
    ("call:a\0b", "not_text", 6, 1), ("args:*" + "x" * 60_000, "too_long", 5, 60_001),
])  # fmt: skip
def test_a_bad_term_is_pointed_at_exactly(
    text: str, key: str, position: int, length: int, lang: str
) -> None:
    texts.set_language(lang)
    with pytest.raises(FilterProblem) as caught:
        parse(text)
    found = caught.value
    assert (found.key, found.position, found.length) == (f"filter.{key}", position, length)
    assert found.text.strip()
    assert "{" not in found.text


def test_a_filter_without_end_is_refused_where_it_became_too_long() -> None:
    text = "abc " * 50_000
    with pytest.raises(FilterProblem) as caught:
        parse(text)
    assert caught.value.key == "filter.too_long"
    assert 0 < caught.value.position < len(text)
    assert caught.value.position + caught.value.length == len(text)


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
def test_nothing_typed_is_no_condition(text: str) -> None:
    assert parse(text) is None


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Reader]]:
    """A record of each version that has no second row."""
    path = tmp_path_factory.mktemp("empty") / "r.swb"
    recorder = Recorder(path)
    recorder.start()
    recorder.close()
    made = [Reader(path), Reader(to_version_1(path))]
    yield made
    for reader in made:
        reader.close()


@settings(max_examples=200)
@given(
    st.text(st.sampled_from('acelt:size<>=|-*"\\x0f5 \udcff\0连'), max_size=14)
    | st.builds(
        "{}{}{}".format,
        st.sampled_from(["time", "hex", "duration", "seq", "text"]),
        st.sampled_from([":", "<", "=", ">="]),
        st.text(max_size=8),
    )
)
def test_any_typing_runs_or_is_pointed_at(empty: list[Reader], text: str) -> None:
    """What is accepted is accepted by SQLite too; what is not has its place inside the text."""
    problem: FilterProblem | None = None
    try:
        condition = parse(text, wall_ns=1_700_000_000_123_456_789)
    except FilterProblem as found:
        problem = found
    if problem is not None:
        assert problem.text.strip()
        assert 0 <= problem.position <= len(text)
        assert problem.length >= 1
        assert problem.position + problem.length <= max(len(text), problem.position + 1)
    elif condition is None:
        assert not text.strip()
    else:
        for reader in empty:
            assert list(reader.select(condition, 1, 50)) == [[]]


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("SERVER-1", [2, 3, 4, 5, 6]),
        ("econn", [3]),
        ("Refused", [3]),
        ("listen", [2]),
        ('"bind, 128"', [2]),
        ("40112", [4]),
        ("10.0.0", [5]),
        ("4_112", []),
        ("hello", [6]),
        ("HELLO", []),
        ('"\\x00"', []),
        ('"\\xff"', [6]),
    ],
)
def test_a_bare_word_is_looked_for_in_what_a_row_shows(
    make: Make, word: str, right: list[int]
) -> None:
    reader = make([
        event(call="listen", args="bind, 128"),
        event(call="connect", errno="ECONNREFUSED", error="Connection refused"),
        event(call="recvfrom", peer="127.0.0.1:40112"),
        event(call="recvfrom", peer="10.0.0.7:9"),
        event(call="recv", payload=b"say hello\xff", size=10),
    ])  # fmt: skip
    assert chosen(reader, word) == right
    assert chosen(reader, f"-{word}") == others(reader, right)


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("3", [3, 4]),  # the third row, and what returned 3
        ("17", [2]),
        ('"fd 3"', [4]),
        ("ok", [5]),
        ("12us", [2]),
        ('"12 us"', [2]),
        ("3.0ms", [3]),
        ("3ms", [3]),
        ('"5.00 s"', [4]),
        ("99:99", []),
    ],
)
def test_a_bare_word_is_looked_for_in_numbers_as_they_are_shown(
    make: Make, word: str, right: list[int]
) -> None:
    reader = make([
        event(call="recv", result=17, size=17, duration_ns=12_400),
        event(call="send", result=0, duration_ns=3_040_000),
        event(call="socket", result=3, duration_ns=5_001_000_000),
        event(call="bind", result=0, duration_ns=900),
    ])  # fmt: skip
    first = [1] if 1 in chosen(reader, word) else []  # what it says of this machine has digits too
    assert chosen(reader, word) == first + right
    assert chosen(reader, f"-{word}") == others(reader, first + right)


def test_a_bare_clock_time_is_that_of_the_rows(make: Make) -> None:
    reader = make([event(t_ns=0), event(t_ns=3_600_000_000_000)])
    first, second = reader.page(2, 2)
    clock = reader.clock.moment(first.t_ns).time().isoformat("milliseconds")
    assert first.seq in chosen(reader, clock)
    assert second.seq not in chosen(reader, clock)
    assert first.seq in chosen(reader, clock[:5])
