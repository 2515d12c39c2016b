"""The head cases for a client: correct and wrong answers to its opening request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from workbench.checkup.case import ANSWER, Bench, CheckCase, Group, Wants, ends, no_more
from workbench.checkup.frame_cases import PONG
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.scenario.steps import Expect, Perform, Step, Wait

_OPEN: Final = "open"
_SEEN: Final = 0.6
"""Seconds after which a client that answers no pings is known to have stayed."""


def _answering(**how: Any) -> Any:
    def settings(usual: EndpointSettings) -> EndpointSettings:
        said = usual.websocket or WebSocketSettings()
        headers = (*said.headers, *how.get("headers", ()))
        changed = {**how, "headers": headers}
        return replace(usual, websocket=replace(said, **changed))

    return settings


def _opens(name: str, rule: str, section: str, **how: Any) -> CheckCase:
    """An answer that a client has to accept."""

    def steps(bench: Bench) -> tuple[Step, ...]:
        opened = Expect(bench.name, call="ws.open", within=ANSWER)
        if not bench.pongs:
            return (opened, Wait(_SEEN))
        return (
            opened,
            Perform(c.Ping(bench.name, _OPEN, connection=c.ALL)),
            Expect(bench.name, opcode=PONG, text=_OPEN, within=ANSWER),
            Perform(c.CloseWebSocket(bench.name, connection=c.ALL)),
        )

    return CheckCase(
        name, Group.HEADS, Wants.OPENS, rule, section, steps, settings=_answering(**how)
    )


def _fails(name: str, rule: str, section: str, **how: Any) -> CheckCase:
    """An answer after which a client has to fail the connection and send nothing more."""

    def steps(bench: Bench) -> tuple[Step, ...]:
        return (
            Expect(bench.name, call="ws.open", within=ANSWER, keep=True),
            ends(bench),
            no_more(bench, call="ws.recv"),
        )

    return CheckCase(
        name, Group.HEADS, Wants.FAILS, rule, section, steps, settings=_answering(**how)
    )


def _refused(name: str, status: int, rule: str = "status", **how: Any) -> CheckCase:
    """An answer that refuses the opening: the client may send no frames after it."""

    def steps(bench: Bench) -> tuple[Step, ...]:
        return (Expect(bench.name, call="ws.response", within=ANSWER, keep=True), ends(bench))

    changed = _answering(status=status, **how)
    return CheckCase(name, Group.HEADS, Wants.FAILS, rule, "4.1", steps, settings=changed)


def client_heads() -> tuple[CheckCase, ...]:
    """All cases of heads for a client, in the order they are tried."""
    return (*_right(), *_wrong(), *_statuses())


def _right() -> Iterator[CheckCase]:
    yield _opens("answer", "takes", "4.1")
    yield _opens(
        "answer_letters", "letters", "4.1",
        headers=(("upgrade", "WebSocket"), ("CONNECTION", "uPGRADE")),
    )  # fmt: skip
    yield _opens("answer_list", "list", "4.1", headers=(("Connection", "keep-alive, Upgrade"),))
    yield _opens(
        "answer_more", "more_headers", "4.1",
        headers=(("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Long", "x" * 2000)),
    )  # fmt: skip


def _wrong() -> Iterator[CheckCase]:
    yield _fails("accept_wrong", "accept", "4.1", accept="bm90IHRoZSByaWdodCBvbmUgISE=")
    yield _fails("accept_none", "accept", "4.1", drop=("Sec-WebSocket-Accept",))
    yield _fails("accept_empty", "accept", "4.1", accept="")
    yield _fails("answer_no_upgrade", "answer_upgrade", "4.1", drop=("Upgrade",))
    yield _fails("answer_other_upgrade", "answer_upgrade", "4.1", headers=(("Upgrade", "h2c"),))
    yield _fails("answer_no_connection", "answer_connection", "4.1", drop=("Connection",))
    yield _fails(
        "answer_other_connection", "answer_connection", "4.1", headers=(("Connection", "close"),)
    )
    yield _fails("answer_subprotocol", "answer_subprotocol", "4.1", choose="check-up.nobody-asked")
    yield _fails(
        "answer_extension", "answer_extension", "9.1",
        headers=(("Sec-WebSocket-Extensions", "x-check-up"),),
    )  # fmt: skip
    yield _fails(
        "answer_deflate_bad", "answer_extension", "RFC 7692 7.1",
        headers=(("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=99"),),
    )  # fmt: skip


def _statuses() -> Iterator[CheckCase]:
    for status in (200, 302, 400, 401, 403, 503):
        yield _refused(f"status_{status}", status, body="no WebSocket here\n")
