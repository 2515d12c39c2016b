"""What a script reads of the kernel."""

from __future__ import annotations

import socket
import sys

import pytest

from workbench.scenario.script_help.looking import look_until, reading

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="TCP_INFO is Linux's here")


def test_states_and_numbers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        look_until(listener, 0, state="LISTEN")
        with socket.create_connection(listener.getsockname()) as client:
            look_until(listener, 30, field="unacked", least=1, most=1)
            server, _peer = listener.accept()
            with server:
                client.sendall(b"12345")
                look_until(server, 30, field="unread", least=5)
                assert reading(client)["state"] == "ESTABLISHED"
                with pytest.raises(AssertionError, match="CLOSE_WAIT"):
                    look_until(client, 0, state="CLOSE_WAIT")
