"""What is planned is what a set-up makes and what the same scenario as Python code makes."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.conftest import Do, Rows
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.planned_calls import (
    BindCall,
    OptionCall,
    Purpose,
    SocketCall,
    own_address,
    planned_calls,
)
from workbench.engine.model.settings import EndpointSettings, Pace, Role
from workbench.engine.model.snapshot import ChipState
from workbench.scenario.code import to_python
from workbench.scenario.steps import Perform, Scenario
from workbench.session import Session
from workbench.viewmodel.planned_strip import PlannedStrip, planned_chips
from workbench.viewmodel.setup_form import server_form

REUSE = (("SO_REUSEADDR", 1),)
SET_UPS: dict[str, tuple[EndpointSettings, Purpose, c.Command]] = {
    "listener": (
        EndpointSettings(
            "it", Role.LISTENER, "AF_INET6", address="[::1]:0", dual_stack=True, options=REUSE
        ),
        Purpose.START,
        c.Start("it"),
    ),
    "listener with a protocol": (
        EndpointSettings(
            "it", Role.LISTENER, protocol=socket.IPPROTO_TCP, address="127.0.0.1:0", backlog=7
        ),
        Purpose.START,
        c.Start("it"),
    ),
    "client": (
        EndpointSettings(
            "it", Role.STREAM, address="@peer", bind="127.0.0.1:0", options=(("TCP_NODELAY", 1),)
        ),
        Purpose.CONNECT,
        c.Connect("it"),
    ),
    "client by hand": (
        EndpointSettings("it", Role.STREAM, address="@peer", bind="127.0.0.1:0"),
        Purpose.START,
        c.Start("it"),
    ),
    "UDP bound": (
        EndpointSettings("it", Role.DATAGRAM, address="127.0.0.1:0", options=REUSE),
        Purpose.START,
        c.Start("it"),
    ),
    "UDP bound elsewhere": (
        EndpointSettings("it", Role.DATAGRAM, address="@udp", bind="127.0.0.1:0"),
        Purpose.START,
        c.Start("it"),
    ),
    "UDP connected": (
        EndpointSettings("it", Role.DATAGRAM, address="@udp", bind="127.0.0.1:0", options=REUSE),
        Purpose.CONNECT,
        c.Connect("it"),
    ),
    "UDP sending": (
        EndpointSettings("it", Role.DATAGRAM, address="@udp", options=REUSE),
        Purpose.SEND,
        c.Send("it", text="ping"),
    ),
}

_NO_BUTTON = {"client by hand", "UDP connected"}
"""What no button of the window begins with nothing open: a datagram client's plan is its Send."""


@pytest.fixture
def peers(session: Session, do: Do) -> None:
    session.add(EndpointSettings("peer", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("udp", Role.DATAGRAM, address="127.0.0.1:0"))
    assert do(c.Start("peer")).ok
    assert do(c.Start("udp")).ok


def shown_as(settings: EndpointSettings, purpose: Purpose) -> list[str]:
    """The planned calls as a log shows them: an option has its level before it."""
    return [
        f"setsockopt {each.text}" if isinstance(each, OptionCall) else each.call
        for each in planned_calls(settings, purpose)
    ]


@pytest.mark.usefixtures("peers")
@pytest.mark.parametrize("case", SET_UPS)
def test_a_set_up_makes_what_is_planned(session: Session, do: Do, rows: Rows, case: str) -> None:
    settings, purpose, command = SET_UPS[case]
    session.add(settings)
    assert do(command).errno in {None, "EINPROGRESS"}
    made = [row for row in rows("it") if row.call not in {"sendto", "accept"}]
    assert [
        f"setsockopt {row.args.partition(', ')[2]}" if row.call == "setsockopt" else row.call
        for row in made
    ] == shown_as(settings, purpose)
    first = planned_calls(settings, purpose)[0]
    assert isinstance(first, SocketCall)
    assert made[0].args == first.text
    assert "0" not in first.text or settings.protocol


@pytest.mark.parametrize("case", SET_UPS)
def test_python_code_makes_what_is_planned(case: str) -> None:
    settings, purpose, command = SET_UPS[case]
    others = (
        EndpointSettings("peer", Role.LISTENER, address="127.0.0.1:0"),
        EndpointSettings("udp", Role.DATAGRAM, address="127.0.0.1:0"),
    )
    code = to_python(Scenario("it", (settings, *others), (Perform(command),)))
    compile(code, "script", "exec")
    code = code.replace("Noted('it', ", "socket.socket(")  # the same, and keeps what it comes to
    made = re.findall(r"^ *it(?:\.(\w+)\(| = socket\.(socket)\()", code, re.MULTILINE)
    calls = [bound or other for bound, other in made]
    left_out = {"settimeout", "sendto", "getsockname"}
    assert [call for call in calls if call not in left_out] == [
        each.call for each in planned_calls(settings, purpose)
    ]
    if settings.protocol:
        assert f"socket.SOCK_STREAM, {settings.protocol})" in code
    if settings.dual_stack:
        assert "it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)" in code


@pytest.mark.usefixtures("peers")
@pytest.mark.parametrize("case", [case for case in SET_UPS if case not in _NO_BUTTON])
def test_the_strip_shows_before_what_it_shows_afterwards(
    session: Session, do: Do, case: str
) -> None:
    settings, purpose, command = SET_UPS[case]
    server = purpose is Purpose.START
    where = session.link
    before = [
        (chip.call, chip.args)
        for chip in planned_chips(settings, server=server, where=where)
        if chip.call in {"socket", "setsockopt", "bind", "listen", "connect"}
    ]
    session.add(settings)
    do(command)
    after = fresh(session, "it").strip
    assert all(chip.state is ChipState.DONE for chip in after)
    unknown = re.compile(r"(127\.0\.0\.1', |::1', )\d+")  # the kernel has chosen a port
    assert [(chip.call, unknown.sub(r"\1…", chip.args)) for chip in after] == [
        (call, unknown.sub(r"\1…", args)) for call, args in before
    ]


@pytest.mark.usefixtures("peers")
def test_udp_connect_is_a_call_of_its_set_up(session: Session, do: Do, rows: Rows) -> None:
    session.add(EndpointSettings("it", Role.DATAGRAM, address="@udp", calls=Pace.STEP))
    assert do(c.Connect("it")).ok
    assert [chip.call for chip in fresh(session, "it").strip] == ["socket", "connect"]
    assert do(c.Step("it", c.Gate.CALLS)).ok
    assert [row.call for row in rows("it")] == ["socket"]
    assert do(c.Step("it", c.Gate.CALLS)).ok
    assert [row.call for row in rows("it")] == ["socket", "connect"]
    assert fresh(session, "it").strip[-1].state is ChipState.DONE
    assert do(c.SetPace("it", Pace.AT_ONCE)).ok
    assert do(c.Connect("it")).ok  # another time, with the socket that is there
    assert [chip.call for chip in fresh(session, "it").strip] == ["socket", "connect", "connect"]


def test_a_refused_udp_connect_leaves_the_socket(session: Session, do: Do, tmp_path: Path) -> None:
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("no AF_UNIX")
    session.add(EndpointSettings("it", Role.DATAGRAM, "AF_UNIX", address=str(tmp_path / "nobody")))
    assert do(c.Connect("it")).errno == "ENOENT"
    snapshot = fresh(session, "it")
    assert [(chip.call, chip.state) for chip in snapshot.strip] == [
        ("socket", ChipState.DONE),
        ("connect", ChipState.FAILED),
    ]
    assert snapshot.open_count == 1


def test_a_bind_that_moved_on_is_shown_where_it_came_to(
    session: Session, do: Do, rows: Rows
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        session.add(
            EndpointSettings("it", Role.LISTENER, address=f"127.0.0.1:{port}", port_search=True)
        )
        assert do(c.Start("it")).ok
    bound = [row for row in rows("it") if row.call == "bind"][-1]
    assert bound.args != repr(("127.0.0.1", port))
    chip = next(chip for chip in fresh(session, "it").strip if chip.call == "bind")
    assert (chip.args, chip.state) == (bound.args, ChipState.DONE)


def test_whose_address_it_is() -> None:
    there = EndpointSettings("it", Role.DATAGRAM, address="127.0.0.1:9")
    assert own_address(there, Purpose.START) == "127.0.0.1:9"
    assert own_address(there, Purpose.SEND) is None
    assert own_address(EndpointSettings("it", Role.DATAGRAM, address="@udp"), Purpose.START) is None
    client = EndpointSettings("it", Role.STREAM, address="127.0.0.1:9")
    assert own_address(client, Purpose.START) is None
    assert not any(isinstance(each, BindCall) for each in planned_calls(client, Purpose.CONNECT))


def test_fields_are_read_anew_only_where_they_are_other_ones() -> None:
    settings = EndpointSettings("it", Role.LISTENER, address="127.0.0.1:7")
    form = server_form(settings)
    strip = PlannedStrip(lambda _name: None, server=True)
    first = strip.read_from(form, settings)
    assert [chip.args for chip in first if chip.call == "bind"] == ["('127.0.0.1', 7)"]
    assert strip.read_from(form, settings) is first
    where = replace(form.set_up.where, port="8")
    other = replace(form, set_up=replace(form.set_up, where=where))
    chips = strip.read_from(other, settings)
    assert [chip.args for chip in chips if chip.call == "bind"] == ["('127.0.0.1', 8)"]
    bad = replace(form, backlog="many")
    assert strip.read_from(bad, settings) is chips  # as they were before
