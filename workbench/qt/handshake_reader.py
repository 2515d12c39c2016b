"""Reads the opening handshake of a connection from the record."""

from __future__ import annotations

from workbench.journal.query import parse
from workbench.journal.reader import CHUNK, Row
from workbench.qt.controller import Controller
from workbench.viewmodel.ws_handshake import REQUEST, RESPONSE, Handshake


class HandshakeReader:
    """Finds both heads, which are near the beginning of their connection."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def __call__(self, row: Row) -> Handshake:
        """The heads of the connection that a row belongs to."""
        reader = self._controller.reader
        found = reader.connection(row.connection) if row.connection is not None else None
        if found is None or self._controller.closed:
            return Handshake()
        condition = parse(f"conn={row.connection} call:{REQUEST}|{RESPONSE}")
        first = max(0, (found.opened_seq or 1) - 1)
        upto = min(first + CHUNK, self._controller.session.journal.committed)
        heads = {
            head.call: head.payload
            for seqs in reader.select(condition, first, upto)
            for head in reader.rows(seqs)
        }
        return Handshake(heads.get(REQUEST), heads.get(RESPONSE))
