"""How the layers of a connection opened: chips of the call strip, and what the badge says of it."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, ChipState, ConnectionSnapshot
from workbench.engine.protocol.stack import layer_names
from workbench.literals import arguments_of

_TLS: Final = "tls.handshake"
_WEBSOCKET: Final = "ws.open"
OPENINGS: Final = {"tls": _TLS, "websocket": _WEBSOCKET}
"""The row that a layer leaves when it can talk, the lowest layer first."""
ROWS: Final = f"kind:layer call:{_TLS}|{_WEBSOCKET}"
_CARRY: Final = frozenset({"send", "recv"})


def openings_of(settings: EndpointSettings) -> tuple[str, ...]:
    """Those of an endpoint's layers, in their order."""
    names = layer_names(settings)
    return tuple(call for name, call in OPENINGS.items() if name in names)


def with_openings(
    made: tuple[Chip, ...],
    opened: tuple[Chip, ...],
    settings: EndpointSettings,
    item: ConnectionSnapshot,
) -> tuple[tuple[Chip, ...], bool]:
    """The calls with the openings among them, and whether the layers can talk.

    The sends and recvs that carried a handshake stand for themselves in the log: here it is one
    step, as connect is.
    """
    wanted = openings_of(settings)
    if not wanted and not opened:
        return made, True
    done = {chip.call for chip in opened if chip.state is ChipState.DONE}
    failed = any(chip.state is ChipState.FAILED for chip in opened)
    missing = next((call for call in wanted if call not in done), None)
    since = max((chip.t_ns or 0 for chip in opened), default=item.connected_ns or 0)
    last = max(opened, key=lambda chip: chip.t_ns or 0, default=None)
    if missing is None and last is not None and _said_by_a_send(last, settings):
        sends = (chip.t_ns or 0 for chip in made if chip.call == "send")
        since = min((t_ns for t_ns in sends if t_ns > since), default=since)
    left = tuple(
        chip
        for chip in made
        if chip.call not in _CARRY
        or chip.state is ChipState.FAILED
        or (missing is None and (chip.t_ns or 0) > since)
    )
    if missing is None or failed or item.connected_ns is None:
        return (*opened, *left), missing is None
    if item.errno is not None:
        opened = (*opened, Chip(missing, "", ChipState.FAILED, since + 1, errno=item.errno))
    elif item.closed_ns is None:
        opened = (*opened, Chip(missing, "", ChipState.WAITING, since + 1))
    return (*opened, *left), False


def _said_by_a_send(opening: Chip, settings: EndpointSettings) -> bool:
    """Whether the send after it carries its last words: a server's answer, or a client's Finished
    (RFC 8446 4.4.4; in TLS 1.2 the server has the last word).
    """
    if settings.role is Role.LISTENER:
        return True
    return opening.call == _TLS and arguments_of(opening.args)[0][:1] == ["1.3"]


def told_by_layers(chips: tuple[Chip, ...]) -> tuple[str, ...]:
    """What the layers agreed on, for the badge: "TLS 1.3", "open, chat, deflate"."""
    told = []
    for chip in chips:
        if chip.state is not ChipState.DONE:
            continue
        values, named = arguments_of(chip.args)
        if chip.call == _TLS and values:
            told.append(f"TLS {values[0]}")
        elif chip.call == _WEBSOCKET:
            chosen = str(named.get("subprotocol") or "")
            deflate = "deflate" if named.get("deflate") else ""
            told.append(", ".join(part for part in ("open", chosen, deflate) if part))
    return tuple(told)
