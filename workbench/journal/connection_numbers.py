"""Works out a connection's number in its endpoint for records of version 1, which do not store it.

Numbers count the sockets of an endpoint from 1 in the order they were made, leaving out the
listening one. So the number is the rank of its row among those of its endpoint in table
`connection`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from workbench.engine.model.settings import Role
from workbench.journal import cell_types
from workbench.journal.query import Numbered

Values = tuple[Any, ...]
"""The cells of a row of the log."""
Ask = Callable[[str, Sequence[object]], list[Values]]

SLICE: Final = 20_000
"""Rows of table connection that are taken at once."""
OVERLAP: Final = 256
"""Ids are assigned by many threads and written by one: a smaller one may come this much later."""
NEAR: Final = 50
"""Rows near the fact that a socket was made, among which its socket() call is."""
SET_UP: Final = 500
"""Rows after it among which its listen() is looked for."""
_CONNECTION: Final = 5
"""Its position among the cells."""
_COMPARE: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class ConnectionNumbers:
    """The numbers of a record's connections, updated as the record grows."""

    def __init__(self, ask: Ask, first_config: str) -> None:
        """`ask`: reads the record. `first_config`: where the first settings of an endpoint are."""
        self._ask = ask
        self._endpoint_rows = (
            f"SELECT id, role, CASE WHEN json_valid({first_config}) THEN"
            f" json_extract({first_config}, '$.role') END FROM endpoint ORDER BY id"
        )
        self._of: dict[int, int | None] = {}
        self._counts: dict[int, int] = {}
        self._last = 0
        self._roles: dict[int, set[str]] = {}
        self._accepts: set[int] = set()

    def of(self, connection: int | None) -> int | None:
        """The number of a connection; None: a listening socket, or one that is not in the record
        (yet).
        """
        if connection is not None and connection not in self._of:
            self._learn()
        return self._of.get(connection) if connection is not None else None

    def of_rows(self, rows: Sequence[Values]) -> list[int | None]:
        """The numbers for rows of the log; new connections are looked up once for all rows."""
        known = self._of
        connections = [row[_CONNECTION] for row in rows]
        new = set(connections).difference(known)
        new.discard(None)
        if not new:
            return list(map(known.get, connections))
        self._learn()
        return list(map(known.get, connections))

    def ids(self, wanted: Numbered) -> list[int]:
        """The connections whose numbers compare in this way."""
        self._learn()
        compare, number = _COMPARE[wanted.operator], wanted.number
        return [
            connection
            for connection, found in self._of.items()
            if found is not None and compare(found, number)
        ]

    def _learn(self) -> None:
        """Take in what was added to table connection since."""
        self._know_endpoints()
        after = max(0, self._last - OVERLAP)
        while True:
            found = self._ask(
                "SELECT id, endpoint, parent, peer, opened_seq FROM connection"
                " WHERE id > ? ORDER BY id LIMIT ?",
                (after, SLICE),
            )
            for row in found:
                if row[0] not in self._of:
                    self._add(*row)
            if len(found) < SLICE:
                return
            after = found[-1][0]

    def _know_endpoints(self) -> None:
        for number, role, first in self._ask(self._endpoint_rows, ()):
            self._roles.setdefault(number, {cell_types.text(first or role)}).add(
                cell_types.text(role)
            )

    def _add(self, connection: int, owner: int, parent: object, peer: object, opened: Any) -> None:
        self._last = max(self._last, connection)
        if parent is not None:
            self._accepts.add(owner)
        elif peer is None and self._listens(connection, owner, opened):
            self._of[connection] = None
            return
        self._of[connection] = self._counts[owner] = self._counts.get(owner, 0) + 1

    def _listens(self, connection: int, owner: int, opened: Any) -> bool:
        """Whether the socket was made to listen: the endpoint may have had another role then."""
        roles = self._roles.get(owner, set())
        if Role.LISTENER not in roles and owner not in self._accepts:
            return False
        seq = min(max(0, cell_types.number(opened) or 0), cell_types.LAST_NS)
        made = self._ask(
            "SELECT args FROM event WHERE seq BETWEEN ? AND ? AND connection = ?"
            " AND call = 'socket' AND kind = 'call' LIMIT 1",
            (seq - NEAR, seq + NEAR, connection),
        )
        if made and "SOCK_DGRAM" in cell_types.text(made[0][0]):
            return False
        if roles <= {Role.LISTENER, Role.DATAGRAM}:
            return True
        return bool(
            self._ask(
                "SELECT 1 FROM event WHERE seq BETWEEN ? AND ? AND connection = ?"
                " AND call = 'listen' LIMIT 1",
                (seq - NEAR, seq + SET_UP, connection),
            )
        )
