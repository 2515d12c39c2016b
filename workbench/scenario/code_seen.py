"""Export: whether a script sees of its sockets what a run's record says."""

from __future__ import annotations

from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.errors import PENDING
from workbench.engine.model.message_ends import RECV
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.scenario.code_steps import flat
from workbench.scenario.steps import ANY, RESET, Expect, Perform, Scenario
from workbench.scenario.what_came import READS

_SEEN: Final = READS | {
    *("accept", "bind", "close", "connect", "getsockopt", "listen", "send", "sendto", "shutdown"),
    RECV,
}
"""The calls that a script's sockets keep, of all whose rows a run has."""

_BUFSIZE: Final = EndpointSettings("", Role.STREAM).bufsize


def is_seen(expect: Expect, item: EndpointSettings | None) -> bool:
    """Whether a script would find the same calls as the run. `item` None: any endpoint's.

    It knows no notes, no layers and none of the calls that it does not make itself, of a call that
    sends no bytes, and how a connection was reset only where a call says so.
    """
    if expect.kind is not None or expect.of_layer is not None:
        return False
    if expect.call is not None and expect.call not in _SEEN:
        return False
    reads = expect.call in READS or expect.call == RECV
    if expect.wants_bytes and not (reads or expect.call is None):
        return False
    if expect.peer is not None and not (_has_peers(item) and (reads or expect.wants_bytes)):
        return False
    if expect.closed is not None:
        often = expect.count > 1 or expect.exact or expect.each
        return expect.closed != RESET and not (expect.absent or often)
    said = (expect.call, expect.errno, expect.error, expect.size)
    if not expect.wants_bytes and all(one is None for one in said):
        return False  # a number alone, which other calls come back with as well
    return not _is_of_others(expect) and not (expect.exact and not expect.wants_bytes)


def mixes_messages(scenario: Scenario) -> bool:
    """Whether a script might take one message of a SOCK_SEQPACKET for another: an empty one for the
    end of the stream, one that was cut for a whole one, or two answers that wait for one.
    """
    for item in scenario.endpoints:
        if item.type == "SOCK_SEQPACKET" and (
            not isinstance(item.responder, Nothing | Sink) or item.bufsize != _BUFSIZE
        ):
            return True
    for step in flat(scenario.steps):
        if isinstance(step, Perform) and isinstance(step.command, c.Send):
            said = step.command
            whole = said.file or said.hex or said.append_hex or step.json is not None
            if not whole and (said.text or "{").startswith("{"):  # a value may be empty
                return True
        elif isinstance(step, Expect) and (step.closed or 0 in {step.size, step.result}):
            return True
    return False


def _is_of_others(expect: Expect) -> bool:
    """Whether it is an errno of calls that go on, or of a name that was not found. That a send
    buffer is full a script sees too.
    """
    errno = expect.errno
    if errno is None or errno == ANY or (expect.call == "send" and not expect.absent):
        return False
    return errno in PENDING or errno.startswith("EAI_")


def _has_peers(item: EndpointSettings | None) -> bool:
    """Whether what comes says from whom, in the same words."""
    return item is not None and item.type == "SOCK_DGRAM"
