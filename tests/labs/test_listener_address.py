"""An address as it is asked for, as bind() takes it, and as connect() finds it again."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from workbench.engine.sockets.kernel_readings import LINUX
from workbench.labs.backlog_data import FAMILIES, Family
from workbench.labs.listener_address import address, port_of, sockaddr, sockaddr_of
from workbench.session import Session


@pytest.mark.parametrize("family", Family)
def test_what_is_bound_can_be_reached(tmp_path: Path, family: Family) -> None:
    with Session(tmp_path / "r.swb") as session:
        place = sockaddr(family, session)
        assert isinstance(place, str | tuple)
        with socket.socket(getattr(socket, FAMILIES[family])) as listener:
            listener.bind(place)
            listener.listen()
            name = listener.getsockname()
            if family is not Family.UNIX:
                host, port = name[:2]
                spec = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                assert port_of(spec) == port
            else:
                spec = f"abstract:{name[1:].decode()}" if LINUX else name
            there = sockaddr_of(spec, family)
            assert isinstance(there, str | tuple)
            with socket.socket(listener.family) as client:
                client.connect(there)


def test_no_two_local_listeners_share_a_name() -> None:
    assert address(Family.UNIX) != address(Family.UNIX)
