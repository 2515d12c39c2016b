"""The handshakes of layers as chips of the call strip, and in the badge."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, ChipState, ConnectionSnapshot
from workbench.engine.protocol.stack import layer_names
from workbench.literals import arguments_of
from workbench.named_tuple import NamedTuple

_TLS: Final = "tls.handshake"
_WEBSOCKET: Final = "ws.open"
OPENINGS: Final = {"tls": _TLS, "websocket": _WEBSOCKET}
"""The row that a layer leaves when it can talk, the lowest layer first."""
ROWS: Final = f"kind:layer call:{_TLS}|{_WEBSOCKET}"
FAULTS: Final = "kind:layer call:tls.fault|ws.fault"
BEGINNINGS: Final = "kind:layer call:tls.send|tls.recv args:'client_hello'*"
"""The first message of TLS: where it begins in mid-connection, what was said before stays."""
_CARRY: Final = frozenset({"send", "recv"})


def openings_of(settings: EndpointSettings) -> tuple[str, ...]:
    """The handshakes of an endpoint's layers, in order."""
    names = layer_names(settings)
    return tuple(call for name, call in OPENINGS.items() if name in names)


def may_open(settings: EndpointSettings, item: ConnectionSnapshot) -> bool:
    """Whether layers open on a connection: at once, or when a step or a rule begins TLS."""
    return bool(openings_of(settings) or settings.tls is not None or item.agreed)


class LayerRows(NamedTuple):
    """The rows that a connection's layers left in the record, as chips.

    Attributes:
        opened: the layers can talk, or why TLS cannot.
        begun: the first message of TLS. fault: the newest one that a layer could not survive.
    """

    opened: tuple[Chip, ...] = ()
    begun: Chip | None = None
    fault: Chip | None = None


def with_openings(
    made: tuple[Chip, ...], rows: LayerRows, settings: EndpointSettings, item: ConnectionSnapshot
) -> tuple[tuple[Chip, ...], bool]:
    """The calls with the openings among them, and whether the layers can talk.

    The sends and recvs that carried a handshake are rows of their own in the log: here it is one
    step, as connect is.
    """
    wanted = openings_of(settings)
    if rows.begun is not None and _TLS not in wanted:
        before = _said_before(rows.begun, made)
        rest = tuple(chip for chip in made if chip not in before)
        since = rows.begun.t_ns or 0
        chips, can_talk = _opened(rest, rows, (*wanted, _TLS), since, settings, item)
        return tuple(sorted((*before, *chips), key=lambda chip: chip.t_ns or 0)), can_talk
    if not wanted and not rows.opened:
        return made, True
    return _opened(made, rows, wanted, item.connected_ns or 0, settings, item)


def _said_before(hello: Chip, made: tuple[Chip, ...]) -> tuple[Chip, ...]:
    """The calls before TLS began, without the one that brought its first message."""
    since = hello.t_ns or 0
    if hello.call == "tls.recv":
        reads = (chip.t_ns or 0 for chip in made if chip.call == "recv")
        since = max((t_ns for t_ns in reads if t_ns <= since), default=since)
    return tuple(chip for chip in made if (chip.t_ns or 0) < since)


def _opened(
    made: tuple[Chip, ...],
    rows: LayerRows,
    wanted: tuple[str, ...],
    since: int,
    settings: EndpointSettings,
    item: ConnectionSnapshot,
) -> tuple[tuple[Chip, ...], bool]:
    """`since`: when the first of them could begin."""
    opened = rows.opened
    done = {chip.call for chip in opened if chip.state is ChipState.DONE}
    failed = any(chip.state is ChipState.FAILED for chip in opened)
    missing = next((call for call in wanted if call not in done), None)
    since = max((chip.t_ns or 0 for chip in opened), default=since)
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
        at = since + 1 if rows.fault is None else rows.fault.t_ns
        opened = (*opened, Chip(missing, "", ChipState.FAILED, at, errno=item.errno))
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
