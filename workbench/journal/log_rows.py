"""LogRows: puts together the rows of a record that stores separately what rows share (shapes).

What many rows share is fetched once and cached: a join in SQLite makes its texts anew for each row,
which takes twice as long.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from workbench.journal import cell_types

Values = tuple[Any, ...]
Ask = Callable[[str, Sequence[object]], list[Values]]

CELLS: Final = (
    "SELECT e.seq, e.t_ns, e.duration_ns, e.connection, e.amount, e.payload, e.cause, e.shape"
    " FROM entry e"
)
"""What `made` takes."""
REMEMBERED: Final = 10_000
"""Shapes and connections that are kept."""
_SHAPES: Final = (
    "SELECT id, endpoint, kind, call, args, errno, error, peer,"
    " CASE WHEN resulted THEN 1 END, CASE WHEN sized THEN 1 END, size"
    " FROM shape WHERE id IN (SELECT value FROM json_each(?))"
)
_CONNECTIONS: Final = (
    "SELECT id, local, peer, number FROM connection WHERE id IN (SELECT value FROM json_each(?))"
)
_NUMBERS: Final = (int, type(None))
_NO_SHAPE: Final = (None,) * 10
_NO_CONNECTION: Final = (None,) * 3
_good: set[tuple[type, ...]] = set()
"""Combinations of cell types with which whole rows were found right."""


class LogRows:
    """Makes the rows for one reader, on its thread."""

    def __init__(self, ask: Ask) -> None:
        """`ask`: reads the record."""
        self._ask = ask
        self._shapes: dict[object, Values] = {}
        self._sound: set[object] = set()
        self._connections: dict[object, Values] = {}
        self._odd: set[object] = set()  # connections with a cell of the wrong type
        self._names: dict[object, object] = {}
        self._version: object = None

    def forget(self) -> None:
        """Take no row for the newest any more: a copy of the record is read from now on, perhaps in
        the middle of a page. Shapes never change.
        """
        self._version = None

    def _forget_shapes(self) -> None:
        self._shapes.clear()
        self._sound.clear()

    def cells(self, first: int, limit: int) -> list[Values]:
        """`limit` rows from seq `first` on, as `made` takes them; missing rows are left out."""
        return self._ask(
            f"{CELLS} WHERE e.seq >= ? AND e.seq < ? ORDER BY e.seq", (first, first + limit)
        )

    def sound(
        self, found: Sequence[Values]
    ) -> tuple[Mapping[object, Values], Mapping[object, Values]]:
        """The shapes and connections of rows, restricted to those whose cells need no check."""
        shapes, connections = self._known(found)
        good, odd = self._sound, self._odd
        return (
            {number: shape for number, shape in shapes.items() if number in good},
            {number: names for number, names in connections.items() if number not in odd},
        )

    def made(self, found: Sequence[Values]) -> list[Values]:
        """The cells of rows of the log, as `cell_types.log_rows` returns them, from CELLS."""
        if not found:
            return []
        shapes, connections = self._known(found)
        good, sound_shapes, odd, last = _good, self._sound, self._odd, cell_types.LAST_NS
        made: list[Values] = []
        add = made.append
        for cells in found:
            seq, t_ns, duration_ns, connection, amount, payload, cause, shape = cells
            (
                endpoint, kind, call, args, errno, error, own_peer, resulted, sized, size,
            ) = shapes.get(shape, _NO_SHAPE)  # fmt: skip
            local, peer, number = connections.get(connection, _NO_CONNECTION)
            row = (
                seq, t_ns, duration_ns, kind, endpoint, connection, call, args,
                amount if resulted else None, errno, error, local,
                peer if own_peer is None else own_peer,
                size if size is not None or not sized else amount, payload, cause, number,
            )  # fmt: skip
            if not (
                shape in sound_shapes
                and tuple(map(type, cells)) in good
                and connection not in odd
                and 0 <= t_ns < last
                and 0 <= duration_ns < last
            ):
                row = self._checked(cells, row)
            add(row)
        return made

    def _checked(self, cells: Values, row: Values) -> Values:
        """A row whose cells are checked; its shape and the kinds of its cells are known from then
        on.
        """
        right = cell_types.log_row(row)
        # an amount that is useless for this shape says nothing about others
        if right is row and type(cells[-1]) is int and type(cells[4]) in _NUMBERS:
            self._sound.add(cells[-1])
            _good.add(tuple(map(type, cells)))
        return right

    def _known(
        self, found: Sequence[Values]
    ) -> tuple[Mapping[object, Values], Mapping[object, Values]]:
        """The shapes and connections of rows.

        The rows have been read before, so what is cached is from a record that was at least as
        large.
        """
        version = self._ask("PRAGMA data_version", ())
        if version != self._version or len(self._connections) > REMEMBERED:
            self._connections.clear()
            self._odd.clear()
            self._learn_names()
            self._version = version
        if len(self._shapes) > REMEMBERED:
            self._forget_shapes()
        new = {cells[-1] for cells in found}.difference(self._shapes)
        if new:
            for number, endpoint, *others in self._ask(_SHAPES, (_listed(new),)):
                self._shapes[number] = (self._names.get(endpoint), *others)
        new = {cells[3] for cells in found}.difference(self._connections)
        new.discard(None)
        if new:
            for number, *names in self._ask(_CONNECTIONS, (_listed(new),)):
                self._connections[number] = tuple(names)
                if not _fit(*names):
                    self._odd.add(number)
        return self._shapes, self._connections

    def _learn_names(self) -> None:
        names: dict[object, object] = dict(self._ask("SELECT id, name FROM endpoint", ()))
        if names != self._names:
            self._names = names
            self._forget_shapes()


def _listed(numbers: Iterable[object]) -> str:
    """The integers among these, as a JSON list."""
    return json.dumps([number for number in numbers if type(number) is int])


def _fit(local: object, peer: object, number: object) -> bool:
    """Whether these can be cells of a row of the log as they are."""
    return (
        isinstance(local, str | None) and isinstance(peer, str | None) and type(number) in _NUMBERS
    )
