"""AskedGates: gate modes a person asked for, shown until a snapshot shows their effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbench.engine.model.commands import Gate
from workbench.engine.model.settings import GateMode, Pace

if TYPE_CHECKING:
    from workbench.engine.model.snapshot import EndpointSnapshot
    from workbench.engine.model.ticket import Ticket


def is_told(ticket: Ticket | None, revision: int) -> bool:
    """Whether the snapshot of this revision shows what a command did, or there was no command."""
    return ticket is None or (ticket.done and ticket.revision <= revision)


class AskedGates:
    """The asked-for modes of one endpoint's gates, each with the revision from which snapshots show
    it.
    """

    def __init__(self) -> None:
        self._asked: dict[Gate, tuple[GateMode, Ticket | None]] = {}
        self._held: tuple[Gate, ...] = ()

    def ask(self, modes: Mapping[Gate, GateMode], ticket: Ticket | None) -> None:
        """Note that these modes were asked for by this command."""
        self._asked |= {gate: (mode, ticket) for gate, mode in modes.items()}

    def for_pace(self, pace: Pace, modes: Mapping[Gate, GateMode]) -> dict[Gate, GateMode]:
        """The gate modes that a pace implies; `modes`: of the existing gates, as they are shown.

        Call by call holds the gates that run freely, and any other pace releases just these.
        """
        if pace is Pace.STEP:
            self._held = tuple(gate for gate, mode in modes.items() if mode is GateMode.AUTO)
            return dict.fromkeys(self._held, GateMode.PAUSED)
        held, self._held = self._held, ()
        return dict.fromkeys(held, GateMode.AUTO)

    def modes(self, snapshot: EndpointSnapshot) -> dict[Gate, GateMode]:
        """The asked-for modes of accept, receive and send."""
        told = {
            Gate.ACCEPT: snapshot.accept,
            Gate.RECEIVE: snapshot.receive,
            Gate.SEND: snapshot.send,
        }
        return told | self.pending(snapshot.revision)

    def pending(self, revision: int) -> dict[Gate, GateMode]:
        """The modes that the snapshot of this revision does not show yet; others are forgotten."""
        self._asked = {
            gate: (mode, ticket)
            for gate, (mode, ticket) in self._asked.items()
            if not is_told(ticket, revision)
        }
        return {gate: mode for gate, (mode, _) in self._asked.items()}
