"""Whatever is wrong with a record: a sentence, or that cell shown as damaged; nothing is run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal.damage import damage, use, write
from workbench.journal import sound
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.guard import PATIENCE
from workbench.journal.notes import note_text
from workbench.journal.reader import Reader
from workbench.texts import LANGUAGES, Problem, set_language

SEEDS = 40
LONG = 5_000


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("damage") / "whole.swb"
    write(path)
    assert use(path) == 0
    return path.read_bytes()


@pytest.fixture
def changed(whole: bytes, tmp_path: Path) -> Callable[..., Path]:
    """The whole record after some SQL."""

    def change(*statements: str) -> Path:
        path = tmp_path / "changed.swb"
        path.write_bytes(whole)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for statement in statements:
                db.execute(statement)
        return path

    return change


def test_a_damaged_record_gives_a_sentence_or_what_is_left(
    whole: bytes, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    refused = 0
    seeds = LONG if request.config.getoption("--long") else SEEDS
    for seed in range(seeds):
        path = tmp_path / f"{seed}.swb"
        damage(whole, path, seed)
        refused += bool(use(path))
        path.unlink()
    assert 0 < refused < seeds


BOMB = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
EVENT = (
    "seq INTEGER PRIMARY KEY, t_ns INTEGER, duration_ns INTEGER, endpoint INTEGER,"
    " connection INTEGER, kind TEXT, call TEXT, result INTEGER, errno TEXT, error TEXT,"
    " peer TEXT, size INTEGER, payload BLOB, cause INTEGER"
)


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE event", f"CREATE VIEW event AS {BOMB}"),
        (
            "ALTER TABLE event RENAME TO was",
            "DROP VIEW log",
            "CREATE VIEW event AS SELECT was.*, load_extension('x') FROM was",
        ),
        (
            "DROP VIEW log",
            "DROP TABLE event",
            f"CREATE TABLE event ({EVENT}, args TEXT AS (hex(zeroblob(100000000))) VIRTUAL)",
        ),
        (
            "DROP VIEW log",
            "DROP TABLE event",
            f"CREATE TABLE event ({EVENT}, args TEXT AS (call) STORED)",
        ),
        (
            "DROP VIEW log",
            "DROP TABLE event",
            "CREATE VIRTUAL TABLE event USING fts4(seq, t_ns, duration_ns, kind, call, args)",
        ),
        ("DROP VIEW log", "DROP TABLE endpoint", f"CREATE VIEW endpoint AS {BOMB}"),
    ],
    ids=["view", "extension", "virtual", "stored", "fts", "endpoint"],
)
def test_what_would_be_run_is_refused(
    changed: Callable[..., Path], statements: tuple[str, ...]
) -> None:
    path = changed(*statements)
    with pytest.raises(Problem) as caught:
        Reader(path)
    assert caught.value.key == "journal.not_plain"
    for language in LANGUAGES:
        set_language(language)
        assert str(path) in caught.value.text


@pytest.mark.parametrize("table", ["event", "endpoint", "connection"])
def test_a_table_that_does_not_number_its_rows_is_no_record(
    changed: Callable[..., Path], table: str
) -> None:
    path = changed(
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET sql = replace(sql,"
        f" 'INTEGER PRIMARY KEY', 'INTEGES') WHERE name = '{table}'",
    )
    with pytest.raises(Problem) as caught:
        Reader(path)
    assert caught.value.key == "journal.not_a_record"


@pytest.mark.parametrize(
    "statement",
    [
        f"CREATE VIEW other AS {BOMB}",
        "CREATE TABLE other (x)",
        "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END",
        "CREATE TABLE e2 (x, y AS (hex(zeroblob(1000000000))))",
        "CREATE INDEX event_call ON event (call, lower(args))",
    ],
)
def test_what_stands_beside_our_tables_is_not_touched(
    changed: Callable[..., Path], statement: str
) -> None:
    assert use(changed(statement)) == 0


def test_a_view_of_somebody_else_is_not_used(changed: Callable[..., Path]) -> None:
    assert use(changed("DROP VIEW log", f"CREATE VIEW log AS {BOMB}")) == 0


def test_reading_can_neither_write_nor_read_beside(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "whole.swb"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE other AS SELECT 'x'")
    with closing(Reader(path)) as reader:
        for statement in (
            "DELETE FROM event",
            "SELECT * FROM other",
            "SELECT load_extension('x')",
            "PRAGMA writable_schema=ON",
            "ATTACH ':memory:' AS m",
            "BEGIN",
            "SELECT * FROM pragma_table_list",
            BOMB,
        ):
            with pytest.raises(Problem):
                reader._all(statement)
        assert reader.count()


def test_a_statement_without_end_is_given_up(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "whole.swb"
    path.write_bytes(whole)
    assert PATIENCE < 60
    monkeypatch.setattr("workbench.journal.guard.PATIENCE", 0.1)
    with closing(Reader(path)) as reader:
        with pytest.raises(Problem, match=r"given up") as caught:
            reader._all("SELECT count(*) FROM event a, event b, event c, event d, event e")
        assert caught.value.key == "journal.endless"
        assert reader.page(1, 5)
    with closing(Reader(path, lenient=True)) as reader:
        assert not reader._all("SELECT count(*) FROM event a, event b, event c, event d, event e")
        assert reader.damage is not None


@pytest.mark.parametrize(
    ("column", "value", "cell"),
    [
        ("t_ns", "'abc'", "t_ns = 'abc'"),
        ("t_ns", "-5", "t_ns = -5"),
        ("result", "1.5", "result"),
        ("size", "9e999", "size = inf"),
        ("connection", "x'00'", "connection = b'\\\\x00'"),
        ("duration_ns", "9223372036854775807", "duration_ns"),
        ("kind", "'odd'", "kind = 'odd'"),
        ("payload", "'text'", "payload = 'text'"),
        ("cause", "'x'", "cause"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_with_a_wrong_cell_says_which(
    changed: Callable[..., Path], language: str, column: str, value: str, cell: str
) -> None:
    set_language(language)
    path = changed(f"UPDATE event SET {column} = {value} WHERE seq = 10")
    with closing(Reader(path)) as reader:
        row = reader.row(10)
        assert row is not None
        assert (row.kind, row.call, row.seq) == ("note", sound.DAMAGED, 10)
        assert cell.replace("\\\\", "\\") in note_text(row).replace("\\\\", "\\")
        assert [other.call for other in reader.page(9, 3)].count(sound.DAMAGED) == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("CAST(x'41ff42' AS TEXT)", "A\\xffB"),
        ("CAST(x'eda080' AS TEXT)", "\\xed\\xa0\\x80"),
        ("x'41ff'", "A\\xff"),
        ("CAST(x'e4bda0' AS TEXT)", "你"),
    ],
)
def test_a_text_that_is_none_shows_its_bytes(
    changed: Callable[..., Path], value: str, shown: str
) -> None:
    path = changed(
        f"UPDATE event SET args = {value} WHERE seq = 10",
        f"UPDATE endpoint SET name = {value} WHERE id = 1",
    )
    with closing(Reader(path)) as reader:
        row = reader.row(10)
        assert row is not None
        assert row.args == shown
        assert shown in [item.name for item in reader.endpoints()]


def test_a_row_that_is_missing_between_others_keeps_its_place(changed: Callable[..., Path]) -> None:
    path = changed("DELETE FROM event WHERE seq IN (1, 4, 5)")
    with closing(Reader(path)) as reader:
        rows = reader.page(1, 7)
        assert [row.seq for row in rows] == list(range(1, 8))
        assert [row.seq for row in rows if row.call == sound.DAMAGED] == [1, 4, 5]


@pytest.mark.parametrize("number", [2**62, 2**40, 9_000_000])
def test_a_number_that_no_such_file_can_reach_is_refused(
    changed: Callable[..., Path], number: int
) -> None:
    path = changed(f"UPDATE event SET seq = {number} WHERE seq = (SELECT max(seq) FROM event)")
    with pytest.raises(Problem) as caught:
        Reader(path)
    assert caught.value.key == "journal.numbers"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("started_wall_ns", "9e999"),
        ("started_wall_ns", "-1"),
        ("started_wall_ns", "x'00'"),
        ("started_wall_ns", "9223372036854775807"),
        ("started_perf_ns", "'x'"),
        ("started_wall_ns", "'9' || hex(zeroblob(3000))"),
        ("started_wall_ns", "NULL"),
    ],
)
def test_a_beginning_that_is_none_is_refused(
    changed: Callable[..., Path], key: str, value: str
) -> None:
    with pytest.raises(Problem) as caught:
        Reader(changed(f"UPDATE meta SET value = {value} WHERE key = '{key}'"))
    assert caught.value.key == "journal.not_a_record"


def test_a_page_that_points_to_itself_ends(whole: bytes, tmp_path: Path) -> None:
    """A table whose inner page has itself for a child is not walked through for ever."""
    path = tmp_path / "big.swb"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA page_size=512")
        db.execute("VACUUM")
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name='event'").fetchone()[0]
    data = bytearray(path.read_bytes())
    begin = (root - 1) * 512
    assert data[begin] == 5  # an interior page of a table (sqlite.org/fileformat2.html, 1.6)
    for cell in range(int.from_bytes(data[begin + 3 : begin + 5])):
        place = begin + int.from_bytes(data[begin + 12 + 2 * cell : begin + 14 + 2 * cell])
        data[place : place + 4] = root.to_bytes(4)
    path.write_bytes(data)
    assert use(path)


def test_exports_show_what_is_left(changed: Callable[..., Path], tmp_path: Path) -> None:
    path = changed("UPDATE event SET t_ns = 'x' WHERE seq % 2")
    with closing(Reader(path)) as reader:
        for form in EXPORTS.values():
            with (tmp_path / "out").open("wb") as out:
                form.write(reader, out, None)
            assert "abc" in (tmp_path / "out").read_text(encoding="utf-8") or form
