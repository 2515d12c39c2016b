"""State and message of a server, derived only from a snapshot."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.family import fitting, kind_of
from workbench.engine.model.settings import Role
from workbench.engine.model.snapshot import EndpointSnapshot, Phase
from workbench.viewmodel.address_form import UNIX
from workbench.viewmodel.endpoint_status import failed_before, is_full, setting_up
from workbench.viewmodel.message import StatusMessage, msg

LOOPBACK: Final = ("127.", "[::1]", "::1", "/", "abstract:", "localhost", "temp:")


def state_of(snapshot: EndpointSnapshot) -> str:
    """The word in the badge."""
    return {
        Phase.LISTENING: "LISTEN",
        Phase.BOUND: "BOUND",
        Phase.OPEN: "OPEN",
        Phase.SETTING_UP: "SETTING UP",
        Phase.FAILED: "FAILED",
    }.get(snapshot.phase, "CLOSED")


def status_of(snapshot: EndpointSnapshot) -> StatusMessage:
    """The message line from the first start on."""
    if snapshot.phase in (Phase.LISTENING, Phase.BOUND, Phase.OPEN):
        return _open(snapshot)
    if snapshot.phase is Phase.SETTING_UP:
        return setting_up(snapshot)
    if snapshot.phase is Phase.CLOSED:
        datagram = snapshot.settings.role is Role.DATAGRAM
        return StatusMessage(
            "info", msg("message.udp_stopped" if datagram else "message.server_stopped")
        )
    return failed_before()


def _open(snapshot: EndpointSnapshot) -> StatusMessage:
    local = snapshot.local or ""
    datagram = snapshot.settings.role is Role.DATAGRAM
    if snapshot.phase is Phase.BOUND and not datagram:
        return StatusMessage("busy", msg("message.bound_only", local=local))
    if snapshot.no_room:
        return StatusMessage("bad", msg("message.listening_no_room", local=local))
    if is_full(snapshot):
        return StatusMessage(
            "busy", msg(fitting("message.listening_full", kind_of(snapshot.settings)), local=local)
        )
    kind = "bound" if datagram else "listening"
    wished = snapshot.settings.address.rpartition(":")[2]
    if local and not local.startswith(LOOPBACK):
        return StatusMessage("busy", msg(f"message.{kind}_open", local=local))
    if wished not in ("0", "") and _moved(snapshot):
        return StatusMessage("busy", msg(f"message.{kind}_moved", local=local, port=wished))
    return StatusMessage("good" if datagram else "info", msg(f"message.{kind}", local=local))


def _moved(snapshot: EndpointSnapshot) -> bool:
    """Whether the wanted port was taken, and the next free one is used."""
    if snapshot.settings.family == UNIX or snapshot.local is None:
        return False
    return snapshot.local.rpartition(":")[2] != snapshot.settings.address.rpartition(":")[2]
