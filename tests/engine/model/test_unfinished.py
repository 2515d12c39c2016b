"""What a command waits for has an end: its call, its connection, its endpoint's stop."""

from __future__ import annotations

import weakref

import pytest

from tests.engine.conftest import Do, Rows, Until, why
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Pace, Role
from workbench.engine.model.ticket import OK, Ticket
from workbench.engine.model.unfinished import ROOM, UnfinishedCommands
from workbench.session import Session
from workbench.texts import Problem


def test_it_ends_all_but_one_and_knows_of_none_that_has_ended() -> None:
    undone = UnfinishedCommands()
    early, late, mine = (Ticket(c.Stop("x")) for _ in range(3))
    for ticket in (early, late, mine):
        undone.add(ticket)
    early.finish()
    undone.fail(Problem("engine.stopped_meanwhile"), but=mine)
    assert early.outcome is OK
    assert late.outcome is not None
    assert late.outcome.problem is not None
    assert not mine.done
    mine.finish()
    undone.fail(Problem("engine.stopped_meanwhile"))
    assert mine.outcome is OK


class Watched(Ticket):
    """One that can be seen to go."""

    __slots__ = ("__weakref__",)


def test_those_that_have_ended_are_let_go_and_none_that_waits_is() -> None:
    undone = UnfinishedCommands()
    waiting = Ticket(c.Recv("x"))
    undone.add(waiting)
    ended = [Watched(c.Stop("x")) for _ in range(10 * ROOM)]
    gone = [weakref.ref(ticket) for ticket in ended]
    for ticket in ended:
        undone.add(ticket)
        ticket.finish()
    del ended, ticket
    assert sum(one() is not None for one in gone) <= ROOM
    undone.fail(Problem("engine.stopped_meanwhile"))
    assert waiting.outcome is not None
    assert not any(one() for one in gone)


@pytest.fixture
def held(session: Session, do: Do, until: Until) -> Session:
    """A client whose sending is held and who has nothing to send."""
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", send=GateMode.PAUSED))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    until("server", call="accept")
    return session


def key(ticket: Ticket) -> str | None:
    assert ticket.wait(60)
    assert ticket.outcome is not None
    return ticket.outcome.problem.key if ticket.outcome.problem is not None else None


def test_steps_of_sending_are_served_in_their_order(held: Session, do: Do) -> None:
    first, second = (held.perform(c.Step("client", c.Gate.SEND)) for _ in range(2))
    assert do(c.Send("client", text="a")).ok
    assert first.wait(60)
    assert not second.done
    assert do(c.Send("client", text="b")).ok
    assert key(second) is None
    third = held.perform(c.Send("client", text="c"))
    do(c.GetOption("client", "SO_TYPE"))
    assert not third.done  # no step is left over


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (c.Stop("client"), "engine.stopped_meanwhile"),
        (c.Close("client"), "engine.stopped_meanwhile"),
        (c.Abort("client"), "engine.stopped_meanwhile"),
    ],
    ids=str,
)
def test_two_steps_with_nothing_to_send_end_with_the_socket(
    held: Session,
    do: Do,
    command: c.Command,
    why: str,
) -> None:
    steps = [held.perform(c.Step("client", c.Gate.SEND, count)) for count in (1, 3)]
    assert do(command).ok
    assert [key(step) for step in steps] == [why, why]


def test_holding_the_gate_again_takes_back_what_a_step_has_left(held: Session, do: Do) -> None:
    step = held.perform(c.Step("client", c.Gate.SEND, 2))
    assert do(c.Resume("client", c.Gate.SEND)).ok
    assert do(c.Send("client", text="a")).ok
    assert do(c.Pause("client", c.Gate.SEND)).ok
    assert key(step) == "engine.held_again"
    waiting = held.perform(c.Send("client", text="b"))
    do(c.GetOption("client", "SO_TYPE"))
    assert not waiting.done


@pytest.mark.parametrize("gate", c.Gate)
@pytest.mark.parametrize("count", [0, -1])
def test_a_step_of_no_calls_is_refused(held: Session, do: Do, gate: c.Gate, count: int) -> None:
    assert why(do(c.Step("client", gate, count))) == "engine.bad_step"


def test_steps_beyond_a_set_up_are_not_kept_for_the_next(
    session: Session,
    do: Do,
    rows: Rows,
) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", calls=Pace.STEP))
    assert do(c.Start("server")).ok
    assert do(c.Step("server", c.Gate.CALLS, 9)).ok
    assert do(c.Stop("server")).ok
    assert do(c.Start("server")).ok
    assert [row.call for row in rows("server")] == ["socket", "bind", "listen", "close"]


def test_a_listener_that_backed_off_accepts_after_its_next_start(
    session: Session,
    do: Do,
    until: Until,
) -> None:
    """The timer of its back-off ends with its thread."""
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    assert do(c.Start("server")).ok
    assert do(c.Pause("server", c.Gate.ACCEPT)).ok
    assert do(c.Connect("client")).ok
    assert do(c.Accept("server", no_files=True)).errno == "EMFILE"
    assert do(c.Stop("server")).ok
    assert session.settle()
    assert do(c.Resume("server", c.Gate.ACCEPT)).ok
    assert do(c.Start("server")).ok
    assert do(c.Stop("client")).ok
    assert do(c.Connect("client")).ok
    until("server", call="accept", errno=None)


def test_a_datagram_connect_that_fails_after_a_slow_set_up_ends_its_command(
    session: Session,
    do: Do,
    rows: Rows,
) -> None:
    session.add(
        EndpointSettings(
            "talker",
            Role.DATAGRAM,
            "AF_UNIX",
            "SOCK_DGRAM",
            address="temp:nobody",
            calls=Pace.SLOWLY,
            options=(("SO_SNDBUF", 4608),),
        )
    )
    assert do(c.Connect("talker")).errno == "ENOENT"
    assert not [row for row in rows("talker", "note") if row.call == "internal_error"]


def test_recv_on_a_listening_socket_is_answered_by_the_kernel(
    session: Session,
    do: Do,
    rows: Rows,
) -> None:
    """It is no accept that waits: the next connection does not end it."""
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    assert do(c.Start("server")).ok
    assert do(c.Call("server", "recv", (10,))).errno == "ENOTCONN"
    assert do(c.Call("server", "settimeout", (0,))).ok
    assert do(c.Call("server", "recv", (10,))).errno == "ENOTCONN"
    assert not [row for row in rows("server", "note") if row.call == "internal_error"]


def test_an_accept_after_the_close_of_a_lingering_listener_does_not_wait_in_c(
    session: Session,
    do: Do,
    rows: Rows,
) -> None:
    """close() of a listener has nothing to wait for: it is gone when the next command comes."""
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            timeout=0.0,
            options=(("SO_LINGER", (1, 1)),),
        )
    )
    for _ in range(5):
        assert do(c.Start("server")).ok
        stop = session.perform(c.Stop("server"))
        assert why(do(c.Accept("server"))) == "engine.no_socket"
        assert stop.done
    assert not [row for row in rows("server") if row.call == "accept"]


def test_a_connection_that_is_being_closed_is_no_target_any_more(
    session: Session,
    do: Do,
    until: Until,
) -> None:
    """close() waits for the ACK on a thread of its own; nothing else touches the socket then."""
    session.add(
        EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", receive=GateMode.PAUSED)
    )
    session.add(
        EndpointSettings("client", Role.STREAM, address="@server", options=(("SO_LINGER", (1, 1)),))
    )
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    until("server", call="accept")
    session.perform(c.Send("client", text="x" * 8_000_000, wait=False))
    until("client", call="send")
    assert do(c.Close("client")).ok
    for command in (
        c.Recv("client"),
        c.Send("client", text="a"),
        c.Recv("client", None, 1),
        c.Call("client", "recv", (1,)),
        c.Call("client", "send", ("a",)),
    ):
        assert do(command).problem is not None
    assert do(c.Stop("server")).ok
    until("client", call="close")
