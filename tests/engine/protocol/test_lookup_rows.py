"""Rows of a CSV file that rules look something up in, and files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.protocol import lookup_rows
from workbench.engine.protocol.lookup_rows import rows_of
from workbench.texts import Problem


def written(folder: Path, text: str, encoding: str = "utf-8") -> str:
    path = folder / "rows.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


def test_rows_are_found_by_a_column_and_the_first_counts(tmp_path: Path) -> None:
    text = '\ufeffid, name\r\n7,"Ada, Countess"\r\n\r\n8\r\n7,later\r\n'
    lookup = Lookup(written(tmp_path, text), "id", take=(("n", "name"),))
    found = rows_of(lookup)
    assert {key: row["name"] for key, row in found.items()} == {"7": "Ada, Countess", "8": ""}


def test_a_delimiter_and_a_column_may_be_named(tmp_path: Path) -> None:
    file = written(tmp_path, "k;v\na;1\n")
    assert rows_of(Lookup(file, "id", "k", (("v", "v"),), ";"))["a"]["v"] == "1"


@pytest.mark.parametrize(
    ("text", "encoding", "key"),
    [
        ("", "utf-8", "engine.lookup_column"),
        ("a,b\n", "utf-8", "engine.lookup_column"),
        ("id,n\n", "utf-8", "engine.lookup_column"),
        ("id,名\n", "gbk", "engine.lookup_no_text"),
        ("x" * 2000, "utf-8", "engine.lookup_large"),
    ],
)
def test_a_file_that_will_not_do_says_why(
    text: str, encoding: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup_rows, "LARGEST", 1000)
    with pytest.raises(Problem) as caught:
        rows_of(Lookup(written(tmp_path, text, encoding), "id", take=(("n", "name"),)))
    assert caught.value.key == key


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        rows_of(Lookup(str(tmp_path / "none.csv"), "id"))
    assert caught.value.key == "engine.lookup_unreadable"
