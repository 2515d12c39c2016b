"""Rows of a record are masked in every export, all or a few of them, in order or not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from tests.scenario.test_secrets import FORMS, SECRET, carried, exported, talk
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.joined import open_record
from workbench.journal.masked import Masked, secret_values


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
        assert secret_values(reader.secrets()) == [SECRET]
