"""Options of `listen` and `connect` for ws://, wss:// and tls://, as endpoint settings."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Final

from workbench.cli.key_password import asked_key_password, key_password_of
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.engine.model.web_address import TLS, WEBSOCKET, parse_web
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.named_tuple import NamedTuple
from workbench.payload.notation import encode
from workbench.texts import Problem, tr

_OF_WEBSOCKET: Final = ("header", "subprotocol", "origin", "deflate", "binary", "status")
_OF_TLS: Final = (
    "ca", "client_ca", "cert", "key", "key_password", "insecure", "server_name", "alpn",
    "tls_min", "tls_max",
)  # fmt: skip
_VERSIONS: Final = [str(version) for version in TlsVersion]
_TALK: Final = ("ping", "close")
"""Options of the talk that only a WebSocket has."""


class Web(NamedTuple):
    """Where an address on the command line leads, and which layers it has.

    Attributes:
        address: the address of the socket.
    """

    address: str
    layers: tuple[str, ...] = ()
    websocket: WebSocketSettings | None = None
    tls: TlsSettings | None = None
    proxy: str | None = None

    def on(self, settings: EndpointSettings) -> EndpointSettings:
        """The endpoint's settings with all of that applied. Raises Problem: they do not fit it."""
        if self.layers and settings.role is Role.DATAGRAM:
            raise Problem("cli.web_udp")
        return replace(
            settings,
            layers=self.layers,
            websocket=self.websocket,
            tls=self.tls,
            proxy=self.proxy,
        )


def add_common_options(parser: argparse.ArgumentParser, *, talks: bool = True) -> None:
    """Add the options of both sides; without `talks` only those about the opening."""
    group = parser.add_argument_group(tr("cli.web_group"))
    group.add_argument(
        "--header", action="append", metavar="K:V", default=None, help=tr("cli.help_header")
    )
    group.add_argument(
        "--subprotocol", action="append", metavar="P", default=None, help=tr("cli.help_subprotocol")
    )
    group.add_argument("--origin", metavar="O", help=tr("cli.help_origin"))
    if talks:
        group.add_argument("--deflate", action="store_true", help=tr("cli.help_deflate"))
        group.add_argument("--binary", action="store_true", help=tr("cli.help_binary"))
    group.add_argument("--ca", metavar="FILE|test:root", help=tr("cli.help_ca"))
    group.add_argument("--cert", metavar="FILE|test:NAME", help=tr("cli.help_cert"))
    group.add_argument("--key", metavar="FILE", help=tr("cli.help_key"))
    group.add_argument(
        "--key-password", metavar="env:NAME|file:FILE", help=tr("cli.help_key_password")
    )
    group.add_argument(
        "--alpn", action="append", metavar="P", default=None, help=tr("cli.help_alpn")
    )
    for end in ("min", "max"):
        group.add_argument(f"--tls-{end}", choices=_VERSIONS, help=tr(f"cli.help_tls_{end}"))


def add_client_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the side that connects."""
    parser.add_argument("--insecure", action="store_true", help=tr("cli.help_insecure"))
    parser.add_argument("--server-name", metavar="NAME", help=tr("cli.help_server_name"))
    parser.add_argument("--proxy", metavar="URL", help=tr("cli.help_proxy"))


def add_server_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the side that listens."""
    parser.add_argument("--client-ca", metavar="FILE|test:root", help=tr("cli.help_client_ca"))


def status(text: str) -> int:
    """The type of --status. Raises ArgumentTypeError, as argparse expects."""
    if text.isdecimal() and 100 <= int(text) <= 999:
        return int(text)
    raise argparse.ArgumentTypeError(tr("engine.ws_status", value=text))


def web_of(args: argparse.Namespace) -> Web:
    """The address and options combined.

    Raises:
        Problem: an option that has no meaning here, or a value that no setting can have.
    """
    proxy = getattr(args, "proxy", None)
    found = parse_web(args.address)
    layers = () if found is None else found.layers
    for options, layer, told in (
        (_OF_WEBSOCKET, WEBSOCKET, "cli.needs_websocket"),
        (_OF_TLS, TLS, "cli.needs_tls"),
    ):
        said = next((name for name in options if getattr(args, name, None)), None)
        if said is not None and layer not in layers:
            raise Problem(told, option=f"--{said.replace('_', '-')}")
    talked = next((kind for kind, _ in getattr(args, "talk", ()) if kind in _TALK), None)
    if talked is not None and WEBSOCKET not in layers:
        raise Problem("cli.needs_websocket", option=f"--{talked}")
    if found is None:
        return Web(args.address, proxy=proxy)
    websocket = _websocket(args, found.path) if WEBSOCKET in layers else None
    usual = WebSocketSettings()
    return Web(
        found.address,
        layers,
        None if websocket == usual else websocket,
        _tls(args) if TLS in layers else None,
        proxy,
    )


def _websocket(args: argparse.Namespace, path: str) -> WebSocketSettings:
    return WebSocketSettings(
        path=path,
        subprotocols=tuple(args.subprotocol or ()),
        origin=args.origin,
        headers=tuple(map(_header, args.header or ())),
        deflate=Deflate() if getattr(args, "deflate", False) else None,
        status=getattr(args, "status", None) or 101,
    )


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise Problem("cli.not_header", value=text)
    return name.strip(), value.strip()


def _tls(args: argparse.Namespace) -> TlsSettings | None:
    insecure = bool(getattr(args, "insecure", False))
    if args.key_password is not None:
        password: str | None = key_password_of(args.key_password)
    else:
        password = (
            None if getattr(args, "scenario", False) else asked_key_password(args.cert, args.key)
        )
    clients = getattr(args, "client_ca", None)
    if clients is not None and args.ca is not None:
        raise Problem("cli.two_cas")
    made = TlsSettings(
        cert=args.cert,
        key=args.key,
        key_password=password,
        ca=args.ca if clients is None else clients,
        ask_client=AskClient.NO if clients is None else AskClient.REQUIRED,
        server_name=getattr(args, "server_name", None),
        verify=not insecure,
        check_name=not insecure,
        minimum=TlsVersion(args.tls_min) if args.tls_min else _lowest(args.tls_max),
        maximum=TlsVersion(args.tls_max) if args.tls_max else None,
        alpn=tuple(args.alpn or ()),
    )
    return None if made == TlsSettings() else made


def _lowest(most: str | None) -> TlsVersion:
    """The lowest version if none was given: the usual one, or the highest if that is lower."""
    usual = TlsSettings().minimum
    return usual if most is None else min(usual, TlsVersion(most))


def ping_of(endpoint: str, text: str) -> c.Ping:
    """The payload that --ping asks for. Raises Problem: it does not fit into a control frame."""
    if len(encode(text, "utf-8")) > 125:
        raise Problem("cli.ping_too_long")
    return c.Ping(endpoint, text or None)


def close_of(endpoint: str, text: str) -> c.CloseWebSocket:
    """The code and reason that --close asks for: CODE or CODE:REASON. Raises Problem."""
    code, _, reason = text.partition(":")
    if not code.isdecimal() or int(code) > 65535:
        raise Problem("scenario.close_code", value=text)
    if len(encode(reason, "utf-8")) > 123:
        raise Problem("cli.ping_too_long")
    return c.CloseWebSocket(endpoint, int(code), reason)
