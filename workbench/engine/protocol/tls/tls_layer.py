"""TlsLayer: TLS over a stream (RFC 8446, RFC 5246), with ssl between two memory BIOs.

tls.send|recv('client_hello' … | 'alert', name, fatal=)    each message of the handshake, each alert
tls.send|recv('data')       plain bytes of one turn; left out if a layer above logs them
tls.handshake(version, cipher, alpn=, sni=, trust=, resumed=)     with errno: why it failed;
alpn=None: none of those offered by this end was agreed on tls.end('close_notify' | 'truncated' |
'fault')
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from workbench.engine.model.commands import CloseTls
from workbench.engine.model.ending import Ending
from workbench.engine.model.layer_fault import TRUNCATED, VERIFY_FAILED, LayerFault
from workbench.engine.protocol.layer import (
    Action,
    Actions,
    Data,
    End,
    Layer,
    LayerRow,
    Opened,
    PeerFinished,
    ToApp,
    ToPeer,
)
from workbench.engine.protocol.tls.tls_context import ReadyTls
from workbench.engine.protocol.tls.tls_words import (
    ALERT,
    CERTIFICATE,
    CLOSE_NOTIFY,
    CONTENTS,
    EMPTY_CERTIFICATE,
    FATAL,
    HANDSHAKE,
    NO_CERTIFICATE,
    TICKET,
    alert_name,
    message_name,
)
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.layer_files import LayerFiles
    from workbench.engine.model.settings import EndpointSettings

_UNNAMED: Final = "TLS_FAILED"
"""The word for something that OpenSSL has no word for."""
_CLOSED: Final = "TLS_CLOSED"
"""... and for a handshake that the peer ended by close_notify."""
NO_ANSWER: Final = "TLS_NO_ANSWER"
UNFINISHED: Final = "TLS_UNFINISHED"
_NO_TLS: Final = "WRONG_VERSION_NUMBER"
"""For a handshake that took too long: no byte came, it stopped on the way, or what came is not
TLS.
"""
_RECORD: Final = 16384
"""Plain bytes of a record (RFC 8446 5.1)."""


class TlsLayer(Layer):
    """One end of one TLS connection."""

    name = "tls"
    word = "tls"
    binds = True

    def __init__(self, ready: ReadyTls) -> None:
        self._ready = ready
        self._noted = ready.noted
        self._count = [0, 0]
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._ssl = ready.wrap(self._in, self._out)
        self._open = False
        self._first = b""  # the first bytes received, which show whether it is TLS
        self._dead = False  # it failed: ssl is not called any more
        self._heard_end = False
        self._said_end = False
        self._asked: str | None = None  # the name that the client asked for
        self._alert: str | None = None  # the last fatal alert received
        # ... the last one received that was not fatal, except close_notify
        self._warning: str | None = None
        self._shown_none = False  # the server has asked for a certificate, and there is none
        self._logs_data = True

    def placed(self, below: Sequence[Layer], above: Sequence[Layer]) -> None:
        self._logs_data = not any(layer.logs_bytes for layer in above)
        self.joins = not self._logs_data  # fewer and larger records (RFC 8446 5.1)

    def start(self, now: float) -> Actions:
        return () if self._ready.server else self._handshake()

    def receive(self, data: Data, now: float) -> Actions:
        if self._dead or self._heard_end:
            return ()
        self._in.write(data)
        if self._open:
            return self._drained()
        self._first = self._first or bytes(data[:1])
        return self._handshake()

    def late(self) -> LayerRow:
        """The peer did not speak TLS, or said nothing: OpenSSL does not report fewer than five
        bytes.
        """
        word = UNFINISHED if self._first else NO_ANSWER
        if self._first and self._first[0] not in CONTENTS:
            word = _NO_TLS
        args = ", ".join(_keywords(self._parties()))
        return LayerRow("tls.handshake", args, errno=word, error=TimeoutError.__name__)

    def reset(self) -> Sequence[LayerRow]:
        return (LayerRow("tls.handshake", ", ".join(_keywords(self._parties()))),)

    def receive_end(self, now: float) -> Actions:
        if self._dead or self._heard_end:
            return ()
        if not self._open:
            return self._failed(ssl.SSLEOFError(), word="" if self._warning else TRUNCATED)
        self._heard_end = True
        row = LayerRow("tls.end", "'truncated'", errno=TRUNCATED, error="SSLEOFError")
        return (row, PeerFinished())

    def send(self, data: Data, now: float) -> Actions:
        if self._dead or self._said_end:
            row = LayerRow("tls.send", "'data'", errno="PROTOCOL_IS_SHUTDOWN", error="SSLError")
            return (row._replace(payload=bytes(data)),)
        if not len(data):
            return ()
        self._noted.count = self._count
        plain = memoryview(data)
        try:
            while plain:
                plain = plain[self._ssl.write(plain) :]
        except ssl.SSLError as error:
            return [*self._told(), *self._failed(error)]
        actions = self._told()
        if self._logs_data:
            taken = self._noted.taken(True) or None
            row = LayerRow("tls.send", "'data'", taken, payload=bytes(data), sent=True)
            actions.append(row)
        return [*actions, *self._to_peer()]

    def ask(self, request: object, now: float) -> Actions:
        """Send close_notify."""
        return self._say_end() if isinstance(request, CloseTls) else ()

    def refuses(self) -> Problem | None:
        return Problem("engine.tls_said_end") if self._said_end else None

    def close(self, now: float) -> Actions:
        return self._say_end() if self._ready.tls.close_notify else ()

    # -- the handshake ------------------------------------------------------------------------

    def _handshake(self) -> list[Action]:
        self._noted.count = self._count
        self._ready.asked = self._asked
        try:
            self._ssl.do_handshake()
        except ssl.SSLWantReadError:
            return [*self._told(), *self._to_peer()]
        except ssl.SSLError as error:
            return [*self._told(), *self._failed(error)]
        finally:
            self._asked = self._ready.asked
        self._open = True
        self._keep_session()
        actions = self._told()
        actions.append(
            LayerRow("tls.handshake", ", ".join(self._agreed()), sent=bool(self._out.pending))
        )
        return [*actions, *self._to_peer(), Opened(), *self._drained()]

    def _agreed(self) -> tuple[str, ...]:
        """What a finished handshake agreed on, as literals."""
        version, cipher = self._ssl.version() or "", self._ssl.cipher()
        ready = self._ready
        agreed = self._ssl.selected_alpn_protocol()
        facts: dict[str, object] = {"alpn": agreed or (None if ready.tls.alpn else "")}
        facts |= self._parties()
        if ready.trust is None and not ready.server:
            facts["verified"] = False
        if ready.server:
            facts["client"] = _subject(self._ssl)
        if self._ssl.session_reused:
            facts["resumed"] = True
        name = cipher[0] if cipher is not None else ""
        return (repr(version.removeprefix("TLSv")), repr(name), *_keywords(facts))

    def _parties(self) -> dict[str, object]:
        """The server name asked for, and the roots that were trusted."""
        ready = self._ready
        return {
            "sni": (self._asked if ready.server else ready.name) or "",
            "trust": ready.trust or "",
        }

    def _failed(self, error: ssl.SSLError, *, word: str = "") -> list[Action]:
        """Report a failed handshake: its row, OpenSSL's alert for the peer, and the end."""
        self._dead = True
        facts: dict[str, object] = {}
        if isinstance(error, ssl.SSLCertVerificationError):
            word = VERIFY_FAILED  # truststore has no message of its own
            facts = {"verify": getattr(error, "verify_code", 0), "reason": _reason_of(error)}
        ended = isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)
        alert = self._alert or (self._warning if ended else None)
        if alert is not None and not facts:
            facts = {"alert": alert}
            if self._shown_none and alert in NO_CERTIFICATE:
                facts["no_certificate"] = True
        told = _CLOSED if ended else _UNNAMED
        if alert is not None:
            told = f"TLSV1_ALERT_{alert.upper()}"
        word = word or getattr(error, "reason", None) or told
        if self._open:
            call, args = "tls.end", ("'fault'", *_keywords(facts))
        else:
            call, args = "tls.handshake", _keywords({**facts, **self._parties()})
        row = LayerRow(
            call,
            ", ".join(args),
            errno=word,
            error=type(error).__name__,
            sent=bool(self._out.pending),
        )
        return [row, *self._to_peer(), End(Ending.POLITE, word, LayerFault(word, call, row.args))]

    def _keep_session(self) -> None:
        """Keep the session, with which the next connection may resume (RFC 8446 2.2)."""
        if self._ready.tls.resume and not self._ready.server:
            self._ready.session = self._ssl.session

    # -- data ---------------------------------------------------------------------------------

    def _drained(self) -> list[Action]:
        """Everything that can be read now, in order: data in one piece up to the next message."""
        noted = self._noted
        noted.count = self._count
        actions: list[Action] = []
        pieces: list[bytes] = []
        taken = 0
        failure: ssl.SSLError | None = None
        ended = False
        while (self._in.pending or self._ssl.pending()) and not ended and failure is None:
            piece = b""
            try:
                piece = self._ssl.read(_RECORD)
                ended = not piece
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLZeroReturnError:
                ended = True
            except ssl.SSLError as error:
                failure = error
            if noted.messages:  # these came before this piece, and after those before it
                actions += self._handed_up(pieces, taken)
                actions += self._told()
                pieces, taken = [], 0
            if piece:
                pieces.append(piece)
                taken += noted.taken(False)
            elif not ended:
                break
        if self._out.pending and failure is None:
            actions += self._to_peer()  # first: what answers the data is written after it
        actions += self._handed_up(pieces, taken)
        if ended:
            self._heard_end = True
            actions += [LayerRow("tls.end", "'close_notify'"), PeerFinished()]
        if failure is not None:
            actions += self._failed(failure)
        return actions

    def _handed_up(self, pieces: list[bytes], taken: int) -> list[Action]:
        """Data, with the number of record bytes it came in."""
        if not pieces:
            return []
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        actions: list[Action] = [ToApp(data)]
        if self._logs_data:
            actions.insert(0, LayerRow("tls.recv", "'data'", taken or None, payload=data))
        return actions

    def _say_end(self) -> list[Action]:
        """Send close_notify once (RFC 8446 6.1)."""
        if not self._open or self._dead or self._said_end:
            return []
        self._said_end = True
        self._noted.count = self._count
        try:
            self._ssl.unwrap()
        except ssl.SSLError:  # it wants to read the peer's own first
            pass
        return [*self._told(), *self._to_peer()]

    def _to_peer(self) -> list[Action]:
        return [ToPeer(self._out.read())] if self._out.pending else []

    def _told(self) -> list[Action]:
        """The rows of the messages that OpenSSL has reported."""
        messages, self._noted.messages = self._noted.messages, []
        rows: list[Action] = []
        for written, content, data, count in messages:
            args = "'change_cipher_spec'"
            if content == HANDSHAKE:
                name = message_name(data)
                args = repr(name)
                if written and data[0] == CERTIFICATE:
                    self._shown_none = len(data) <= EMPTY_CERTIFICATE
                if name == TICKET and self._open:
                    self._keep_session()
            elif content == ALERT:
                level, alert = data[0], alert_name(data[1])
                args = f"'alert', {alert!r}"
                if level == FATAL:
                    args += ", fatal=True"
                    self._alert = self._alert if written else alert
                elif not written and alert != CLOSE_NOTIFY:
                    self._warning = alert
            call = "tls.send" if written else "tls.recv"
            rows.append(LayerRow(call, args, count, payload=data, sent=written, whole=True))
        return rows


class TlsMaker:
    """Makes the TLS layers of an endpoint's connections."""

    def __init__(self, settings: EndpointSettings, files: LayerFiles) -> None:
        """Raises Problem: a certificate, key or list that cannot be used."""
        self._ready = ReadyTls(settings, files)

    def __call__(self) -> TlsLayer:
        return TlsLayer(self._ready)

    def fits(self, settings: EndpointSettings) -> bool:
        """Whether these settings would make the same, given that no file has changed."""
        return self._ready.fits(settings)


def tls_maker(settings: EndpointSettings, files: LayerFiles, before: object) -> TlsMaker:
    """What makes the layers; the previous maker if it would be equal, since it holds the sessions.

    Raises:
        Problem: a certificate, key or list that cannot be used.
    """
    if isinstance(before, TlsMaker) and before.fits(settings):
        return before
    return TlsMaker(settings, files)


def _keywords(facts: dict[str, object]) -> tuple[str, ...]:
    """Keyword arguments as literals; empty ones are left out."""
    return tuple(f"{name}={value!r}" for name, value in facts.items() if value != "")


def _reason_of(error: ssl.SSLCertVerificationError) -> str:
    """OpenSSL's own words for an error."""
    return str(getattr(error, "verify_message", "") or error.args[-1])


def _subject(connection: ssl.SSLObject) -> str:
    """The subject of the peer's certificate; "": it showed none."""
    shown: dict[str, Any] = connection.getpeercert() or {}
    names: dict[str, str] = dict(pair for part in shown.get("subject", ()) for pair in part)
    return names.get("commonName", "?") if shown else ""
