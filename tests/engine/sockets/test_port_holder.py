"""Who has a port: real sockets, of this process and of another one."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from workbench.engine.sockets.port_holder import in_time_wait, port_holder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

OTHER = """
import socket, sys
held = socket.create_server(("127.0.0.1", 0))
print(held.getsockname()[1], flush=True)
sys.stdin.read()
"""


def test_the_program_that_listens_is_found_by_its_process() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        found = port_holder(socket.AF_INET, socket.SOCK_STREAM, "127.0.0.1", port)
        everywhere = port_holder(socket.AF_INET, socket.SOCK_STREAM, "0.0.0.0", port)
        elsewhere = port_holder(socket.AF_INET, socket.SOCK_STREAM, "127.0.0.2", port)
        assert other.stdin is not None
        other.stdin.close()
    assert found is not None
    assert (found.local, found.pid) == (f"127.0.0.1:{port}", other.pid)
    assert found.name.startswith("python")
    assert everywhere == found
    assert elsewhere is None


def test_a_datagram_socket_holds_no_port_of_streams() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as held:
        held.bind(("::1", 0))
        port = held.getsockname()[1]
        assert port_holder(socket.AF_INET6, socket.SOCK_STREAM, "::1", port) is None
        found = port_holder(socket.AF_INET6, socket.SOCK_DGRAM, "::1", port)
    assert found is not None
    assert found.local == f"[::1]:{port}"


def test_a_connection_that_was_closed_first_here_rests() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        client = socket.create_connection((host, port))
        accepted, _ = listening.accept()
        accepted.close()
        assert client.recv(1) == b""
        client.close()
    assert in_time_wait(socket.AF_INET, socket.SOCK_STREAM, host, port) == 1
    assert port_holder(socket.AF_INET, socket.SOCK_STREAM, host, port) is None
