"""What SQLite says is said in the user's language, by real refusals."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from workbench import texts
from workbench.journal.sqlite_reasons import is_no_database, reason_of_sqlite


def _full(path: Path) -> None:
    with closing(filled(path)) as db:
        db.execute(f"PRAGMA max_page_count={db.execute('PRAGMA page_count').fetchone()[0]}")
        db.execute("INSERT INTO t VALUES (zeroblob(90000))")


def _read_only(path: Path) -> None:
    filled(path).close()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        db.execute("DELETE FROM t")


def _held(path: Path) -> None:
    with closing(filled(path)) as db, closing(sqlite3.connect(path, timeout=0)) as other:
        db.execute("BEGIN EXCLUSIVE")
        other.execute("SELECT * FROM t")


def _damaged(path: Path) -> None:
    filled(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with closing(sqlite3.connect(path)) as db:
        db.execute("SELECT * FROM t").fetchall()


def _no_database(path: Path) -> None:
    path.write_text("text " * 100)
    with closing(sqlite3.connect(path)) as db:
        db.execute("SELECT * FROM t")


def _unknown_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("SELECT * FROM t")


def _out_of_reach(path: Path) -> None:
    sqlite3.connect(path / "none" / "r.db").close()


def filled(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(9000))")
    return db


def refused(path: Path, provoke: Callable[[Path], None]) -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as caught:
        provoke(path / "r.db")
    return caught.value


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize(("provoke", "words", "chinese"), [
    (_full, "disk is full", "磁盘已满"), (_read_only, "only be read", "只能读取"),
    (_held, "another program", "另一个程序"), (_damaged, "damaged", "损坏"),
    (_no_database, "damaged", "损坏"), (_out_of_reach, "cannot be opened", "无法打开"),
])  # fmt: skip
def test_it_has_words(
    tmp_path: Path, provoke: Callable[[Path], None], words: str, chinese: str, lang: str
) -> None:
    texts.set_language(lang)
    assert (words if lang == "en" else chinese) in str(reason_of_sqlite(refused(tmp_path, provoke)))


def test_another_one_is_told_as_it_is(tmp_path: Path) -> None:
    assert "no such table" in str(reason_of_sqlite(refused(tmp_path, _unknown_table)))
    assert str(reason_of_sqlite(sqlite3.ProgrammingError("odd"))) == "odd"  # has no code


@pytest.mark.parametrize(("provoke", "other"), [
    (_no_database, True), (_unknown_table, True), (_held, False), (_out_of_reach, False),
    (_damaged, False),
])  # fmt: skip
def test_something_else_is_not_something_out_of_reach(
    tmp_path: Path, provoke: Callable[[Path], None], other: bool
) -> None:
    assert is_no_database(refused(tmp_path, provoke)) is other
