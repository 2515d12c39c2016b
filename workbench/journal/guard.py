"""Guard: protects against a stranger's record, whose contents are read but never run.

As SQLite advises for such files (sqlite.org/security.html), no schema is trusted, only our own
tables are read, each must be a plain table, and no statement goes on without end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import thread_time
from typing import Any, Final

from workbench.journal.schema import Schema
from workbench.texts import Problem

PATIENCE: Final = 10.0
"""Seconds of processor time for one statement; a chunk of a large record takes less than one."""
IMPATIENCE: Final = 0.3
"""The same after one was given up, since a window asks again and again."""
STEP: Final = 1_000_000
"""Instructions of SQLite's machine between two looks at the clock: some milliseconds."""
MANY: Final = 100_000
"""Rows that are fetched at once."""
_LATER: Final = frozenset({("endpoint", "first_config")})
"""Columns that a record of version 1 may lack."""
_NUMBERED: Final = frozenset({"id", "seq"})
"""Columns that SQLite itself stores as integers: INTEGER PRIMARY KEY."""
_PRAGMAS: Final = frozenset(
    {"application_id", "user_version", "page_count", "page_size", "table_xinfo", "data_version"}
)
_NO_FUNCTION: Final = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile"})


class Guard:
    """Watches over one SQLite connection to a record.

    Attributes:
        db: the connection.
        columns: the columns that each of our tables has.
    """

    def __init__(self, db: sqlite3.Connection, path: Path, schema: Schema) -> None:
        """Take a connection into its care. `schema`: of the record's version.

        Raises:
            Problem: one of our tables is not a plain table.
            sqlite3.Error: the file is damaged.
        """
        self.db = db
        self._path = path
        self._tables = schema.tables
        self._patience = PATIENCE
        self._until: float | None = None
        db.set_progress_handler(self._goes_on_too_long, STEP)
        with self.limited():
            for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON"):
                db.execute(f"PRAGMA {pragma}").fetchall()
            self.columns = self._known_columns()
            # created once, and not later
            db.execute("SELECT value FROM json_each('[]')").fetchall()
        db.set_authorizer(self._allowed)

    @contextmanager
    def limited(self) -> Iterator[None]:
        """A block in which a statement that takes longer than PATIENCE is given up with a Problem.

        In a stranger's file one may go on for ever.
        """
        self._until = None  # few statements ever need the clock, which is a system call
        try:
            yield
        except sqlite3.OperationalError as error:
            self._say_that_it_was_late(error)
            raise

    def _say_that_it_was_late(self, error: sqlite3.OperationalError) -> None:
        """Raises Problem if we ended the statement; does nothing if somebody else did."""
        late = self._until is not None and self._goes_on_too_long()
        if late and getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            self._patience = IMPATIENCE
            raise Problem("journal.endless", path=str(self._path)) from error

    def rows(self, statement: str, parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a statement; no cursor is left open.

        Raises:
            Problem: it took too long, or returned more than the file can hold.
            sqlite3.Error: the file is damaged.
        """
        # `limited`, inlined to save its cost: a window asks hundreds of times a second
        self._until = None
        try:
            cursor = self.db.execute(statement, parameters)
            try:
                return self._all_of(cursor)
            finally:
                cursor.close()
        except sqlite3.OperationalError as error:
            self._say_that_it_was_late(error)
            raise

    def _all_of(self, cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = cursor.fetchmany(MANY)
        if len(found) < MANY:
            return found
        most = self.bytes() // 2  # the shortest row has a length, a number and a header
        while part := cursor.fetchmany(MANY):
            found += part
            if len(found) > most:
                raise Problem("journal.endless", path=str(self._path))
        return found

    def bytes(self) -> int:
        """The size of the record, including its -wal."""
        pages, size = (
            self.db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
        )
        return int(pages * size)

    def _goes_on_too_long(self) -> bool:
        if self._until is None:
            self._until = thread_time() + self._patience
        return thread_time() > self._until

    def _known_columns(self) -> dict[str, list[str]]:
        kinds = {
            str(name).lower(): (kind, str(sql))
            for kind, name, sql in self.db.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'view')"
                " LIMIT 1000"
            )
        }
        return {
            table: self._columns(table, wanted, *kinds.get(table, ("", "")))
            for table, wanted in self._tables.items()
        }

    def _columns(self, table: str, wanted: Sequence[str], kind: str, sql: str) -> list[str]:
        if not kind:
            raise Problem("journal.not_a_record", path=str(self._path))
        if kind != "table" or sql.split()[:2] != ["CREATE", "TABLE"]:
            raise Problem("journal.not_plain", path=str(self._path), what=table)
        # a hidden column is computed, or belongs to a virtual table
        found = self.db.execute(f"PRAGMA table_xinfo({table})").fetchmany(1000)
        hidden = {str(row[1]).lower(): row[6] for row in found}
        numbered = {
            str(row[1]).lower() for row in found if row[5] == 1 and str(row[2]).upper() == "INTEGER"
        }
        if wanted[0] in _NUMBERED and wanted[0] not in numbered:  # then it could be anything
            raise Problem("journal.not_a_record", path=str(self._path))
        for name in wanted:
            if name not in hidden and (table, name) not in _LATER:
                raise Problem("journal.not_a_record", path=str(self._path))
            if hidden.get(name):
                raise Problem("journal.not_plain", path=str(self._path), what=f"{table}.{name}")
        return [name for name in wanted if name in hidden]

    def _allowed(
        self,
        action: int,
        first: str | None,
        second: str | None,
        _database: str | None,
        _view: str | None,
    ) -> int:
        """Reads of our tables, and what our own statements compute from them."""
        match action:
            case sqlite3.SQLITE_SELECT:
                good = True
            case sqlite3.SQLITE_READ:
                name = str(first).lower()
                good = name in self._tables or name == "json_each" or name.startswith("sqlite_")
            case sqlite3.SQLITE_FUNCTION:
                good = str(second).lower() not in _NO_FUNCTION
            case sqlite3.SQLITE_PRAGMA:
                good = str(first).lower() in _PRAGMAS
            case _:
                good = False
        return sqlite3.SQLITE_OK if good else sqlite3.SQLITE_DENY
