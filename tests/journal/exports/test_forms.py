"""Each form for its reader: a program, a spreadsheet, a person at a terminal."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journal.conftest import Make, event
from workbench import texts
from workbench.engine.model.events import NOTE, Clock, Event
from workbench.journal.exports import rows as source
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.exports.rows import REMEMBERED, SHORT, WallTimes, missing_bytes, rows_of
from workbench.journal.query import parse
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import encoding_of
from workbench.printable import escape

KEYS = (
    "seq t_ns duration_ns kind endpoint connection number call args result errno error local peer"
    " size payload cause"
).split()
SLOW = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.text(
    "=+-@'\t\r\n\",;1a\0\x1b\x7f\\\ud800", max_size=6
)


def written(reader: Reader, form: str, term: str = "") -> str:
    out = io.BytesIO()
    EXPORTS[form].write(reader, out, parse(term, wall_ns=reader.clock.wall_ns))
    return out.getvalue().decode()


def cells(reader: Reader, term: str = "") -> list[dict[str, str]]:
    return list(
        csv.DictReader(io.StringIO(written(reader, "csv", term).removeprefix("\ufeff"), newline=""))
    )


def plain_json(reader: Reader) -> str:
    """The lines as the standard library makes them."""
    return "".join(
        json.dumps(
            {
                name: getattr(row, name).hex()
                if name == "payload" and row.payload is not None
                else getattr(row, name)
                for name in KEYS
            },
            separators=(",", ":"),
        ).replace("\x7f", "\\u007f")
        + "\n"
        for row in rows_of(reader, None)
    )


def is_formula(value: object) -> bool:
    text = value if isinstance(value, str) else ""
    return bool(re.match(r"'*[=+\-@\t\r]", text)) and not re.fullmatch(r"-\d+", text, re.ASCII)


def plain_csv(reader: Reader) -> str:
    """The table as the standard library makes it."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([*Row._fields[:2], "time", *Row._fields[2:], "not_kept"])
    for row in rows_of(reader, None):
        moment = reader.clock.moment(row.t_ns).isoformat(sep=" ", timespec="microseconds")
        values: list[object] = [*row[:2], moment, *row[2:], missing_bytes(row) or None]
        writer.writerow([
            value.hex() if isinstance(value, bytes)
            else f"'{value}" if is_formula(value)
            else value
            for value in values
        ])  # fmt: skip
    return out.getvalue()


def as_it_was(cell: str) -> str:
    """The rule of to_csv's docstring, read backwards."""
    return cell[1:] if re.match(r"'+[=+\-@\t\r]", cell) else cell


def rows() -> st.SearchStrategy[list[Event]]:
    return st.lists(
        st.builds(
            event,
            kind=st.sampled_from(["call", NOTE]),
            call=st.sampled_from(["recv", "note"]),
            args=WORDS,
            peer=st.none() | WORDS,
            payload=st.none() | st.binary(max_size=5),
            size=st.none() | st.integers(0, 9),
            result=st.none() | st.integers(-2, 9),
        ),
        max_size=6,
    )


@SLOW
@given(events=rows())
def test_a_table_holds_every_value(make: Make, events: list[Event]) -> None:
    reader = make(events)
    found = cells(reader)
    time = WallTimes(reader.clock)
    whole = reader.page(1, 100)
    assert [cell["seq"] for cell in found] == [str(row.seq) for row in whole]
    assert list(found[0]) == [*Row._fields[:2], "time", *Row._fields[2:], "not_kept"]
    for cell, row in zip(found, whole, strict=True):
        for name, value in row._asdict().items():
            text = "" if value is None else value.hex() if name == "payload" else str(value)
            assert as_it_was(cell[name]) == text, name
        assert cell["time"] == time(row.t_ns)
    assert written(reader, "csv") == plain_csv(reader)


@SLOW
@given(events=rows())
def test_a_table_starts_no_formula(make: Make, events: list[Event]) -> None:
    for line in csv.reader(io.StringIO(written(make(events), "csv"), newline="")):
        for cell in line:
            assert cell[:1] not in set("=+-@\t\r") or re.fullmatch(r"-\d+", cell, re.ASCII), cell


@SLOW
@given(events=rows())
def test_for_a_person_a_row_is_a_line_without_control(make: Make, events: list[Event]) -> None:
    shown = written(make(events), "text")
    assert len(shown.splitlines()) == 1 + 1 + len(events)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", shown)


@SLOW
@given(events=rows())
def test_for_a_program_a_row_is_an_object(make: Make, events: list[Event]) -> None:
    reader = make(events)
    shown = written(reader, "jsonl")
    assert shown.isascii()
    assert shown.endswith("\n")
    found = [json.loads(line) for line in shown.splitlines()]
    assert all(set(item) == set(Row._fields) for item in found)
    assert len(found) == 1 + len(events)
    for item, row in zip(found, reader.page(1, 100), strict=True):
        if item["payload"] is not None:
            item["payload"] = bytes.fromhex(item["payload"])
        assert item == row._asdict()
    assert shown == plain_json(reader)


@pytest.mark.parametrize("form", ["jsonl", "csv", "text"])
def test_a_text_that_comes_again_is_written_again(make: Make, form: str) -> None:
    """Also once more texts than a form remembers have come between, and for a long one."""
    words = [f'"{number}"' for number in range(REMEMBERED + 10)] + ["=,\n" * SHORT]
    reader = make([event(args=word) for word in words for _ in "ab"])
    lines = written(reader, form).splitlines()[-2 * len(words) :]
    if form == "text":
        said = [line.partition("recv(")[2].rpartition(")")[0] for line in lines]
        assert said == [escape(word) for word in words for _ in "ab"]
    elif form == "csv":
        assert [as_it_was(cell["args"]) for cell in cells(reader)][1:] == [
            word for word in words for _ in "ab"
        ]
    else:
        assert [json.loads(line)["args"] for line in lines] == [
            word for word in words for _ in "ab"
        ]


@given(times=st.lists(st.integers(0, 3 * 10**9) | st.integers(0, 2**61), max_size=20))
def test_a_second_is_spelled_for_its_rows_alone(times: list[int]) -> None:
    clock = Clock(1_700_000_000_999_999_500, 0)
    shown = WallTimes(clock)
    for t_ns in times:
        wanted = clock.moment(t_ns).isoformat(sep=" ", timespec="microseconds")
        assert shown(t_ns) == wanted


@pytest.mark.parametrize(("lang", "words"), [
    ("en", "[15904 of 20000 bytes not kept]"), ("zh_CN", "[20000 字节中有 15904 字节未保留]"),
])  # fmt: skip
def test_a_gap_is_marked_in_every_form(make: Make, lang: str, words: str) -> None:
    texts.set_language(lang)
    reader = make(
        [
            event(payload=b"x" * 4_096, size=20_000, result=20_000),
            event(payload=b"abc", size=3, result=3),
            event(payload=b"", size=0, result=0),
        ]
    )
    lines = written(reader, "text").splitlines()
    assert lines[2].endswith(words)
    assert not any(words[-6:] in line for line in (*lines[:2], *lines[3:]))
    assert [cell["not_kept"] for cell in cells(reader)] == ["", "15904", "", ""]
    cut = json.loads(written(reader, "jsonl").splitlines()[1])
    assert cut["size"] - len(cut["payload"]) // 2 == 15_904


@pytest.mark.parametrize("term", ["", "result:7", "call:none"])
def test_how_far_it_is_is_told_and_can_be_answered_by_an_end(
    make: Make, term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "PAGE", 7)
    reader = make([event(result=number % 10) for number in range(300)])
    shares: list[float] = []
    out = io.BytesIO()
    EXPORTS["text"].write(reader, out, parse(term), shares.append)
    assert len(shares) >= (2 if term == "call:none" else 5)
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)

    class EndedError(Exception):
        pass

    def end(_share: float) -> None:
        raise EndedError

    with pytest.raises(EndedError):
        EXPORTS["text"].write(reader, io.BytesIO(), parse(term), end)


@pytest.mark.parametrize("term", ["", "result:7", "-result:7", "result:nothing|7", "call:none"])
def test_a_filter_selects_the_same_rows_in_every_form(
    make: Make, term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "PAGE", 7)
    term = term.replace("nothing|", "")
    reader = make([event(result=number % 10) for number in range(1_500)])
    condition = parse(term)
    right = [seq for part in reader.select(condition, 0, reader.count()) for seq in part]
    assert [row.seq for row in rows_of(reader, condition)] == right
    assert [int(cell["seq"]) for cell in cells(reader, term)] == right
    assert [
        json.loads(line)["seq"] for line in written(reader, "jsonl", term).splitlines()
    ] == right
    assert [
        int(line.split()[0]) for line in written(reader, "text", term).splitlines()[1:]
    ] == right


def test_text_is_read_in_the_encoding_of_its_endpoint(make: Make) -> None:
    reader = make(
        [
            event(payload="连接".encode("gbk")),
            event(endpoint=2, connection=2, payload="连接".encode()),
        ],
        encoding="gbk",
    )
    assert [line.split()[-1] for line in written(reader, "text").splitlines()[2:]] == ["连接"] * 2


@pytest.mark.parametrize("config", ["", "[]", "3", "{", '{"encoding": 5}', "{}", "null"])
def test_settings_without_an_encoding_mean_utf_8(config: str) -> None:
    assert encoding_of(config) == "utf-8"


def test_the_shown_time_is_what_the_filter_finds(make: Make) -> None:
    """Cut to the microsecond in both: a rounded one would name a moment with no row."""
    reader = make([event(t_ns=number * 333) for number in range(40)])
    time = WallTimes(reader.clock)
    for row in reader.page(2, 40):
        shown = time(row.t_ns)
        found = [
            seq
            for part in reader.select(parse(f'time:"{shown}"', wall_ns=reader.clock.wall_ns), 0, 50)
            for seq in part
        ]
        assert row.seq in found
        assert {time(other.t_ns) for other in reader.rows(found)} == {shown}
        assert int(shown[20:26]) == (reader.clock.wall_ns + row.t_ns) // 1000 % 10**6
