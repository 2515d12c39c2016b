"""Compares the outcome of a command with what its step says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.errors import explained, is_error, system_text
from workbench.engine.model.family import TCP, SocketKind, error_stem, error_text
from workbench.engine.model.proxy_settings import without_login
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.ticket import Outcome, Ticket
from workbench.explain.evidence import RESETS, evidence_of
from workbench.journal.reader import LED_TO
from workbench.named_tuple import NamedTuple
from workbench.payload.json_values import check_ends_itself
from workbench.scenario.expect_keys import is_plain_stream
from workbench.scenario.steps import ANY, Expect, Perform
from workbench.session import Session
from workbench.texts import Problem

_CALLS: Final[dict[type[c.Command], str]] = {
    c.Connect: "connect",
    c.Listen: "listen",
    c.Recv: "recv",
    c.Send: "send",
}
"""The call with which a command ends; of one that makes several none is known."""
_PREPARES: Final = frozenset({"setsockopt", "bind"})
"""Calls of a connect that come before its own: a failure there says nothing of the peer."""


class FailedCall(NamedTuple):
    """What the record has of the call with which a command failed.

    Attributes:
        call: its name.
        listener: the listener of ours that was closed while the connection was in its queue.
    """

    call: str
    listener: str | None


class Failed(Exception):
    """A step failed; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.key)
        self.problem = problem


def check_outcome(
    step: Perform,
    outcome: Outcome,
    kind: SocketKind = TCP,
    found: Callable[[], FailedCall | None] = lambda: None,
    proxy: str | None = None,
) -> None:
    """Compare a command's outcome with what the step says.

    Args:
        step, outcome: what was asked for, and how it ended.
        kind: of the endpoint's sockets.
        found: looks into the record for the call that failed.
        proxy: the URL of the endpoint's proxy; None: it has none.

    Raises:
        Failed: it failed though it should not have, or the other way round.
    """
    if step.error is None:
        if outcome.ok:
            return
        failed = found()
        if failed is not None and failed.listener is not None:
            name = outcome.errno
            raise Failed(Problem("scenario.failed_abandoned", name=name, listener=failed.listener))
        raise Failed(_told(step, outcome, kind, proxy, failed))
    if outcome.ok:
        raise Failed(Problem("scenario.should_fail", error=step.error))
    cause = outcome.problem.__cause__ if outcome.problem is not None else None
    got = {outcome.errno, outcome.error, type(cause).__name__}
    if step.error != ANY and not any(is_error(step.error, name) for name in got if name):
        told = _told(step, outcome, kind, proxy, found())
        raise Failed(Problem("scenario.other_error", error=step.error, got=told))


def _told(
    step: Perform, outcome: Outcome, kind: SocketKind, proxy: str | None, found: FailedCall | None
) -> Problem:
    """As `failure_text`, with the call that failed if it was not the one that was asked for, and
    that it was the proxy that could not be connected to.
    """
    if found is not None and found.call in _PREPARES and isinstance(step.command, c.Connect):
        told = failure_text(outcome, kind, found.call)
        return Problem("scenario.failed_before", call=found.call, reason=told)
    told = failure_text(outcome, kind, found.call if found is not None else called(step.command))
    if proxy is None or not isinstance(step.command, c.Connect) or not kept_from_proxy(outcome):
        return told
    return Problem("scenario.no_way_to_proxy", proxy=without_login(proxy), reason=told)


def kept_from_proxy(outcome: Outcome) -> bool:
    """Whether a connect through a proxy ended before the proxy was reached: by an errno, or our
    own timeout, and not by a word of the proxy or a layer.
    """
    of_kernel = outcome.errno in explained() if outcome.errno else outcome.error == "TimeoutError"
    return of_kernel and outcome.fault is None


def check_wanted(expect: Expect, settings: EndpointSettings) -> None:
    """Refuse to look for an empty text, where it is no message, and for JSON in a plain stream
    that does not end itself.

    It is found nowhere, so that `absent` would always hold.

    Raises:
        Failed: it is one of these.
    """
    if expect.json is not None and is_plain_stream(settings):
        try:
            check_ends_itself(expect.json)
        except Problem as problem:
            raise Failed(problem) from problem
    if "" in {expect.text, expect.hex, expect.contains, expect.regex}:
        keys = ["contains", "regex"]
        if is_plain_stream(settings):
            keys += ["text", "hex"]
        for key in keys:
            if getattr(expect, key) == "":
                raise Failed(Problem("scenario.looks_for_nothing", key=key))


def failed_call(session: Session, ticket: Ticket) -> FailedCall | None:
    """The call with which the command of a ticket failed, where what is said depends on it.

    It does for a reset, and for commands that make several calls.
    """
    outcome = ticket.outcome
    several = isinstance(ticket.command, c.Start | c.Connect)
    if outcome is None or not (several or outcome.errno in RESETS):
        return None
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        row = next(
            (
                row
                for row in reader.page(ticket.seq or 1, LED_TO)
                if row.cause == ticket.seq and row.errno == outcome.errno is not None
            ),
            None,
        )
        if row is None:
            return None
        found = evidence_of(reader, row).abandoned if row.errno in RESETS else None
    return FailedCall(row.call, found.listener if found is not None else None)


def called(command: c.Command) -> str:
    """The call that a command makes, on which the meaning of its failure depends; "": unknown."""
    return command.call if isinstance(command, c.Call) else _CALLS.get(type(command), "")


def failure_text(outcome: Outcome, kind: SocketKind = TCP, call: str = "") -> Problem:
    """Why a command failed and what to do, as a sentence.

    `kind`: the endpoint's kind of socket. `call`: the call that failed, if it is known.
    """
    if outcome.problem is not None:
        return outcome.problem
    if outcome.tried is not None:
        return Problem(
            "scenario.failed_addresses",
            count=len(outcome.tried.failures),
            address=outcome.tried.name,
            tried=str(outcome.tried),
            last=failure_text(replace(outcome, tried=None), kind, call),
        )
    name = outcome.errno or outcome.error or ""
    stem = outcome.fault.stem if outcome.fault is not None else None
    if outcome.fault is not None and stem is not None:
        what, way = (Problem(f"{stem}.{part}", **outcome.fault.values) for part in ("what", "try"))
        return Problem("scenario.failed", name=name, what=what, way=way)
    if error_stem(outcome.errno, outcome.error, kind) == "errors.other":
        return Problem("scenario.failed_otherwise", name=name, text=system_text(outcome.errno))
    values = {"errno": name, "text": system_text(outcome.errno), "call": ""}
    what, way = (
        Problem(error_text(outcome.errno, outcome.error, part, kind, call), **values)
        for part in ("what", "try")
    )
    return Problem("scenario.failed", name=name, what=what, way=way)
