"""Names and addresses that occur in a record, to complete filters with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from workbench.journal import cell_types
from workbench.journal.schema import Schema
from workbench.named_tuple import NamedTuple

NEWEST: Final = 20_000
"""Shapes, and connections, that are looked at: some milliseconds."""
MOST: Final = 200
"""Values of each kind."""
_COLUMNS: Final = ("call", "kind", "errno", "error", "peer")


class Occurring(NamedTuple):
    """The values that occur, by key of the filter, each once."""

    endpoint: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    errno: tuple[str, ...] = ()
    error: tuple[str, ...] = ()
    peer: tuple[str, ...] = ()
    local: tuple[str, ...] = ()


def occurring(
    ask: Callable[[str, Sequence[object]], list[tuple[Any, ...]]], schema: Schema
) -> Occurring:
    """What occurs in the newest part of a record in one file."""
    table, number = ("shape", "id") if schema.has_shapes else (schema.entries, "seq")
    of_rows = f"(SELECT * FROM {table} ORDER BY {number} DESC LIMIT {NEWEST})"
    of_sockets = f"(SELECT * FROM connection ORDER BY id DESC LIMIT {NEWEST})"
    asked = [("endpoint", "name", "endpoint")]
    asked += [(column, column, of_rows) for column in _COLUMNS]
    asked += [("peer", "peer", of_sockets), ("local", "local", of_sockets)]
    found: dict[str, list[str]] = {key: [] for key in Occurring._fields}
    for key, column, source in asked:
        values = ask(
            f"SELECT DISTINCT {column} FROM {source} WHERE {column} IS NOT NULL LIMIT {MOST}", ()
        )
        found[key] += [cell_types.text(value) for (value,) in values if value != ""]
    return Occurring(**{key: tuple(dict.fromkeys(values)) for key, values in found.items()})


def together(parts: Iterable[Occurring]) -> Occurring:
    """What occurs in any of several."""
    listed = list(parts)
    return Occurring(
        *(
            tuple(dict.fromkeys(value for part in listed for value in part[place]))
            for place in range(len(Occurring._fields))
        )
    )
