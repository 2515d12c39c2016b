"""Why SQLite refused, in the user's language if there is a text for it."""

from __future__ import annotations

import sqlite3

from workbench.texts import Problem, has


def reason_of_sqlite(error: sqlite3.Error) -> Problem | str:
    """The reason by SQLite's result code (sqlite.org/rescode.html); else its own English."""
    # missing if the sqlite3 module itself raised the error
    name = getattr(error, "sqlite_errorname", None) or ""
    primary = "_".join(name.split("_")[:2])  # the family of SQLITE_IOERR_WRITE
    key = f"sqlite.{primary.removeprefix('SQLITE_')}"
    return Problem(key) if has(key) else str(error)


def is_no_database(error: sqlite3.Error) -> bool:
    """Whether the file is something other than a database, rather than out of reach."""
    name = getattr(error, "sqlite_errorname", "")
    return name in {"SQLITE_NOTADB", "SQLITE_ERROR"}  # ERROR: a table is missing
