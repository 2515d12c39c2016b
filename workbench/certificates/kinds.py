"""The test certificates by name: valid ones, and others that are wrong in one way each."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

PREFIX: Final = "test:"
"""Precedes the name of a test certificate where a path could be given."""
ROOT: Final = "root"
"""The file of the root; it has a key of its own that no server is given."""


class CertificateKind(StrEnum):
    """A test certificate that a server or client can show.

    All but one are for NAMES and ADDRESSES, and all but three come from the test root.

    Attributes:
        GOOD: nothing is wrong with it.
        CHAINED: nothing either; an intermediate is between it and the root, and is sent.
        GAP: as CHAINED, but the intermediate is not sent.
        EXPIRED, FUTURE: its validity is over, or has not begun.
        WRONGHOST: valid, but for another name.
        NOSAN: names its host in the subject alone, where nobody looks any more (RFC 9525, 2).
        SELF: signed by itself. UNTRUSTED: signed by a root that nobody knows.
        CLIENTONLY: signed by the test root, but not for use by a server.
        WEAK: an RSA key of 1024 bits.
        CLIENT: a valid client certificate. CLIENT_BAD: a client certificate signed by the root that
            nobody knows.
    """

    GOOD = "good"
    CHAINED = "chained"
    GAP = "gap"
    EXPIRED = "expired"
    FUTURE = "future"
    WRONGHOST = "wronghost"
    NOSAN = "nosan"
    SELF = "self"
    UNTRUSTED = "untrusted"
    CLIENTONLY = "clientonly"
    WEAK = "weak"
    CLIENT = "client"
    CLIENT_BAD = "client-bad"


KNOWN: Final = (ROOT, *CertificateKind)
"""Every name that may follow PREFIX."""
NAMES: Final = (
    "localhost",
    *(f"{letter}.test" for letter in "abcd"),
    "example.test",
    "*.example.test",
    "server.test",
)
"""The names they are valid for; those under .test are never those of a real host (RFC 6761,
6.2).
"""
ADDRESSES: Final = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "::1")
OTHER_NAME: Final = "other.test"
"""The name that WRONGHOST is valid for."""
