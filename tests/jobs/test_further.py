"""Further talks with real programs, written from the README: other servers, other ends of them.

Where the program is a client, the scenario begins it, and gives it what it reads.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import pytest

from tests import servers
from tests.free_port import free_port
from tests.peers import program, run

FOLDER: Final = Path(__file__).parent / "further"
CLIENTS: Final = {
    "pop3-server": "python3",
    "imap-server": "python3",
    "smtp-starttls": "python3",
    "socks-server": "curl",
    "openssl-client": "openssl",
}
"""Talks whose other end the scenario begins, and the program."""


def talk(name: str) -> Path:
    return FOLDER / f"{name}.toml"


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_that_the_scenario_begins_is_content_with_our_server(name: str) -> None:
    program(CLIENTS[name])
    run(talk(name), "--allow-run")


@pytest.mark.parametrize("name", ["redis-pubsub", "mqtt-will", "postgres-notify", "ftp-active"])
def test_a_server_is_talked_to(name: str, tmp_path: Path) -> None:
    makers: dict[str, AbstractContextManager[int]] = {
        "redis-pubsub": servers.redis(tmp_path),
        "mqtt-will": servers.mosquitto(tmp_path),
        "postgres-notify": servers.postgres(),
        "ftp-active": servers.vsftpd(tmp_path),
    }
    with makers[name] as port:
        run(talk(name), f"--set=port={port}")


def test_haproxy_says_in_front_whose_connection_it_is() -> None:
    program("haproxy")
    run(talk("proxy-protocol"), "--allow-run", f"--set=port={free_port()}")


def test_nginx_asks_our_application_for_a_page(tmp_path: Path) -> None:
    program("nginx")
    given = (f"--set=port={free_port()}", f"--set=folder={tmp_path}")
    run(talk("fastcgi"), "--allow-run", *given)
