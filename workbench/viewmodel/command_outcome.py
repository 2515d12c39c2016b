"""The message about a command whose call failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from workbench.engine.model import commands as c
from workbench.engine.model.errors import system_text
from workbench.engine.model.family import SocketKind, error_text
from workbench.engine.model.settings import Role
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.engine.model.ticket import Outcome
from workbench.texts import Problem
from workbench.viewmodel.message import ErrorMessage, Sentence, StatusMessage, msg

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket

_CALLS: Final[dict[type[c.Command], str]] = {
    c.Start: "bind",
    c.Connect: "connect",
    c.Send: "send",
    c.Accept: "accept",
    c.Listen: "listen",
    c.Shutdown: "shutdown",
    c.SetOption: "setsockopt",
}

_TO_SEVERAL: Final = (c.Send, c.SendFrame, c.Ping, c.Pong, c.CloseWebSocket, c.Raw)

_READS: Final = c.Recv | c.Step | c.Accept
"""Commands that may wait until we end what they wait on."""
_ENDED_BY_US: Final = frozenset({"engine.closed_meanwhile", "engine.stopped_meanwhile"})


def is_start(command: c.Command) -> bool:
    """Whether it opens the endpoint's socket."""
    return isinstance(command, c.Start | c.Connect | c.Listen)


def has_not_started(ticket: Ticket) -> bool:
    """Whether it was to open the endpoint's socket, and failed."""
    return is_start(ticket.command) and ticket.outcome is not None and not ticket.outcome.ok


def outcome_message(
    ticket: Ticket,
    snapshot: EndpointSnapshot,
    kind: SocketKind,
    way_out: Callable[[c.Command, str | None], str | None],
    *,
    server: bool,
) -> StatusMessage | None:
    """What is said of a command that has ended; None: nothing, all is as wished.

    Args:
        ticket: the command's.
        snapshot: shows what it did.
        kind: of the endpoint's sockets.
        way_out: the remedy that leads out of a failure with this errno, class or layer's word,
            where there is one.
        server: whether it is one of a server, which reaches several.
    """
    outcome, command = ticket.outcome, ticket.command
    if outcome is None:
        return None
    if isinstance(command, c.Send) and command.repeat != 1:
        said = repeated_message(outcome, command)
        if said is not None:
            return said
    reached = reached_message(outcome, command) if server else None
    if reached is not None or outcome.ok:
        return reached
    problem = outcome.problem
    if problem is None:
        text = failure_sentence(outcome, failed_call(command, snapshot), kind)
        way = way_out(command, outcome.errno or outcome.error)
        return StatusMessage("bad", text, why=True, way_out=way)
    if is_as_wished(command, problem):
        return None
    return StatusMessage("bad", ErrorMessage(problem), way_out=way_out(command, None))


def is_as_wished(command: c.Command, problem: Problem) -> bool:
    """Whether a close, abort or stop was what was wanted when it ended what it waited on."""
    return isinstance(command, _READS) and problem.key in _ENDED_BY_US


def failed_call(command: c.Command, snapshot: EndpointSnapshot) -> str:
    """The method that failed: for a set-up that of the failed chip, else the command's own."""
    if isinstance(command, c.Start | c.Connect):
        for chip in reversed(snapshot.strip):
            if chip.errno is not None:
                return chip.call
    if isinstance(command, c.Call):
        return command.call
    if isinstance(command, c.Recv) or (
        isinstance(command, c.Step) and command.gate is not c.Gate.ACCEPT
    ):
        return "recvfrom" if snapshot.settings.role is Role.DATAGRAM else "recv"
    if isinstance(command, c.Step):
        return "accept"
    return _CALLS.get(type(command), "close")


def failure_sentence(outcome: Outcome, call: str, kind: SocketKind) -> Sentence:
    """Says that `call` failed, and how; for a name, with each of its addresses."""
    errno = outcome.errno or outcome.error or ""
    fault = outcome.fault
    if fault is not None and fault.stem is not None:
        what = msg(f"{fault.stem}.what", **fault.values)
    else:
        key = error_text(outcome.errno, outcome.error, "what", kind, call)
        what = msg(key, errno=errno, text=system_text(outcome.errno), call=call)
    if outcome.tried is None:
        call = fault.failed if fault is not None else call
        return msg("message.failed", call=call, errno=errno, what=what)
    return msg(
        "message.failed_addresses",
        count=len(outcome.tried.failures),
        address=outcome.tried.name,
        tried=str(outcome.tried),
        what=what,
    )


def repeated_message(outcome: Outcome, command: c.Send) -> StatusMessage | None:
    """How many of a repeated send went out; None: its last call failed, which tells more."""
    if outcome.made is None:
        if not outcome.ok:
            return None
        return StatusMessage("good", msg("message.repeat_done", count=f"{command.repeat:,}"))
    counts = {"made": f"{outcome.made:,}", "of": f"{command.repeat:,}"}
    end = "of" if command.repeat else "on"
    if outcome.ok:
        return StatusMessage("info", msg(f"message.repeat_stopped_{end}", **counts))
    why = outcome.problem
    reason: Sentence = msg("message.repeat_nobody")
    if why is not None and why.key not in _ENDED_BY_US:
        reason = ErrorMessage(why)
    return StatusMessage("busy", msg(f"message.repeat_ended_{end}", **counts, reason=reason))


def reached_message(outcome: Outcome, command: c.Command) -> StatusMessage | None:
    """For something sent to several connections at once: how many got it, which did not, and why;
    None: it was not.
    """
    reached = outcome.reached
    if reached is None or not isinstance(command, _TO_SEVERAL):
        return None
    if outcome.ok:
        return StatusMessage("good", msg("message.reached_all", count=reached.meant))
    some = msg(
        "message.reached_some",
        good=reached.good,
        count=reached.meant,
        failures=str(reached),
    )
    return StatusMessage("bad", some, why=outcome.errno is not None)
