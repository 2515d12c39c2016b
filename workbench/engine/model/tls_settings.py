"""TLS settings: the key `tls` of an endpoint, as frozen data."""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum
from typing import Final

from workbench.frozen import dataclass
from workbench.texts import Problem

LET_GO: Final = ""
"""Replaces a given password once the key is loaded and nothing knows the password any more."""
LONGEST_NAME: Final = 253
"""Characters of a host's name (RFC 1035 2.3.4, without the dot at its end)."""


class TlsVersion(StrEnum):
    """TLS versions, the oldest first; their names are also those in the log."""

    V1_0 = "1.0"
    V1_1 = "1.1"
    V1_2 = "1.2"
    V1_3 = "1.3"


class AskClient(StrEnum):
    """Whether a server asks for a client certificate; one that is shown is always checked.

    Attributes:
        OPTIONAL: asks, but a client may show none.
        REQUIRED: a client that shows none is refused.
    """

    NO = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """What this end shows and what it expects of the peer (RFC 8446, RFC 5246).

    Certificates are files in PEM, or "test:NAME".

    Attributes:
        cert: what is shown, followed by the certificates that vouch for it; a server needs one.
        key: of `cert`; None: it is in the same file.
        key_password: of the key; only in memory, and only until the key is loaded: it is never in
            the record or log. LET_GO from then on.
        ca: the roots to trust; None: those that the system trusts.
        server_name: what a client asks for (SNI) and what the certificate has to be for: never the
            address by itself. None: the host as the endpoint's address spells it, "localhost" if it
                has none ("@server", a path); "": nothing is asked for.
        verify: whether the server's certificate is checked; check_name: its name too.
        minimum, maximum: versions that are spoken; maximum None: the newest there is.
        ciphers: of up to TLS 1.2, as OpenSSL has its lists (openssl-ciphers(1)); None: the usual.
        alpn: protocols, the best one first (RFC 7301).
        sni: of a server: name that is asked for, and what is shown then in place of `cert`, with
            its key in the same file.
        ask_client: of a server.
        keylog: a new file for what decrypts the talk (SSLKEYLOGFILE); None: it is written nowhere.
        close_notify: whether the end is said before the FIN; without, the peer takes it for cut.
        resume: of a client: whether the next connection goes on with what the one before agreed
            on, without certificates.

    Raises:
        Problem: what cannot be.
    """

    cert: str | None = None
    key: str | None = None
    key_password: str | None = field(default=None, repr=False)
    ca: str | None = None
    server_name: str | None = None
    verify: bool = True
    check_name: bool = True
    minimum: TlsVersion = TlsVersion.V1_2
    maximum: TlsVersion | None = None
    ciphers: str | None = None
    alpn: tuple[str, ...] = ()
    sni: tuple[tuple[str, str], ...] = ()
    ask_client: AskClient = AskClient.NO
    keylog: str | None = None
    close_notify: bool = True
    resume: bool = False

    def __post_init__(self) -> None:
        if self.key is not None and self.cert is None:
            raise Problem("engine.tls_key_without_cert")
        if self.maximum is not None and self.maximum < self.minimum:
            raise Problem(
                "engine.tls_versions", minimum=self.minimum.value, maximum=self.maximum.value
            )
        for name in self.alpn:
            if not 1 <= len(name.encode("utf-8", "replace")) <= 255 or not _is_utf8(name):
                raise Problem("engine.tls_alpn", value=name)
        if sum(len(name.encode()) + 1 for name in self.alpn) > 65535:
            raise Problem("engine.tls_alpn_all")
        for name, _ in self.sni:
            if not is_host_name(name):
                raise Problem("engine.tls_sni", value=name)
        if self.server_name == "" and self.verify and self.check_name:
            raise Problem("engine.tls_check_without_name")
        if self.server_name and not is_host_name(self.server_name):
            raise Problem("engine.tls_server_name", value=self.server_name)


def let_go(tls: TlsSettings) -> TlsSettings:
    """The settings without the key's password, once the key is loaded."""
    return replace(tls, key_password=LET_GO) if tls.key_password else tls


def _is_utf8(text: str) -> bool:
    """Whether it can be encoded: half a surrogate pair cannot."""
    return text.encode("utf-8", "replace").decode() == text


def is_host_name(name: str) -> bool:
    """Whether it can be sent as a server name; also an IP address without brackets."""
    try:
        name.encode("idna")
    except UnicodeError:
        return False
    fits = 0 < len(name) <= LONGEST_NAME and not name.startswith(".")
    return fits and name.isprintable() and " " not in name
