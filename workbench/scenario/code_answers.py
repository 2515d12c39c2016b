"""What an endpoint of a script does by itself: a class, with what it says and answers."""

from __future__ import annotations

from workbench.engine.model.settings import (
    Echo,
    EndpointSettings,
    Greet,
    OnPeerClose,
    Responder,
    Role,
    Rules,
    Then,
)
from workbench.literals import literal
from workbench.payload.characters import codec
from workbench.scenario.code_sockets import INDENT, left_out

_ENDINGS = {Then.CLOSE: "close", Then.HALF_CLOSE: "half-close", Then.RESET: "reset"}


def answers_class(item: EndpointSettings, name: str, *, reads: bool, accepts: bool) -> list[str]:
    """The class of an endpoint."""
    body = []
    if not reads:
        body.append("reads = False  # only when a step says so")
    if not accepts:
        body.append("accepts = False  # only when a step says so")
    if item.bufsize != 65536:
        body.append(f"size = {item.bufsize:d}")
    if _closes(item):
        body.append("closes = True  # when the peer has finished")
    body += _methods(item)
    return [
        f"class {name}(Answers):",
        *(f"{INDENT}{line}" if line else "" for line in body or ["pass"]),
        "",
        "",
    ]


def _closes(item: EndpointSettings) -> bool:
    said = item.responder.on_peer_close
    if said is None:
        return item.role is Role.LISTENER
    return said is OnPeerClose.CLOSE


def _methods(item: EndpointSettings) -> list[str]:
    lines: list[str] = []
    responder: Responder = item.responder
    match responder:
        case Greet():
            encoding = codec(responder.encoding or item.encoding)
            text = f"{literal(responder.text)}.encode({literal(encoding)})"
            end = _ENDINGS.get(responder.then)
            then = f", then={literal(end)}" if end else ""
            lines += ["", "def greet(self, sock):", f"{INDENT}later(sock, {text}{then})"]
        case Rules():
            lines.append(left_out("responder = rules"))
    if isinstance(responder, Echo) or (
        isinstance(responder, Greet) and responder.then is Then.ECHO
    ):
        lines += [
            "",
            "def answer(self, sock, data, peer=None):",
            f"{INDENT}reply(sock, data, peer)",
        ]
    return lines
