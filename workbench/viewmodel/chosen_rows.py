"""ChosenRows: the selection in an endpoint's table, which survives changes of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.viewmodel.connection_rows import line_of
from workbench.viewmodel.panel_state import Key, is_outdated, keys_of

if TYPE_CHECKING:
    from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot


class ChosenRows:
    """The chosen rows of an endpoint's table by key, and the current one.

    Attributes:
        keys: those of the chosen rows. current: of several, the one chosen last.
        awaited: the record's id of a connection that is to be chosen once a snapshot has it.
    """

    def __init__(self) -> None:
        self.keys: tuple[Key, ...] = ()
        self.current: Key | None = None
        self.awaited: int | None = None
        self._open: frozenset[Key] = frozenset()
        self._newest = 0

    @property
    def only(self) -> Key | None:
        """The only chosen row; None: there are several, or none."""
        return self.keys[0] if len(self.keys) == 1 else None

    def choose(
        self, keys: tuple[Key, ...], current: Key | None, snapshot: EndpointSnapshot
    ) -> None:
        """Choose these instead; `snapshot`: the one in which they were found."""
        self.keys, self.current, self.awaited = keys, current, None
        closed = {item.number for item in snapshot.connections if item.closed_ns is not None}
        gone = {peer.address for peer in snapshot.peers if peer.gone}
        self._open = frozenset(keys) - closed - gone

    def only_in(self, snapshot: EndpointSnapshot) -> ConnectionSnapshot | None:
        """The connection that is the only chosen one."""
        return next((x for x in snapshot.connections if x.number == self.only), None)

    def awaited_in(self, snapshot: EndpointSnapshot) -> ConnectionSnapshot | None:
        """The connection that is awaited, if it has come."""
        return next((x for x in snapshot.connections if x.id == self.awaited), None)

    def current_id(self, snapshot: EndpointSnapshot) -> int | None:
        """The record's id of the connection chosen last."""
        return next((x.id for x in snapshot.connections if x.number == self.current), None)

    def ids_in(self, snapshot: EndpointSnapshot) -> frozenset[int]:
        """The record's ids of the chosen connections."""
        chosen = set(self.keys)
        return frozenset(x.id for x in snapshot.connections if x.number in chosen)

    def kept_in(
        self, snapshot: EndpointSnapshot, *, hide_closed: bool
    ) -> tuple[tuple[Key, ...], Key | None] | None:
        """What stays chosen (and which last) in a newer snapshot; None: all of it.

        What no longer exists is dropped; everything is when it has closed and something new came.
        """
        newest = max((item.number for item in snapshot.connections), default=0)
        grown, self._newest = newest > self._newest, newest
        if not self.keys:
            return None
        if grown and is_outdated(map(line_of, snapshot.connections), self._open, self.keys):
            return (), None
        there = keys_of(snapshot, hide_closed=hide_closed)
        kept = tuple(key for key in self.keys if key in there)
        if kept == self.keys:
            return None
        return kept, self.current if self.current in kept else next(iter(kept), None)
