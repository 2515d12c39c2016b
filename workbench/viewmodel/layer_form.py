"""The fields of TLS and WebSocket as people type them, and the settings that they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.engine.model.web_address import LAYERS, TLS, WEBSOCKET
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.texts import Problem, tr
from workbench.viewmodel import parse_fields
from workbench.viewmodel.known_values import NO_VALUES, KnownValues, with_values

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings

PLAIN: Final = ""
LAYERED: Final[Mapping[str, tuple[str, ...]]] = {
    PLAIN: (),
    **{scheme: LAYERS[scheme] for scheme in ("tls", "ws", "wss")},
}
"""What can stand over a stream, by the scheme of its addresses."""
_SPLIT: Final = re.compile(r"[,\s]+")


def over_of(settings: EndpointSettings) -> str:
    """Which of LAYERED stands over an endpoint's stream."""
    there = {*settings.layers, *((WEBSOCKET,) if settings.websocket is not None else ())}
    over = tuple(layer for layer in LAYERED["wss"] if layer in there)
    return next(name for name, layers in LAYERED.items() if layers == over)


@dataclass(frozen=True, slots=True)
class TlsForm:
    """The fields of TLS.

    Attributes:
        cert, key, ca, server_name: as in the settings; "": not said.
        alpn: protocols, with commas or spaces between.
        key_password: of `key`; in memory alone.
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

    def read(self, known: TlsSettings | None) -> TlsSettings:
        """What they mean; what no field shows is as in `known`. Raises Problem."""
        return replace(
            known or TlsSettings(),
            cert=self.cert.strip() or None,
            key=self.key.strip() or None,
            ca=self.ca.strip() or None,
            server_name=self.server_name.strip() or None,
            verify=self.verify,
            check_name=self.check_name,
            alpn=_words(self.alpn),
            minimum=TlsVersion(self.minimum),
            ask_client=AskClient(self.ask_client),
            key_password=self.key_password or None,
        )


class TypedHeader(NamedTuple):
    """A row of the table of headers.

    Attributes:
        drop: the header of this name that would be sent anyway is not; the value says nothing.
    """

    name: str = ""
    value: str = ""
    drop: bool = False


@dataclass(frozen=True, slots=True)
class WebSocketForm:
    """The fields of WebSocket.

    Attributes:
        subprotocols: with commas or spaces between.
        headers: those that are sent beside the usual ones or in their place, in order, and those
            of the usual ones that are not.
        ping: seconds between pings; "": none.
    """

    path: str = ""
    subprotocols: str = ""
    headers: tuple[TypedHeader, ...] = ()
    deflate: bool = False
    ping: str = ""

    def read(
        self, known: WebSocketSettings | None, values: KnownValues = NO_VALUES
    ) -> WebSocketSettings:
        """What they mean; what no field shows is as in `known`. Raises Problem.

        `values`: what path and headers may name in braces.
        """
        before = known or WebSocketSettings()
        return replace(
            before,
            path=with_values(self.path, values).strip(),
            subprotocols=_words(self.subprotocols),
            headers=tuple(
                (with_values(row.name, values), with_values(row.value, values))
                for row in self.headers
                if not row.drop
            ),
            drop=tuple(row.name for row in self.headers if row.drop),
            deflate=(before.deflate or Deflate()) if self.deflate else None,
            ping_interval=parse_fields.parse_seconds(self.ping) if self.ping.strip() else None,
        )


@dataclass(frozen=True, slots=True)
class LayerForm:
    """What stands over the stream, one of LAYERED, and the fields of each.

    Attributes:
        proxy: of a client: what it goes through; "": it goes itself.
        values: what path and headers may name.
    """

    over: str = PLAIN
    tls: TlsForm = TlsForm()
    websocket: WebSocketForm = WebSocketForm()
    proxy: str = ""
    values: KnownValues = NO_VALUES

    @property
    def layers(self) -> tuple[str, ...]:
        return LAYERED[self.over]

    def put_in(self, settings: EndpointSettings) -> EndpointSettings:
        """The settings with these layers; of a layer that no longer stands there, what was set
        stays only where a step or a rule may still begin it.

        Raises:
            Problem: a field cannot be understood.
        """
        others = tuple(name for name in settings.layers if name not in (TLS, WEBSOCKET))
        had_tls = TLS in settings.layers
        kept = None if had_tls else settings.tls
        return replace(
            settings,
            layers=(*((TLS,) if TLS in self.layers else ()), *others),
            tls=self.tls.read(settings.tls) if TLS in self.layers else kept,
            websocket=self.websocket.read(settings.websocket, self.values)
            if WEBSOCKET in self.layers
            else None,
            proxy=self.proxy.strip() or None,
        )

    @property
    def fault(self) -> Problem | None:
        """Why it cannot be understood; None: it can."""
        try:
            if TLS in self.layers:
                self.tls.read(None)
            if WEBSOCKET in self.layers:
                self.websocket.read(None, self.values)
        except Problem as problem:
            return problem
        return None

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
        return found


def layer_form(settings: EndpointSettings) -> LayerForm:
    """Settings as they would have been typed."""
    tls = settings.tls or TlsSettings()
    websocket = settings.websocket or WebSocketSettings()
    interval = websocket.ping_interval
    return LayerForm(
        over_of(settings),
        TlsForm(
            tls.cert or "",
            tls.key or "",
            tls.ca or "",
            tls.server_name or "",
            tls.verify,
            tls.check_name,
            ", ".join(tls.alpn),
            tls.minimum.value,
            tls.ask_client.value,
            tls.key_password or "",
        ),
        WebSocketForm(
            websocket.path,
            ", ".join(websocket.subprotocols),
            (
                *(TypedHeader(name, value) for name, value in websocket.headers),
                *(TypedHeader(name, "", drop=True) for name in websocket.drop),
            ),
            websocket.deflate is not None,
            "" if interval is None else f"{interval:g}",
        ),
        settings.proxy or "",
    )


def headers_of(text: str) -> tuple[tuple[str, str], ...]:
    """The headers of some lines, as a browser or curl shows them.

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
