"""The state of the inspector's Certificate tab, and the data it is made of."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from workbench.named_tuple import NamedTuple

HANDSHAKE: Final = "tls.handshake"
ENDED: Final = "tls.end"
MESSAGE: Final = "'certificate'"
"""The literal that the rows of a message certificate begin with."""
HELLO: Final = "'client_hello'"
_BODY: Final = 4
"""Bytes before a message of the handshake: its type, and three of length (RFC 8446, 4)."""
_LENGTH: Final = 3


class Whose(StrEnum):
    """Whose certificates: the peer's or our own."""

    PEER = "peer"
    OWN = "own"


class TlsShown(NamedTuple):
    """What the record keeps of one connection's TLS handshake.

    Attributes:
        peer, own: the certificate messages that came and went; None: there was none.
        server: whether we are the end that accepts; None: unknown.
        outcome: the arguments of the row tls.handshake; None: there is none. word: its error.
        alert: the other end's objection after that; "": none.
        moment: when it was.
    """

    peer: bytes | None = None
    own: bytes | None = None
    server: bool | None = None
    outcome: str | None = None
    word: str | None = None
    alert: str = ""
    moment: datetime | None = None


class CertificateLine(NamedTuple):
    """One certificate of a chain.

    Attributes:
        whose: side and place in the chain. title: its subject.
        good: whether nothing is wrong with it. facts: name and value of each.
    """

    whose: str
    title: str
    good: bool
    facts: tuple[tuple[str, str], ...]


class CertificateState(NamedTuple):
    """Everything that the tab shows.

    Attributes:
        says: what was asked for, and the result.
        wrong: the faults of what was shown, each in a sentence or two.
    """

    says: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    certificates: tuple[CertificateLine, ...] = ()


def chain_of(message: bytes) -> tuple[bytes, ...] | None:
    """Certificates of a message certificate, in DER (RFC 8446 4.4.2, RFC 5246 7.4.2).

    Its lengths show which of the two forms it has; None: it is neither.
    """
    body = message[_BODY:]
    if len(message) < _BODY or int.from_bytes(message[1:_BODY]) != len(body):
        return None
    if int.from_bytes(body[:_LENGTH]) == len(body) - _LENGTH:  # also if the list is empty
        return _entries(body[_LENGTH:], extensions=False)
    context = 1 + body[0] if body else 0
    rest = body[context:]
    if int.from_bytes(rest[:_LENGTH]) != len(rest) - _LENGTH:
        return None
    return _entries(rest[_LENGTH:], extensions=True)


def _entries(data: bytes, *, extensions: bool) -> tuple[bytes, ...] | None:
    found: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + _LENGTH + int.from_bytes(data[at : at + _LENGTH])
        found.append(data[at + _LENGTH : end])
        at = end
        if extensions:
            at += 2 + int.from_bytes(data[at : at + 2])
    return tuple(found) if at == len(data) else None
