"""Rows of a record are masked in every export, all or a few of them, in order or not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.test_secrets import FORMS, SECRET, carried, exported, talk
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.joined import open_record
from workbench.journal.masked import Masked, secret_values
from workbench.journal.reader import Row
from workbench.journal.schema import SECRETS


@pytest.mark.parametrize("form", EXPORTS)
@pytest.mark.parametrize("term", ["", "call:send|recv|send*", "-call:connect"])
def test_no_export_has_it(tmp_path: Path, form: str, term: str) -> None:
    path, _ = talk(tmp_path)
    data = exported(path, form, term)
    assert not [each for each in FORMS if each in data]
    if form == "jsonl":
        for call, endpoint in (("send", "c"), ("recv", "s"), ("send", "s"), ("recv", "c")):
            bytes_ = carried(data, call, endpoint)
            assert not [each for each in FORMS if each in bytes_]
            assert bytes_.startswith(b"GET / ***********\r\nCookie: ********\r\n")
            assert bytes_.endswith(b"= ***********")


def test_a_row_alone_is_masked_as_it_is_among_all(tmp_path: Path) -> None:
    path, _ = talk(tmp_path)
    with closing(open_record(path)) as reader:
        rows = reader.page(1, reader.count())
        wanted = Masked(reader).rows(rows)
        assert wanted != rows
        for at in (*range(0, len(rows), 3), *range(len(rows) - 1, 0, -5)):
            assert Masked(reader).rows(rows[at : at + 1]) == wanted[at : at + 1]
        pages = Masked(reader)
        assert [row for at in range(0, len(rows), 7) for row in pages.rows(rows[at : at + 7])] == (
            wanted
        )


@pytest.mark.parametrize("spelled", ["", "{", "[1]", '[{"value": 1}]', "[" * 100_000, "null"])
def test_what_is_no_list_of_secrets_masks_nothing(spelled: str) -> None:
    assert secret_values(spelled) == []


def test_secrets_of_a_record_are_values(tmp_path: Path) -> None:
    path, _ = talk(tmp_path)
    with closing(open_record(path)) as reader:
        assert secret_values(reader.kept(SECRETS)) == [SECRET]


PIECES = st.sampled_from([
    b"GET / HTTP/1.1\r\n", b"Coo", b"kie: a=1\r\n", b"COOKIE: b=22", b"2\r\n\r\n", b"x" * 40,
    b"Set-Coo", b"Proxy-Author", b"ization: Basic abcd\n", b"plain\n", b"n",
])  # fmt: skip
CALLS = st.sampled_from(["recv", "send", "sendall", "note"])


@given(
    st.lists(st.tuples(CALLS, st.sampled_from([1, 2, None]), PIECES, st.booleans()), max_size=25),
    st.integers(1, 7),
    st.integers(0, 6),
)
def test_what_nearly_all_rows_are_is_masked_as_every_row_is(
    drawn: list[tuple[str, int | None, bytes, bool]], size: int, first: int
) -> None:
    """Headers cut over reads, in turns with other streams, from the begin or from later on."""
    rows = [
        Row(
            seq, seq, 1, "note" if call == "note" else "call", "a", connection, call,
            "'Cookie: c=3'" if said else "", len(data), None, None, None, None, len(data), data,
            None,
        )
        for seq, (call, connection, data, said) in enumerate(drawn, 1)
    ]  # fmt: skip
    plain, each = Masked(OfRows(rows)), Masked(OfRows(rows))  # type: ignore[arg-type]
    for at in range(first, len(rows), size):
        page = rows[at : at + size]
        assert plain.rows(page) == [each._row(row, {}) for row in page]


class OfRows:
    """A record with these rows and no values to mask."""

    first_seq = 1
    shows_secrets = False

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def kept(self, _key: str) -> str:
        return "[]"

    def carried_before(
        self, connection: int, calls: frozenset[str], seq: int, most: int
    ) -> list[tuple[int, bytes, int]]:
        found = [
            (row.seq, row.payload or b"", row.size or 0)
            for row in reversed(self._rows)
            if row.seq < seq and row.connection == connection and row.call in calls
        ]
        return found[:most]
