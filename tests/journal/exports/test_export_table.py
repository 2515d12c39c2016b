"""A record in other forms: complete, marked where bytes are missing, safe to read."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.journal.conftest import Make, event
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.exports.rows import missing_bytes
from workbench.journal.query import parse

ROWS = [
    event(payload=b"\x1b[31mred\r\n", size=12, result=12, t_ns=1),
    event(call="send", payload=b"abc", size=3, result=3, t_ns=2),
    event(call="connect", errno="ECONNREFUSED", error="ConnectionRefusedError", t_ns=3),
]


def text(make: Make, form: str, term: str = "") -> str:
    out = io.BytesIO()
    EXPORTS[form].write(make(ROWS), out, parse(term))
    return out.getvalue().decode()


def test_jsonl_is_one_object_a_line(make: Make) -> None:
    lines = [json.loads(line) for line in text(make, "jsonl").splitlines()]
    assert [line["seq"] for line in lines] == [1, 2, 3, 4]
    assert bytes.fromhex(lines[1]["payload"]) == ROWS[0].payload


def test_csv_reads_back(make: Make) -> None:
    head, *rows = csv.reader(io.StringIO(text(make, "csv").removeprefix("\ufeff")))
    assert head[:3] == ["seq", "t_ns", "time"]
    found = dict(zip(head, rows[1], strict=True))
    assert ROWS[0].payload is not None
    assert (found["call"], found["payload"], found["not_kept"]) == (
        "recv",
        ROWS[0].payload.hex(),
        "2",
    )


def test_text_shows_controls_as_escapes_and_marks_gaps(make: Make) -> None:
    shown = text(make, "text")
    assert "\x1b" not in shown
    assert "\\x1b[31mred\\r\\n" in shown
    assert "2" in shown.splitlines()[2]
    assert "ECONNREFUSED" in shown


@pytest.mark.parametrize("form", EXPORTS)
def test_a_filter_holds(make: Make, form: str) -> None:
    shown = text(make, form, "call:send")
    assert "616263" in shown or "abc" in shown
    assert "ECONNREFUSED" not in shown


def test_missing_bytes(make: Make) -> None:
    rows = make(ROWS).page(2, 3)
    assert [missing_bytes(row) for row in rows] == [2, 0, 0]
