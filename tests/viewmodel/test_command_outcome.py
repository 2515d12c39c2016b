"""What is said of a command whose call failed, and which call that was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.family import TCP
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, ChipState
from workbench.engine.model.ticket import Outcome
from workbench.viewmodel.command_outcome import failed_call, failure_sentence


def test_of_a_set_up_it_is_the_call_that_failed(talk: Talk) -> None:
    snapshot = talk.until("client", lambda snapshot: bool(snapshot.bytes_in))
    failed = Chip("setsockopt", "", ChipState.FAILED, errno="ENOPROTOOPT")
    strip = (Chip("socket", "", ChipState.DONE), failed, Chip("connect", "", ChipState.PLANNED))
    snapshot = replace(snapshot, strip=strip)
    assert failed_call(c.Connect("client"), snapshot) == "setsockopt"
    assert failed_call(c.Connect("client"), replace(snapshot, strip=())) == "connect"
    assert failed_call(c.Start("client"), replace(snapshot, strip=())) == "bind"


@pytest.mark.parametrize(("command", "stream", "datagram"), [
    (c.Recv("x"), "recv", "recvfrom"),
    (c.Step("x", c.Gate.RECEIVE), "recv", "recvfrom"),
    (c.Step("x", c.Gate.ACCEPT), "accept", "accept"),
    (c.Call("x", "getsockname"), "getsockname", "getsockname"),
    (c.Send("x", text="a"), "send", "send"),
    (c.Close("x"), "close", "close"),
])  # fmt: skip
def test_else_it_is_the_command_s_own(
    talk: Talk, command: c.Command, stream: str, datagram: str
) -> None:
    snapshot = talk.until("client", lambda snapshot: bool(snapshot.bytes_in))
    assert failed_call(command, snapshot) == stream
    udp = EndpointSettings("client", Role.DATAGRAM, type="SOCK_DGRAM", address="127.0.0.1:9")
    assert failed_call(command, replace(snapshot, settings=udp)) == datagram


def test_the_sentence_names_call_and_error() -> None:
    said = failure_sentence(Outcome(False, "ECONNREFUSED", "ConnectionRefusedError"), "connect",
                            TCP).show()  # fmt: skip
    assert "connect" in said
    assert "ECONNREFUSED" in said
