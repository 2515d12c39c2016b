"""ReadyTls: the ssl contexts that the TLS layers of an endpoint share, loaded before they start."""

from __future__ import annotations

import _ssl
import importlib
import os
import ssl
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench.engine.model.address import parse
from workbench.engine.model.settings import Role
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion, let_go
from workbench.engine.protocol.tls.tls_words import HEADER
from workbench.texts import Problem, reason_of

if TYPE_CHECKING:
    from workbench.engine.model.layer_files import LayerFiles, Loadable
    from workbench.engine.model.settings import EndpointSettings

SYSTEM: Final = "system"
"""The roots trusted if no `ca` is given: those that the system trusts."""
_VERSIONS: Final = {
    TlsVersion.V1_0: ssl.TLSVersion.TLSv1,
    TlsVersion.V1_1: ssl.TLSVersion.TLSv1_1,
    TlsVersion.V1_2: ssl.TLSVersion.TLSv1_2,
    TlsVersion.V1_3: ssl.TLSVersion.TLSv1_3,
}
_ASKS: Final = {
    AskClient.NO: ssl.CERT_NONE,
    AskClient.OPTIONAL: ssl.CERT_OPTIONAL,
    AskClient.REQUIRED: ssl.CERT_REQUIRED,
}
_ANYTHING: Final = "DEFAULT:@SECLEVEL=0"
"""Also short keys and SHA-1, without which there is no TLS 1.1 (SSL_CTX_set_security_level(3))."""
_TOO_WEAK: Final = frozenset({"EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK"})
_MESSAGES: Final = _ssl._SSLContext.__dict__.get("_msg_callback")
_NAMES: Final = _ssl._SSLContext.__dict__.get("sni_callback")
"""Set through the slots of C: the properties of ssl.py around them take ten times as long, and
one of them raises where a peer asks for a name that is none. CPython has both since 3.8."""


class MessagesTold:
    """Collects the messages that OpenSSL reports while one of its calls runs.

    Attributes:
        messages: those that nobody has taken yet: whether it was written, its content type, its
            bytes, and how many bytes of records came, or went, with it.
        count: bytes of records read, and written, since the last row that told of some.
    """

    __slots__ = ("count", "messages")

    def __init__(self) -> None:
        self.messages: list[tuple[bool, int, bytes, int]] = []
        self.count = [0, 0]

    def __call__(
        self, _conn: object, direction: str, _version: int, content: int, _kind: int, data: bytes
    ) -> None:
        written = direction == "write"
        if content == HEADER:
            self.count[written] += len(data) + (data[3] << 8 | data[4])
            if data[0] == 20 and not written:  # it reports the header alone
                self.note(False, 20, b"\x01")
        elif 20 <= content <= 22:
            self.note(written, content, data)

    def note(self, written: bool, content: int, data: bytes) -> None:
        """Note one message."""
        self.messages.append((written, content, data, self.taken(written)))

    def taken(self, written: bool) -> int:
        """The bytes of records since the last row in that direction."""
        count, self.count[written] = self.count[written], 0
        return count


class ReadyTls:
    """The contexts of one endpoint, used on its thread alone.

    Attributes:
        tls: the settings, without the password of the key once it is loaded.
        server: whether it is the end that accepts.
        name: what a client asks for, and what the certificate has to be for; "": nothing.
        trust: the roots it trusts: SYSTEM, or `ca` as it was given; None: it checks nothing.
        session: for a client that resumes, that of its last connection.
        asked: the name that a client has asked for in the handshake under way.
        noted: the messages that calls of ssl report.
    """

    def __init__(self, settings: EndpointSettings, files: LayerFiles) -> None:
        """Raises Problem: a certificate, key or list that cannot be used."""
        self.tls = tls = settings.tls or TlsSettings()
        self.server = settings.role is Role.LISTENER
        self.name = "" if self.server else server_name(settings)
        checks = tls.ask_client is not AskClient.NO if self.server else tls.verify
        self.trust = (tls.ca or SYSTEM) if checks else None
        self.session: ssl.SSLSession | None = None
        self.asked: str | None = None
        self.noted = MessagesTold()
        self._files = files
        self._settings = _of(settings)
        self._stamps: dict[Path, tuple[int, int]] = {}
        if self.server and tls.cert is None:
            raise Problem("engine.tls_no_cert")
        self._context = self._made(tls.cert, tls.key)
        self._by_name: dict[str, ssl.SSLContext] = {
            name.lower().rstrip("."): self._made(cert, None) for name, cert in tls.sni
        }
        self.tls = let_go(tls)
        if self.server:
            _hook(_NAMES, self._context, self._choose)
            _QuietNames.begin()

    def wrap(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> ssl.SSLObject:
        """The ssl object of one end of a connection."""
        if self.server:
            return self._context.wrap_bio(incoming, outgoing, server_side=True)
        session = self.session if self.tls.resume else None
        return self._context.wrap_bio(
            incoming, outgoing, server_hostname=self.name or None, session=session
        )

    def fits(self, settings: EndpointSettings) -> bool:
        """Whether these settings, and the files they name, would give the same contexts."""
        return self._settings == _of(settings) and all(
            _stamp(path) == before for path, before in self._stamps.items()
        )

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: object) -> None:
        """Choose the certificate for the name that a client asks for (RFC 6066 3)."""
        self.asked = name
        chosen = self._by_name.get((name or "").lower().rstrip("."))
        if chosen is not None:
            connection.context = chosen

    # -- contexts -----------------------------------------------------------------------------

    def _made(self, cert: str | None, key: str | None) -> ssl.SSLContext:
        """A context with everything set that differs between Python versions."""
        tls = self.tls
        context = self._plain()
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        _limit(context, tls)
        if tls.ciphers is not None:
            _choose_ciphers(context, tls.ciphers)
        elif tls.minimum < TlsVersion.V1_2:
            context.set_ciphers(_ANYTHING)
        if cert is not None:
            self._show(context, cert, key)
        if tls.alpn:
            context.set_alpn_protocols(list(tls.alpn))
        if tls.keylog is not None:
            context.keylog_filename = str(new_keylog(self._files.keylog_file(tls.keylog)))
        _hook(_MESSAGES, context, self.noted)
        return context

    def _plain(self) -> ssl.SSLContext:
        """A context with its trusted roots and checks, without a certificate."""
        tls = self.tls
        if not self.server and self.trust == SYSTEM:
            context = _as_the_system()
        else:
            kind = ssl.PROTOCOL_TLS_SERVER if self.server else ssl.PROTOCOL_TLS_CLIENT
            context = ssl.SSLContext(kind)
        context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
        context.hostname_checks_common_name = False  # before 3.12 a CN was a name (RFC 9525 2)
        if self.server:
            context.verify_mode = _ASKS[tls.ask_client]
        else:
            context.check_hostname = tls.verify and tls.check_name
            context.verify_mode = ssl.CERT_REQUIRED if tls.verify else ssl.CERT_NONE
        if self.trust is not None and tls.ca is not None:
            path = self._files.trusted_file(tls.ca)
            _believe(context, tls.ca, path)
            self._stamps[path] = _stamp(path)
        elif self.trust is not None and self.server:
            context.load_default_certs(ssl.Purpose.CLIENT_AUTH)
        return context

    def _show(self, context: ssl.SSLContext, cert: str, key: str | None) -> None:
        """Load a certificate and its key; OpenSSL never asks on the terminal."""
        asked = False

        def password() -> str:
            nonlocal asked
            asked = True
            if not self.tls.key_password:
                raise Problem("engine.tls_key_password", path=key or cert)
            return self.tls.key_password

        with self._files.to_show(cert, key, password) as found:
            try:
                self._load(context, found)
            except ssl.SSLError as error:
                raise _unusable(error, cert, key or cert, asked=asked) from error
            except OSError as error:
                raise Problem(
                    "engine.no_file",
                    path=error.filename or str(found.chain),
                    reason=reason_of(error),
                ) from error
            except ValueError as error:  # a password of more than 1024 bytes
                raise Problem("engine.tls_wrong_password", path=key or cert) from error
            files = {found.chain, found.key}
        named = {Path(name).expanduser() for name in (cert, key or cert)}
        self._stamps |= {file: _stamp(file) for file in files | named if file.exists()}

    def _load(self, context: ssl.SSLContext, found: Loadable) -> None:
        """Load what is found; a weak certificate too, since judging it is up to the peer."""
        chain, key = str(found.chain), str(found.key)
        try:
            context.load_cert_chain(chain, key, found.password)
        except ssl.SSLError as error:
            if error.reason not in _TOO_WEAK or self.tls.ciphers is not None:
                raise
            context.set_ciphers(_ANYTHING)
            context.load_cert_chain(chain, key, found.password)


def _of(settings: EndpointSettings) -> tuple[object, ...]:
    """The settings that matter to a context: a loaded key needs no password."""
    tls = settings.tls and replace(settings.tls, key_password=None)
    return tls, settings.role, settings.address, settings.family


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file does; (0, 0): it does not exist."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def server_name(settings: EndpointSettings) -> str:
    """The name a client asks for: the one in the settings, else the host of the address."""
    if settings.tls is not None and settings.tls.server_name is not None:
        return settings.tls.server_name
    try:
        host = parse(settings.address, settings.family).host
    except Problem:  # it is reported where the address is needed
        host = None
    return host or "localhost"


def _hook(slot: Any, context: ssl.SSLContext, callback: Callable[..., None]) -> None:
    """Have ssl report messages, if this Python can; otherwise there are no rows of them."""
    if slot is not None:
        slot.__set__(getattr(context, "_ctx", context), callback)  # truststore wraps one


class _QuietNames:
    """Swallows the traceback that ssl prints for a server name that is not ASCII (Modules/_ssl.c,
    _servername_callback): the handshake ends with a row anyway. Other errors go to the hook before
    it.
    """

    def __init__(self) -> None:
        self._before = sys.unraisablehook

    @classmethod
    def begin(cls) -> None:
        """Take effect for as long as the process lives; idempotent."""
        if not isinstance(sys.unraisablehook, cls):
            sys.unraisablehook = cls()

    def __call__(self, told: sys.UnraisableHookArgs) -> None:
        if not (isinstance(told.exc_value, UnicodeDecodeError) and isinstance(told.object, bytes)):
            self._before(told)


def _as_the_system() -> ssl.SSLContext:
    if sys.platform != "linux":  # there OpenSSL cannot see what the system trusts
        truststore = importlib.import_module("truststore")
        made: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return made
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context


def _limit(context: ssl.SSLContext, tls: TlsSettings) -> None:
    try:
        context.minimum_version = _VERSIONS[tls.minimum]
        context.maximum_version = (
            ssl.TLSVersion.MAXIMUM_SUPPORTED if tls.maximum is None else _VERSIONS[tls.maximum]
        )
    except ValueError as error:
        raise Problem(
            "engine.tls_no_version", version=tls.minimum.value, library=ssl.OPENSSL_VERSION
        ) from error


def _choose_ciphers(context: ssl.SSLContext, wanted: str) -> None:
    try:
        context.set_ciphers(wanted)
    except (ssl.SSLError, ValueError) as error:
        raise Problem("engine.tls_ciphers", value=wanted) from error


def _believe(context: ssl.SSLContext, name: str, path: Path) -> None:
    try:
        context.load_verify_locations(str(path))
    except ssl.SSLError as error:
        raise Problem("engine.tls_no_ca", path=name) from error
    except OSError as error:
        raise Problem("engine.no_file", path=name, reason=reason_of(error)) from error


def _unusable(error: ssl.SSLError, cert: str, key: str, *, asked: bool) -> Problem:
    if error.reason == "KEY_VALUES_MISMATCH":
        return Problem("engine.tls_key_of_another", cert=cert, key=key)
    if asked:
        return Problem("engine.tls_wrong_password", path=key)
    if error.reason in _TOO_WEAK:
        return Problem("engine.tls_too_weak", cert=cert)
    return Problem("engine.tls_unusable", cert=cert, key=key, reason=error.reason or error.args[-1])


_MADE: Final[dict[Path, tuple[int, int]]] = {}
"""Key logs that this process has made: device and number of their inodes."""


def new_keylog(path: Path) -> Path:
    """Make the file for a key log before OpenSSL opens it, which would let all users read it.

    Only its owner may; a link in its place is not followed. A file that this process has made
    before is used again.

    Raises:
        Problem: the file exists, or cannot be made.
    """
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
    try:
        if path in _MADE:
            found = path.lstat()
            if (found.st_dev, found.st_ino) == _MADE[path]:
                return path
        descriptor = os.open(path, flags, 0o600)
        made = os.fstat(descriptor)
        os.close(descriptor)
    except OSError as error:
        raise Problem("engine.tls_keylog", path=str(path), reason=reason_of(error)) from error
    except ValueError as error:  # a NUL, or a name that no file system can store
        raise Problem("engine.tls_keylog", path=ascii(str(path)), reason=str(error)) from error
    _MADE[path] = made.st_dev, made.st_ino
    return path
