"""The fields of TLS, WebSocket and proxy as typed, and the settings they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, fields, replace
from typing import Final, TypeVar

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.engine.model.web_address import LAYERS, TLS, WEBSOCKET
from workbench.engine.model.websocket_settings import (
    Deflate,
    PongMode,
    Violations,
    WebSocketSettings,
)
from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem, tr
from workbench.viewmodel import parse_fields
from workbench.viewmodel.known_values import NO_VALUES, KnownValues, with_values

PLAIN: Final = ""
LAYERED: Final[Mapping[str, tuple[str, ...]]] = {
    PLAIN: (),
    **{scheme: LAYERS[scheme] for scheme in ("tls", "ws", "wss")},
}
"""What can run over a stream, by the scheme of its addresses."""
_SPLIT: Final = late_pattern(r"[,\s]+")
NOTHING: Final = '""'
"""What is typed where an empty text means something else than none."""
RARER_TLS: Final = ("maximum", "ciphers", "sni", "keylog", "close_notify", "resume")
RARER_WEBSOCKET: Final = (
    "server_fresh", "client_fresh", "server_bits", "client_bits", "origin", "max_message",
    "fragment", "ping_timeout", "pong", "answer_close", "violations", "method", "version", "key",
    "status", "body", "accept", "choose",
)  # fmt: skip
"""Fields of the two that are folded away by themselves."""
TEST_ROOT: Final = "test:root"
"""What a client trusts that is to take a certificate of certificates.CertificateKind."""
_NOT_OF_ROOT: Final = frozenset({"test:self", "test:untrusted", "test:gap"})
"""Those that it does not vouch for, or not without an intermediate that is not sent."""
_LARGEST: Final = 1 << 40
_HANDSHAKE: Final = f"{EndpointSettings('c', Role.STREAM, address='@s').handshake_timeout:g}"
_USUAL: Final = WebSocketSettings()


def over_of(settings: EndpointSettings) -> str:
    """Which of LAYERED runs over an endpoint's stream."""
    there = {*settings.layers, *((WEBSOCKET,) if settings.websocket is not None else ())}
    over = tuple(layer for layer in LAYERED["wss"] if layer in there)
    return next(name for name, layers in LAYERED.items() if layers == over)


@dataclass(frozen=True, slots=True)
class TlsForm:
    """The fields of TLS; cert, key, ca and server_name may name values in braces.

    Attributes:
        cert, key, ca: as in the settings; "": none given.
        server_name: NOTHING: none is asked for; "": none given.
        alpn: protocols, separated by commas or spaces.
        key_password: of `key`; only in memory, and only until that is loaded.
        maximum: "": the newest there is.
        sni: "name = certificate", separated by semicolons.
        ciphers, keylog: "": none given.
    """

    cert: str = ""
    key: str = ""
    ca: str = ""
    server_name: str = ""
    verify: bool = True
    check_name: bool = True
    alpn: str = ""
    minimum: str = TlsVersion.V1_2.value
    ask_client: str = AskClient.NO.value
    key_password: str = field(default="", repr=False)
    maximum: str = ""
    ciphers: str = ""
    sni: str = ""
    keylog: str = ""
    close_notify: bool = True
    resume: bool = False

    def read(self, known: TlsSettings | None, values: KnownValues = NO_VALUES) -> TlsSettings:
        """The settings they describe; what no field shows is as in `known`.

        Raises Problem. `values`: those that may be named in braces.
        """

        def said(text: str) -> str | None:
            return with_values(text, values).strip() or None

        return replace(
            known or TlsSettings(),
            cert=said(self.cert),
            key=said(self.key),
            ca=said(self.ca),
            server_name=_or_nothing(with_values(self.server_name, values)),
            verify=self.verify,
            check_name=self.check_name,
            alpn=_words(self.alpn),
            minimum=TlsVersion(self.minimum),
            ask_client=AskClient(self.ask_client),
            key_password=self.key_password or self._let_go(known, values),
            maximum=TlsVersion(self.maximum) if self.maximum else None,
            ciphers=said(self.ciphers),
            sni=tuple(_pairs(with_values(self.sni, values))),
            keylog=_keylog(said(self.keylog)),
            close_notify=self.close_notify,
            resume=self.resume,
        )

    def _let_go(self, known: TlsSettings | None, values: KnownValues) -> str | None:
        """Whether the password of the same key was given and has been forgotten since."""
        files = tuple(with_values(text, values).strip() or None for text in (self.cert, self.key))
        if known is None or known.key_password or files != (known.cert, known.key):
            return None
        return known.key_password

    def bad(self, values: KnownValues) -> set[str]:
        """The fields that cannot be understood."""
        base = TlsForm(cert=self.cert, verify=False, minimum=self.minimum)
        return _bad(self, base, lambda form: form.read(None, values))


def _keylog(name: str | None) -> str | None:
    if name is not None:
        from workbench.scenario.layer_keys import check_keylog  # seldom needed

        check_keylog(name)
    return name


def _or_nothing(text: str) -> str | None:
    """The text; None: the field is empty."""
    shown = text.strip()
    return "" if shown == NOTHING else shown or None


def _show(value: str | None) -> str:
    return NOTHING if value == "" else value or ""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Names with their certificates. Raises Problem."""
    for part in filter(None, map(str.strip, text.split(";"))):
        name, equals, cert = map(str.strip, part.partition("="))
        if not (name and equals and cert):
            raise Problem("problem.sni_pair", value=part)
        yield name, cert


Part = TypeVar("Part", "TlsForm", "WebSocketForm")


def _bad(form: Part, base: Part, read: Callable[[Part], object]) -> set[str]:
    """The names of the fields that are wrong, each judged by itself."""
    found = set()
    for item in fields(form):
        value = getattr(form, item.name)
        try:
            read(replace(base, **{item.name: value}))
        except Problem:
            found.add(item.name)
    return found


class TypedHeader(NamedTuple):
    """A row of the table of headers, as typed.

    Attributes:
        drop: the header of this name is left out, although it would usually be sent; the value has
            no meaning.
    """

    name: str = ""
    value: str = ""
    drop: bool = False


@dataclass(frozen=True, slots=True)
class WebSocketForm:
    """The fields of WebSocket; path, headers and subprotocols may name values in braces.

    Attributes:
        subprotocols: separated by commas or spaces.
        headers: those that are sent besides the usual ones or in their place, in order, and those
            of the usual ones that are not.
        ping: seconds between pings; "": none.
        server_fresh, client_fresh: …_no_context_takeover; server_bits, client_bits:
            …_max_window_bits of permessage-deflate, "": none given.
        origin, key: "": none given. choose: NOTHING: none is named; "": the first that was offered.
        ping_timeout: "": unlimited.
    """

    path: str = ""
    subprotocols: str = ""
    headers: tuple[TypedHeader, ...] = ()
    deflate: bool = False
    ping: str = ""
    server_fresh: bool = False
    client_fresh: bool = False
    server_bits: str = ""
    client_bits: str = ""
    origin: str = ""
    max_message: str = str(_USUAL.max_message)
    fragment: str = str(_USUAL.fragment)
    ping_timeout: str = ""
    pong: str = _USUAL.pong.value
    answer_close: bool = _USUAL.answer_close
    violations: str = _USUAL.violations.value
    method: str = _USUAL.method
    version: str = _USUAL.version
    key: str = ""
    status: str = str(_USUAL.status)
    body: str = _USUAL.body
    accept: str = _USUAL.accept
    choose: str = ""

    def read(
        self, known: WebSocketSettings | None, values: KnownValues = NO_VALUES
    ) -> WebSocketSettings:
        """The settings they describe; what no field shows is as in `known`.

        Raises Problem. `values`: those that may be named in braces.
        """
        return replace(
            known or _USUAL,
            path=with_values(self.path, values).strip(),
            subprotocols=_words(with_values(self.subprotocols, values)),
            headers=tuple(
                (with_values(row.name, values), with_values(row.value, values))
                for row in self.headers
                if not row.drop
            ),
            drop=tuple(row.name for row in self.headers if row.drop),
            deflate=self._deflate() if self.deflate else None,
            ping_interval=_seconds(self.ping),
            origin=with_values(self.origin, values).strip() or None,
            max_message=parse_fields.parse_whole(self.max_message, least=1, most=_LARGEST),
            fragment=parse_fields.parse_whole(self.fragment, least=0, most=_LARGEST),
            ping_timeout=_seconds(self.ping_timeout),
            pong=PongMode(self.pong),
            answer_close=self.answer_close,
            violations=Violations(self.violations),
            method=self.method.strip(),
            version=self.version.strip(),
            key=self.key.strip() or None,
            status=parse_fields.parse_whole(self.status, least=100, most=999),
            body=with_values(self.body, values),
            accept=self.accept.strip(),
            choose=_or_nothing(self.choose),
        )

    def _deflate(self) -> Deflate:
        return Deflate(
            self.server_fresh, self.client_fresh, _bits(self.server_bits), _bits(self.client_bits)
        )

    def bad(self, values: KnownValues) -> set[str]:
        """The fields that cannot be understood."""
        return _bad(self, WebSocketForm(deflate=True), lambda form: form.read(None, values))


def _seconds(text: str) -> float | None:
    return parse_fields.parse_seconds(text) if text.strip() else None


def _bits(text: str) -> int | None:
    return parse_fields.parse_whole(text, least=8, most=15) if text.strip() else None


@dataclass(frozen=True, slots=True)
class LayerForm:
    """The layers chosen (one of LAYERED), and the fields of each.

    Attributes:
        proxy: for a client: what it goes through; "": it connects directly. It may name values.
        values: what the fields may name.
        handshake_timeout: for a server: seconds within which the layers must be open.
    """

    over: str = PLAIN
    tls: TlsForm = TlsForm()
    websocket: WebSocketForm = WebSocketForm()
    proxy: str = ""
    values: KnownValues = NO_VALUES
    handshake_timeout: str = _HANDSHAKE

    @property
    def layers(self) -> tuple[str, ...]:
        return LAYERED[self.over]

    def put_in(self, settings: EndpointSettings) -> EndpointSettings:
        """The settings with these layers; the settings of a layer that is no longer chosen stay
        only if a step or a rule may still begin it.

        Raises:
            Problem: a field cannot be understood.
        """
        others = tuple(name for name in settings.layers if name not in (TLS, WEBSOCKET))
        had_tls = TLS in settings.layers
        kept = None if had_tls else settings.tls
        return replace(
            settings,
            layers=(*((TLS,) if TLS in self.layers else ()), *others),
            tls=self.tls.read(settings.tls, self.values) if TLS in self.layers else kept,
            websocket=self.websocket.read(settings.websocket, self.values)
            if WEBSOCKET in self.layers
            else None,
            proxy=with_values(self.proxy, self.values).strip() or None,
            handshake_timeout=parse_fields.parse_seconds(self.handshake_timeout)
            if self.layers
            else settings.handshake_timeout,
        )

    @property
    def bad(self) -> frozenset[str]:
        """The fields that cannot be understood, as "tls.sni" and "websocket.headers"."""
        found = set()
        if TLS in self.layers:
            found |= {f"tls.{name}" for name in self.tls.bad(self.values)}
        if WEBSOCKET in self.layers:
            found |= {f"websocket.{name}" for name in self.websocket.bad(self.values)}
        try:
            parse_fields.parse_seconds(self.handshake_timeout)
        except Problem:
            found.add("handshake_timeout")
        return frozenset(found)

    def differences(self) -> list[str]:
        """What a person should know without opening the fields."""
        found = []
        if TLS in self.layers:
            if not self.tls.verify:
                found.append(tr("chips.tls_unverified"))
            elif not self.tls.check_name:
                found.append(tr("chips.tls_any_name"))
            if self.tls.cert:
                found.append(tr("chips.tls_cert", cert=self.tls.cert))
        if WEBSOCKET in self.layers:
            if self.websocket.path:
                found.append(self.websocket.path)
            if self.websocket.deflate:
                found.append("deflate")
        return [*found, *self._rarer()]

    def _rarer(self) -> Iterator[str]:
        """What differs from the default in fields that are seldom needed, as in a scenario."""
        for layer, part, names in (
            (TLS, self.tls, RARER_TLS),
            (WEBSOCKET, self.websocket, RARER_WEBSOCKET),
        ):
            if layer not in self.layers:
                continue
            for name in names:
                value = getattr(part, name)
                if value != getattr(type(part)(), name):
                    yield f"{name} = {str(value).lower() if isinstance(value, bool) else value}"


def layer_form(settings: EndpointSettings) -> LayerForm:
    """The form as it would have been typed for these settings."""
    tls = settings.tls or TlsSettings()
    websocket = settings.websocket or WebSocketSettings()
    return LayerForm(
        over_of(settings),
        _tls_form(tls),
        _websocket_form(websocket),
        settings.proxy or "",
        handshake_timeout=f"{settings.handshake_timeout:g}",
    )


def shows_test_certificate(server: EndpointSettings) -> bool:
    """Whether a server shows a certificate that TEST_ROOT vouches for: without it, nobody takes
    that.
    """
    shown = server.tls.cert if server.tls is not None else None
    return shown is not None and shown.startswith("test:") and shown not in _NOT_OF_ROOT


def spoken_with(form: LayerForm, server: EndpointSettings) -> LayerForm:
    """The form of a client that speaks what this server does; a path that it has stays."""
    path = server.websocket.path if server.websocket is not None else ""
    websocket = replace(form.websocket, path=form.websocket.path or path)
    return replace(form, over=over_of(server), websocket=websocket)


def _tls_form(tls: TlsSettings) -> TlsForm:
    return TlsForm(
        tls.cert or "",
        tls.key or "",
        tls.ca or "",
        _show(tls.server_name),
        tls.verify,
        tls.check_name,
        ", ".join(tls.alpn),
        tls.minimum.value,
        tls.ask_client.value,
        tls.key_password or "",
        tls.maximum.value if tls.maximum is not None else "",
        tls.ciphers or "",
        "; ".join(f"{name} = {cert}" for name, cert in tls.sni),
        tls.keylog or "",
        tls.close_notify,
        tls.resume,
    )


def _websocket_form(websocket: WebSocketSettings) -> WebSocketForm:
    deflate = websocket.deflate or Deflate()
    return WebSocketForm(
        websocket.path,
        ", ".join(websocket.subprotocols),
        (
            *(TypedHeader(name, value) for name, value in websocket.headers),
            *(TypedHeader(name, "", drop=True) for name in websocket.drop),
        ),
        websocket.deflate is not None,
        _number(websocket.ping_interval),
        deflate.server_no_context_takeover,
        deflate.client_no_context_takeover,
        _number(deflate.server_max_window_bits),
        _number(deflate.client_max_window_bits),
        websocket.origin or "",
        str(websocket.max_message),
        str(websocket.fragment),
        _number(websocket.ping_timeout),
        websocket.pong.value,
        websocket.answer_close,
        websocket.violations.value,
        websocket.method,
        websocket.version,
        websocket.key or "",
        str(websocket.status),
        websocket.body,
        websocket.accept,
        _show(websocket.choose),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def headers_of(text: str) -> tuple[tuple[str, str], ...]:
    """The headers in lines as a browser or curl shows them.

    Raises:
        Problem: a line has no colon.
    """
    found = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise Problem("problem.header_line", line=line)
        found.append((name.strip(), value.strip()))
    return tuple(found)


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, _SPLIT.split(text.strip())))
