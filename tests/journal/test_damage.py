"""Whatever is wrong with a record: a sentence, or that cell shown as damaged; nothing is run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal.damage import damage, use, write
from tests.journal.older import to_version_1
from workbench.journal import cell_types
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.guard import PATIENCE
from workbench.journal.notes import note_text
from workbench.journal.reader import Reader
from workbench.journal.schema import SCHEMAS
from workbench.texts import LANGUAGES, Problem, set_language

SEEDS = 40
LONG = 5_000


@pytest.fixture(scope="module", params=[2, 1])
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, version: int) -> bytes:
    path = tmp_path_factory.mktemp("damage") / "whole.swb"
    write(path)
    if version == 1:
        path = to_version_1(path)
    assert use(path) == 0
    return path.read_bytes()


def cell(version: int, column: str, value: str, seq: int) -> str:
    """What puts a value into a cell of a row."""
    if version == 1:
        return f"UPDATE event SET {column} = {value} WHERE seq = {seq}"
    if column in {"kind", "call", "args", "errno", "error", "peer"}:
        of_row = f"(SELECT shape FROM entry WHERE seq = {seq})"
        return f"UPDATE shape SET {column} = {value} WHERE id = {of_row}"
    column = "amount" if column in {"result", "size"} else column
    return f"UPDATE entry SET {column} = {value} WHERE seq = {seq}"


def entries(version: int) -> str:
    """The table that has a row for each event."""
    return SCHEMAS[version].entries


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
    whole: bytes, version: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    refused = 0
    seeds = LONG if request.config.getoption("--long") else SEEDS if version == 2 else SEEDS // 4
    for seed in range(seeds):
        path = tmp_path / f"{seed}.swb"
        damage(whole, path, seed)
        refused += bool(use(path))
        path.unlink()
    assert 0 < refused < seeds


BOMB = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
COLUMNS = {
    1: "seq INTEGER PRIMARY KEY, t_ns INTEGER, duration_ns INTEGER, endpoint INTEGER,"
    " connection INTEGER, kind TEXT, call TEXT, result INTEGER, errno TEXT, error TEXT,"
    " peer TEXT, size INTEGER, payload BLOB, cause INTEGER, args",
    2: "seq INTEGER PRIMARY KEY, shape INTEGER, connection INTEGER, t_ns INTEGER,"
    " duration_ns INTEGER, payload BLOB, cause INTEGER, amount",
}


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE {entries}", f"CREATE VIEW {{entries}} AS {BOMB}"),
        (
            "ALTER TABLE {entries} RENAME TO was",
            "CREATE VIEW {entries} AS SELECT was.*, load_extension('x') FROM was",
        ),
        (
            "DROP TABLE {entries}",
            "CREATE TABLE {entries} ({columns} TEXT AS (hex(zeroblob(100000000))) VIRTUAL)",
        ),
        ("DROP TABLE {entries}", "CREATE TABLE {entries} ({columns} TEXT AS (t_ns) STORED)"),
        ("DROP TABLE {entries}", "CREATE VIRTUAL TABLE {entries} USING fts4(seq, t_ns, args)"),
        ("DROP TABLE endpoint", f"CREATE VIEW endpoint AS {BOMB}"),
        (
            "CREATE TABLE was AS SELECT * FROM connection",
            "DROP TABLE connection",
            "CREATE VIEW connection AS SELECT *, load_extension('x') FROM was",
        ),
    ],
    ids=["view", "extension", "virtual", "stored", "fts", "endpoint", "connection"],
)
def test_what_would_be_run_is_refused(
    changed: Callable[..., Path], version: int, statements: tuple[str, ...]
) -> None:
    named = {"entries": entries(version), "columns": COLUMNS[version]}
    views = ["DROP VIEW log", "DROP VIEW event"] if version == 2 else []
    path = changed(*views, *(statement.format(**named) for statement in statements))
    with pytest.raises(Problem) as caught:
        Reader(path)
    assert caught.value.key == "journal.not_plain"
    for language in LANGUAGES:
        set_language(language)
        assert str(path) in caught.value.text


@pytest.mark.parametrize("table", ["entry", "shape", "endpoint", "connection"])
def test_a_table_that_does_not_number_its_rows_is_no_record(
    changed: Callable[..., Path], version: int, table: str
) -> None:
    if table not in SCHEMAS[version].tables:
        table = "event"
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
        "CREATE TRIGGER t AFTER INSERT ON {entries} BEGIN DELETE FROM {entries}; END",
        "CREATE TABLE e2 (x, y AS (hex(zeroblob(1000000000))))",
        "CREATE INDEX entry_time ON {entries} (t_ns, lower(payload))",
    ],
)
def test_what_stands_beside_our_tables_is_not_touched(
    changed: Callable[..., Path], version: int, statement: str
) -> None:
    assert use(changed(statement.format(entries=entries(version)))) == 0


@pytest.mark.parametrize("name", ["log", "event"])
def test_a_view_of_somebody_else_is_not_used(
    changed: Callable[..., Path], version: int, name: str
) -> None:
    """Nor is one of ours: the program reads by statements of its own."""
    if version == 2:
        before = [f"DROP VIEW {name}"]
    else:
        before, name = [], "log"
    assert use(changed(*before, f"CREATE VIEW {name} AS {BOMB}")) == 0
    assert use(changed(*before, f"CREATE VIEW {name} AS SELECT load_extension('x') FROM meta")) == 0


def test_reading_can_neither_write_nor_read_beside(
    whole: bytes, version: int, tmp_path: Path
) -> None:
    path = tmp_path / "whole.swb"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE other AS SELECT 'x'")
    with closing(Reader(path)) as reader:
        for statement in (
            f"DELETE FROM {entries(version)}",
            "SELECT * FROM other",
            "SELECT * FROM log",
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
    whole: bytes, version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "SELECT count(*) FROM {0} a, {0} b, {0} c, {0} d, {0} e".format(entries(version))
    path = tmp_path / "whole.swb"
    path.write_bytes(whole)
    assert PATIENCE < 60
    monkeypatch.setattr("workbench.journal.guard.PATIENCE", 0.1)
    with closing(Reader(path)) as reader:
        with pytest.raises(Problem, match=r"given up") as caught:
            reader._all(endless)
        assert caught.value.key == "journal.endless"
        assert reader.page(1, 5)
    with closing(Reader(path, lenient=True)) as reader:
        assert not reader._all(endless)
        assert reader.damage is not None


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("t_ns", "'abc'", "t_ns = 'abc'"),
        ("t_ns", "-5", "t_ns = -5"),
        ("result", "1.5", "result"),
        ("size", "9e999", "= inf"),
        ("connection", "x'00'", "connection = b'\\\\x00'"),
        ("duration_ns", "9223372036854775807", "duration_ns"),
        ("kind", "'odd'", "kind = 'odd'"),
        ("payload", "'text'", "payload = 'text'"),
        ("cause", "'x'", "cause"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_with_a_wrong_cell_says_which(
    changed: Callable[..., Path],
    version: int,
    language: str,
    column: str,
    value: str,
    shown: str,
) -> None:
    set_language(language)
    path = changed(cell(version, column, value, 10))
    with closing(Reader(path)) as reader:
        row = reader.row(10)
        assert row is not None
        assert (row.kind, row.call, row.seq) == ("note", cell_types.DAMAGED, 10)
        assert shown.replace("\\\\", "\\") in note_text(row).replace("\\\\", "\\")
        assert [other.call for other in reader.page(9, 3)].count(cell_types.DAMAGED) == 1


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
    changed: Callable[..., Path], version: int, value: str, shown: str
) -> None:
    path = changed(
        cell(version, "args", value, 10),
        f"UPDATE endpoint SET name = {value} WHERE id = 1",
    )
    with closing(Reader(path)) as reader:
        row = reader.row(10)
        assert row is not None
        assert row.args == shown
        assert shown in [item.name for item in reader.endpoints()]


def test_a_row_that_is_missing_between_others_keeps_its_place(
    changed: Callable[..., Path], version: int
) -> None:
    path = changed(f"DELETE FROM {entries(version)} WHERE seq IN (1, 4, 5)")
    with closing(Reader(path)) as reader:
        rows = reader.page(1, 7)
        assert [row.seq for row in rows] == list(range(1, 8))
        assert [row.seq for row in rows if row.call == cell_types.DAMAGED] == [1, 4, 5]


@pytest.mark.parametrize("number", [2**62, 2**40, 9_000_000])
def test_a_number_that_no_such_file_can_reach_is_refused(
    changed: Callable[..., Path], version: int, number: int
) -> None:
    table = entries(version)
    path = changed(f"UPDATE {table} SET seq = {number} WHERE seq = (SELECT max(seq) FROM {table})")
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


def test_a_page_that_points_to_itself_ends(whole: bytes, version: int, tmp_path: Path) -> None:
    """A table whose inner page has itself for a child is not walked through for ever."""
    path = tmp_path / "big.swb"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA page_size=512")
        db.execute("VACUUM")
        root = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (entries(version),)
        ).fetchone()[0]
    data = bytearray(path.read_bytes())
    begin = (root - 1) * 512
    assert data[begin] == 5  # an interior page of a table (sqlite.org/fileformat2.html, 1.6)
    for cell in range(int.from_bytes(data[begin + 3 : begin + 5])):
        place = begin + int.from_bytes(data[begin + 12 + 2 * cell : begin + 14 + 2 * cell])
        data[place : place + 4] = root.to_bytes(4)
    path.write_bytes(data)
    assert use(path)


def test_exports_show_what_is_left(
    changed: Callable[..., Path], version: int, tmp_path: Path
) -> None:
    path = changed(f"UPDATE {entries(version)} SET t_ns = 'x' WHERE seq % 2")
    with closing(Reader(path)) as reader:
        for form in EXPORTS.values():
            with (tmp_path / "out").open("wb") as out:
                form.write(reader, out, None)
            assert "abc" in (tmp_path / "out").read_text(encoding="utf-8") or form
