"""Mode bound: bind() was called, listen() was not."""

from __future__ import annotations

from typing import Final

from workbench.engine.model import commands as c
from workbench.labs.backlog_data import Family
from workbench.labs.listener_address import sockaddr
from workbench.labs.modes.admission import Admission, Stage
from workbench.labs.modes.mode import LabMode
from workbench.session import Session


class BoundSocket(Admission):
    """A bound socket that does not listen until somebody calls listen() by hand."""

    def listen_again(self, backlog: int, *, listening: bool) -> None:
        self._stage.perform(c.Listen(self._stage.server, backlog))


class _Bound(LabMode):
    name = "bound"
    listens = False
    way = 2

    def set_up(self, session: Session, server: str, family: Family) -> list[c.Command]:
        place = sockaddr(family, session)
        return [c.Call(server, "socket"), c.Call(server, "bind", (place,))]

    def admission(self, stage: Stage) -> Admission:
        return BoundSocket(stage)


BOUND: Final = _Bound()
