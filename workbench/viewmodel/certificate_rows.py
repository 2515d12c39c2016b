"""Finds the rows of a record that belong to one TLS handshake."""

from __future__ import annotations

from typing import Final

from workbench.journal.query import parse
from workbench.journal.reader import CHUNK, Reader, Row
from workbench.literals import arguments_of
from workbench.viewmodel.certificate_state import ENDED, HANDSHAKE, HELLO, MESSAGE, TlsShown

_SENT: Final = "tls.send"


def shown_of(reader: Reader, row: Row, committed: int) -> TlsShown:
    """The handshake of the connection that a row is about, from rows up to `committed`.

    It is near the beginning of its connection or, if TLS was started later, not far before the row
    in question.
    """
    found = reader.connection(row.connection) if row.connection is not None else None
    if found is None:
        return TlsShown()
    begin = max(0, (found.opened_seq or 1) - 1)
    rows = _rows(reader, row, begin, committed)
    rows = rows or _rows(reader, row, max(begin, row.seq - CHUNK // 2), committed)
    if not rows:
        return TlsShown()
    shown = TlsShown(moment=reader.clock.moment(rows[0].t_ns))
    for each in rows:
        shown = _with(shown, each)
    return shown


def _rows(reader: Reader, row: Row, after: int, committed: int) -> list[Row]:
    upto = min(after + CHUNK, committed)
    wanted = (
        f'call:tls.send|tls.recv args:"{MESSAGE}"|"{HELLO}"',
        f"call:{HANDSHAKE}|{ENDED}",
    )
    found = [
        each
        for terms in wanted
        for seqs in reader.select(parse(f"conn={row.connection} kind:layer {terms}"), after, upto)
        for each in reader.rows(seqs)
    ]
    return sorted(found, key=lambda each: each.seq)


def _with(shown: TlsShown, row: Row) -> TlsShown:
    """Add what one more row says."""
    sent = row.call == _SENT
    if row.call == HANDSHAKE:
        return shown._replace(outcome=row.args, word=row.errno)
    if row.call == ENDED:
        return shown._replace(alert=str(arguments_of(row.args)[1].get("alert", "")))
    if row.args == HELLO:
        return shown._replace(server=not sent)
    message = row.payload or b""
    return shown._replace(own=message) if sent else shown._replace(peer=message)
