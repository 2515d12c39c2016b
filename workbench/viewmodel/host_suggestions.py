"""Suggestions for host fields: this machine's addresses with their reach, and our endpoints."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.engine.model.options import UNSPECIFIED
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.texts import tr

Offer = tuple[str, str]


def bind_hosts(family: str) -> list[Offer]:
    """Addresses to bind to, with what can reach them."""
    if family == "AF_UNIX":
        return [
            ("temp:server", tr("host.temp")),
            ("abstract:socket-workbench", tr("host.abstract")),
            ("/tmp/server.sock", tr("host.path")),  # noqa: S108 - an example to edit
        ]
    if family == "AF_INET6":
        return [("::1", tr("host.loopback")), ("::", tr("host.every"))]
    return [
        ("127.0.0.1", tr("host.loopback")),
        ("0.0.0.0", tr("host.every")),  # noqa: S104 - a choice, bound only where it is taken
        ("hostname", tr("host.hostname")),
    ]


def every(address: str) -> str:
    """The wildcard address with which a socket of this machine is bound, if others see it as this
    loopback address; "": for any other address.
    """
    host, _, port = address.rpartition(":")
    if host.startswith("127."):
        return f"0.0.0.0:{port}"
    return f"[::]:{port}" if host == "[::1]" else ""


def peer_hosts(family: str, others: Iterable[EndpointSettings]) -> list[Offer]:
    """Links to our own servers first, then addresses of this machine."""
    links = [
        (f"@{other.name}", tr("host.link", name=other.name))
        for other in others
        if other.role is not Role.STREAM and other.address
    ]
    if family == "AF_UNIX":
        return [*links, ("/tmp/server.sock", tr("host.path"))]  # noqa: S108 - the name of a socket, to be changed
    if family == "AF_INET6":
        return [*links, ("::1", tr("host.loopback"))]
    if family == UNSPECIFIED:
        return [
            *links,
            ("localhost", tr("host.localhost")),
            ("127.0.0.1", tr("host.loopback")),
            ("::1", tr("host.loopback")),
        ]
    return [*links, ("127.0.0.1", tr("host.loopback")), ("localhost", tr("host.localhost"))]
