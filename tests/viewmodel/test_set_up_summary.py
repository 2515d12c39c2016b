"""The line that stands for the folded fields says what was set up, and what differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.viewmodel.default_endpoints import client, server
from workbench.viewmodel.set_up_summary import client_summary, server_summary
from workbench.viewmodel.setup_form import client_form, server_form


@pytest.mark.parametrize(
    ("settings", "summary"),
    [
        (server("server-1"), "IPv4 TCP 127.0.0.1:23333 · backlog 128 · greet, then echo"),
        (
            replace(server("s"), timeout=1.5, backlog=2),
            "IPv4 TCP 127.0.0.1:23333 · backlog 2 · timeout 1.5 s · greet, then echo",
        ),
        (
            EndpointSettings("d", Role.DATAGRAM, "AF_INET6", "SOCK_DGRAM", address="[::1]:9000"),
            "IPv6 UDP [::1]:9000 · nothing",
        ),
        (
            EndpointSettings("u", Role.LISTENER, "AF_UNIX", address="/run/talk", backlog=5),
            "Unix stream /run/talk · backlog 5 · nothing",
        ),
    ],
)
def test_of_a_server(settings: EndpointSettings, summary: str) -> None:
    assert " · ".join(server_summary(server_form(settings))) == summary


@pytest.mark.parametrize(
    ("settings", "summary"),
    [
        (client("client-1", "server-1"), "IPv4 TCP @server-1 · timeout 3.0 s"),
        (
            replace(client("c", None), layers=("tls",), count=6, bufsize=1),
            "IPv4 TLS 127.0.0.1:23333 · timeout 3.0 s · recv size 1 · clients 6 · from :0",
        ),
    ],
)
def test_of_a_client(settings: EndpointSettings, summary: str) -> None:
    differences = ["from :0"] if "from" in summary else []
    assert " · ".join(client_summary(client_form(settings), differences)) == summary


def test_a_timeout_that_is_none_is_shown_as_it_was_typed() -> None:
    form = server_form(server("s"))
    form = replace(form, set_up=replace(form.set_up, timeout="soon"))
    assert "timeout soon" in server_summary(form)
