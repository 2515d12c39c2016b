"""Decides whether an expectation held, from what the search for it found.

An `absent` is a claim about a connection or socket that existed. On a connection that was never
made nothing can come, whatever the peer would have sent, so there `absent` fails; so it does where
each handshake failed. Where our own ends hold back what could come, or a handshake still waits,
that may be just what one wants to see: there it holds, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from workbench.engine.model.events import COMMAND, NOTE
from workbench.engine.model.message_ends import RECV
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.protocol.messages_layer import FAULT
from workbench.journal.reader import Row
from workbench.scenario.connections import RunConnection
from workbench.scenario.expect import Findings, Matcher
from workbench.scenario.held_back import HeldBack
from workbench.scenario.layer_rows import PROXY_RESPONSE
from workbench.scenario.outcome import Failed
from workbench.scenario.report import title_of
from workbench.scenario.search import Search
from workbench.scenario.steps import HEAD, Expect
from workbench.scenario.unmet import (
    SHOWN,
    Ends,
    did_not_come,
    in_one,
    joined,
    unread_clause,
    warned,
)
from workbench.scenario.verdict_rows import NOTHING, Came
from workbench.scenario.what_came import MESSAGES, PROXY_DATA, READS, TLS_DATA, WS_MESSAGES
from workbench.texts import Problem

_COMES: Final = READS | MESSAGES | PROXY_DATA | TLS_DATA | WS_MESSAGES
"""Calls whose rows report what arrived on a connection."""
_MADE: Final = frozenset({"call", "end"})


def judge(
    step: Expect,
    found: Findings | None,
    search: Search,
    matcher: Matcher,
    settings: EndpointSettings,
    ends: Callable[[], Ends],
) -> Came:
    """Raises Failed if a step does not hold; gives what one should know of an `absent` that did.

    Args:
        step: the step as the run has it; `search` has it with the record's connection numbers.
        found: what the search found before its deadline.
        settings: the endpoint's, as they are now.
        ends: gives what is known of how its connections ended.
    """
    meant = search.expect
    if step.exact or step.absent:
        _check_told(step, search, matcher.meant(meant))
    if not step.absent:
        if found is None:
            needle, others = matcher.needle(meant), matcher.others(meant)
            among = matcher.candidates(meant)
            raise Failed(did_not_come(step, among, needle, search, ends(), others))
        return NOTHING
    if found is not None:
        seq = found.matches[-1][1].seq
        raise Failed(Problem("scenario.came", what=title_of(step), seq=seq))
    among = matcher.known(meant)
    problem = could_not_come(step, among, settings.role) or _not_divided(step, among)
    if problem is not None:
        raise Failed(problem)
    where = warned(step, settings)
    why = list(_remarks(step, among, ends().held, matcher))
    said = why if where is None else [where, *why]
    return Came(said=joined(said) if said else None, warns=bool(why))


def _check_told(step: Expect, search: Search, wanted: Callable[[RunConnection], bool]) -> None:
    """Raises Failed if something came of which nobody can tell whether it was this."""
    row = search.untold(wanted)
    if row is not None:
        kept = len(row.payload or b"")
        what = title_of(step)
        raise Failed(Problem("scenario.cut", what=what, seq=row.seq, size=row.size, kept=kept))


def _not_divided(expect: Expect, among: Sequence[RunConnection]) -> Problem | None:
    """That nobody can tell whether a message came, since what came could not be divided.

    A fault at the end of the stream is none of these: what has no end there is no message.
    """
    if not expect.wants_bytes or expect.call not in {None, RECV}:
        return None
    for item in among:
        read: Row | None = None
        for row in item.all_rows():
            if row.call == FAULT and not (read is not None and read.ends_stream):
                said = {"number": item.number, "errno": row.errno or "", "seq": row.seq}
                return Problem("scenario.absent_undivided", **said)
            read = row if row.call in READS else read
    return None


def _remarks(
    expect: Expect, among: Sequence[RunConnection], held: HeldBack, matcher: Matcher
) -> Iterator[Problem]:
    """Why an `absent` that held might have held in any case."""
    if not (expect.wants_bytes or expect.of_layer or expect.closed):
        return
    unread = [why for item in among if (why := unread_clause(item, held)) is not None]
    if unread:
        yield in_one(unread[:SHOWN], len(unread) - SHOWN)
    said: dict[str, list[str]] = {}
    for item in among:
        if (withheld := _withheld(expect, item)) is not None:
            said.setdefault(withheld, []).append(f"#{item.number}")
    for name, who in said.items():
        yield Problem(f"scenario.{name}", who=", ".join(who[:SHOWN]))
    peer = held.silent_peer(expect.endpoint)
    if peer is not None:
        yield Problem("scenario.held_send", endpoint=peer)
    for peer in held.unaccepting_peers(expect.endpoint):
        if not matcher.accepted_any(peer):
            yield Problem("scenario.held_accept", endpoint=peer)


def _withheld(expect: Expect, item: RunConnection) -> str | None:
    """Why a connection may have given nothing: the sentence's name."""
    if expect.closed:
        return None  # a connection may end in the middle of one
    head = expect.of_layer == HEAD
    waits, failed = item.handshakes(head=head), item.disagreed(head=head)
    if not (waits or failed) or (head and PROXY_RESPONSE in item.came.heads):
        return None
    if item.came.handshakes.later:
        return "absent_later"
    return "absent_handshakes" if waits else "absent_failed"


def could_not_come(expect: Expect, among: Sequence[RunConnection], role: Role) -> Problem | None:
    """Why nothing could have come at all; None: it could have.

    `among`: the connections that the expectation means, and the endpoint's own socket.
    """
    if expect.kind in {COMMAND, NOTE}:  # these rows need no socket
        return None
    name = expect.endpoint
    if _of_connection(expect):
        stood = [item for item in among if _stood(item, role)]
        if stood:
            failed = _of_data(expect) and all(_never_opened(expect, item) for item in stood)
            return Problem("scenario.absent_no_handshake", endpoint=name) if failed else None
        if isinstance(expect.connection, int) and expect.connection > 0:
            return Problem("scenario.absent_number", endpoint=name, number=expect.connection)
        key = "absent_nobody" if role is Role.LISTENER else "absent_unconnected"
        return Problem(f"scenario.{key}", endpoint=name)
    if expect.call == "accept":
        listened = any(item.id is not None for item in among)
        return None if listened else Problem("scenario.absent_not_listening", endpoint=name)
    if expect.call is None and _of_outcome(expect) and not any(map(_was_used, among)):
        return Problem("scenario.absent_no_call", endpoint=name)
    return None


def _of_connection(expect: Expect) -> bool:
    """Whether it is about what arrives on a connection, or how a connection ends."""
    return (
        expect.wants_bytes
        or expect.closed is not None
        or expect.of_layer is not None
        or isinstance(expect.connection, int)
        or expect.call in _COMES
    )


def _of_data(expect: Expect) -> bool:
    """Whether it is about what can come only when handshakes have ended."""
    if expect.call is None:
        return expect.wants_bytes or expect.of_layer is not None
    if expect.call in TLS_DATA:  # what is said in the handshake is such a row too
        return expect.wants_bytes
    return expect.call in _COMES - READS


def _never_opened(expect: Expect, item: RunConnection) -> bool:
    """Whether nothing of the kind could come on a connection, from its first byte on."""
    head = expect.of_layer == HEAD
    if item.came.handshakes.later or (head and PROXY_RESPONSE in item.came.heads):
        return False
    return item.disagreed(head=head)


def _of_outcome(expect: Expect) -> bool:
    """Whether it is about the outcome of calls."""
    wanted = (expect.errno, expect.error, expect.result, expect.peer, expect.size)
    return any(value is not None for value in wanted)


def _stood(item: RunConnection, role: Role) -> bool:
    """Whether it was a connection, or may still become one; not a connect() that failed."""
    return item.number > 0 and (role is not Role.STREAM or item.opened is not None or not item.over)


def _was_used(item: RunConnection) -> bool:
    """Whether any call was made on it."""
    return item.id is not None or any(row.kind in _MADE for row in item.all_rows())
