"""The rows of the side panel: every endpoint with its open connections."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workbench.engine.model.settings import Role
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.named_tuple import NamedTuple
from workbench.texts import tr
from workbench.viewmodel.connection_rows import Owner, named
from workbench.viewmodel.default_endpoints import LAB_PREFIX

MOST: Final = 50
"""Newest open connections of an endpoint."""
KINDS: Final = {Role.LISTENER: "server", Role.STREAM: "client", Role.DATAGRAM: "datagram"}
"""What an endpoint is drawn as: names of icons."""


class ListedRow(NamedTuple):
    """One row.

    Attributes:
        endpoint: its name. connection: the id of the connection that this row shows; None: the
            endpoint itself.
        text, state: its two cells.
        kind: of the endpoint, one of KINDS; "": the row is a connection.
    """

    endpoint: str
    connection: int | None
    text: str
    state: str
    kind: str = ""


def listed(snapshots: Iterable[EndpointSnapshot], owner: Owner) -> tuple[ListedRow, ...]:
    """The rows of these endpoints, in order; those of a lab have a window of their own."""
    return tuple(
        row
        for snapshot in snapshots
        if not snapshot.name.startswith(LAB_PREFIX)
        for row in _rows_of(snapshot, owner)
    )


def _rows_of(snapshot: EndpointSnapshot, owner: Owner) -> list[ListedRow]:
    name = snapshot.name
    state = snapshot.local or tr(f"phase.{snapshot.phase.name.lower()}")
    rows = [ListedRow(name, None, name, state, KINDS[snapshot.settings.role])]
    if snapshot.settings.role is Role.DATAGRAM:
        return rows  # one socket and no connections
    live = [item for item in snapshot.connections if item.closed_ns is None][-MOST:]
    for item in live:
        under_way = item.peer is None and item.connected_ns is None
        peer = "" if under_way else named(item.peer, owner)
        rows.append(ListedRow(name, item.id, f"#{item.number} {peer}", item.state))
    return rows
