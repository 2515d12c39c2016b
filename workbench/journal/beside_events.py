"""Writes the other tables of a record: endpoints, connections with their addresses, readings.

They are written as they come, and what is still true of them is kept in memory: if the record goes
on in another file, that one begins with it, even if the first cannot be read any more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.engine.model.events import (
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    EndpointAdded,
    SampleTaken,
)
from workbench.frozen import dataclass
from workbench.journal.connection_pairs import Pairs

Execute = Callable[[str, Sequence[object]], object]
Carried = Mapping[str, Sequence[Sequence[object]]]
"""Rows of tables that begin a file in which a record goes on."""


@dataclass(frozen=True, slots=True)
class _Connection:
    """A row of table `connection`; it is open while it has no `closed_seq`."""

    id: int
    endpoint: int
    parent: int | None
    pair: int | None
    local: str | None
    peer: str | None
    opened_seq: int
    number: int | None


class Facts:
    """The writer of these tables, on the recorder's thread alone."""

    def __init__(self, execute: Execute) -> None:
        """`execute`: executes one statement in the open transaction."""
        self._execute = execute
        self._pairs = Pairs()
        self._endpoints: dict[int, tuple[object, ...]] = {}
        self._open: dict[int, _Connection] = {}
        self._beside: dict[str, list[Mapping[str, Any]]] = {}
        self._undo: list[Callable[[], object]] = []

    def keep(self) -> None:
        """Note that the transaction was committed."""
        self._undo.clear()

    def undo(self) -> None:
        """Note that the transaction was rolled back: what was written since will be written again,
        or never.
        """
        while self._undo:
            self._undo.pop()()

    def carried(self) -> Carried:
        """The facts that begin a file in which this record goes on."""
        tables: dict[str, list[tuple[object, ...]]] = {
            "meta": [(key, json.dumps(items)) for key, items in self._beside.items()],
            "endpoint": list(self._endpoints.values()),
            "connection": [
                (it.id, it.endpoint, it.parent, it.pair, it.local, it.peer, it.opened_seq, None,
                 it.number)
                for it in self._open.values()
            ],
        }  # fmt: skip
        return {
            table: [tuple(as_text(value) if isinstance(value, str) else value for value in row)
                    for row in rows]
            for table, rows in tables.items()
        }  # fmt: skip

    def write_beside(self, key: str, items: Sequence[Mapping[str, Any]]) -> None:
        """Write items under one of the KEPT keys of table meta; those that are known already
        stay.
        """
        known = self._beside.get(key, [])
        known = [*known, *(dict(item) for item in items if dict(item) not in known)]
        self._execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(known)))
        self._beside[key] = known

    def write(self, item: object, seq: int) -> None:
        """Write one fact; `seq`: the last event before it."""
        execute = self._execute
        match item:
            case EndpointAdded():
                self._add_endpoint(item)
            case ConnectionOpened():
                self._set(item.id, _Connection(
                    item.id, item.endpoint, item.parent, None, item.local, item.peer,
                    seq + (item.parent is None),  # the fact comes before the event of its socket()
                    item.number,
                ))  # fmt: skip
                made = self._open[item.id]
                execute(
                    "INSERT INTO connection VALUES (?,?,?,NULL,?,?,?,NULL,?)",
                    (made.id, made.endpoint, made.parent, made.local, made.peer, made.opened_seq,
                     made.number),
                )  # fmt: skip
                self._pair(item.id, item.local, item.peer)
            case ConnectionNamed():
                known = self._open.get(item.id)
                if known is not None:
                    self._set(item.id, replace(
                        known, local=item.local or known.local, peer=item.peer or known.peer
                    ))  # fmt: skip
                execute(
                    "UPDATE connection SET local=coalesce(?, local), peer=coalesce(?, peer)"
                    " WHERE id=?",
                    (item.local, item.peer, item.id),
                )
                self._pair(item.id, item.local, item.peer)
            case ConnectionClosed():
                execute("UPDATE connection SET closed_seq=? WHERE id=?", (seq, item.id))
                self._set(item.id, None)
                self._pairs.closed(item.id)
            case SampleTaken():
                execute(
                    "INSERT INTO sample VALUES (?,?,?,?)",
                    (item.t_ns, item.connection, seq, item.reading),
                )

    def _add_endpoint(self, item: EndpointAdded) -> None:
        before = self._endpoints.get(item.id)
        first = item.config if before is None else before[-1]
        self._endpoints[item.id] = (
            item.id, item.name, item.role, item.family, item.type, item.config, first,
        )  # fmt: skip
        if before is None:
            self._undo.append(lambda: self._endpoints.pop(item.id, None))
        else:
            self._undo.append(lambda: self._endpoints.update({item.id: before}))
        self._execute(
            "INSERT INTO endpoint VALUES (?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET"
            " name=excluded.name, role=excluded.role, family=excluded.family,"
            " type=excluded.type, config=excluded.config",
            self._endpoints[item.id],
        )

    def _set(self, number: int, row: _Connection | None) -> None:
        """Set the current row of an open connection; None: it is closed."""
        before = self._open.pop(number, None)
        if row is not None:
            self._open[number] = row
        if before is not None:
            self._undo.append(lambda: self._open.update({number: before}))
        else:
            self._undo.append(lambda: self._open.pop(number, None))

    def _pair(self, number: int, local: str | None, peer: str | None) -> None:
        """Link the two ends of a connection if both are ours."""
        other = self._pairs.named(number, local, peer)
        if other is None:
            return
        for one, its in ((number, other), (other, number)):
            self._execute("UPDATE connection SET pair=? WHERE id=?", (its, one))
            known = self._open.get(one)
            if known is not None:
                self._set(one, replace(known, pair=its))


def as_text(value: str) -> str:
    r"""Text whose surrogates (PEP 383) are written as \xHH, other lone surrogates as \uHHHH."""
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return value.encode("utf-8", "backslashreplace").decode()
