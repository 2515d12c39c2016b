"""What is said of a command whose call failed, and which call that was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.family import TCP
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, ChipState, EndpointSnapshot
from workbench.engine.model.ticket import Outcome, Ticket
from workbench.texts import Problem
from workbench.viewmodel.command_outcome import (
    failed_call,
    failure_sentence,
    is_start,
    outcome_message,
)
from workbench.viewmodel.message import ErrorMessage, StatusMessage


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


def told_of(
    snapshot: EndpointSnapshot, outcome: Outcome | None, command: c.Command
) -> StatusMessage | None:
    ticket = Ticket(command)
    ticket.outcome = outcome
    return outcome_message(ticket, snapshot, TCP, lambda _command, errno: errno, server=False)


def test_a_message_says_what_became_of_a_command(talk: Talk) -> None:
    snapshot = talk.until("client", lambda snapshot: bool(snapshot.bytes_in))
    connect = c.Connect("client")
    assert told_of(snapshot, None, connect) is None
    assert told_of(snapshot, Outcome(True), connect) is None
    failed = told_of(snapshot, Outcome(False, "ECONNREFUSED", "ConnectionRefusedError"), connect)
    assert failed is not None
    assert (failed.level, failed.why, failed.way_out) == ("bad", True, "ECONNREFUSED")
    refused = told_of(snapshot, Outcome(False, problem=Problem("why.no_peer")), connect)
    assert refused is not None
    assert (refused.level, refused.why, refused.way_out) == ("bad", False, None)
    assert isinstance(refused.text, ErrorMessage)
    ended = Outcome(False, problem=Problem("engine.stopped_meanwhile"))
    assert told_of(snapshot, ended, c.Recv("client")) is None  # what it waited on was ended by us
    assert told_of(snapshot, ended, connect) is not None


def test_what_opens_a_socket_is_a_start() -> None:
    starts: list[c.Command] = [c.Start("x"), c.Connect("x"), c.Listen("x")]
    assert all(map(is_start, starts))
    assert not is_start(c.Stop("x"))
