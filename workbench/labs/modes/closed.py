"""Mode closed: the listener was closed before anybody connects."""

from __future__ import annotations

from typing import Final

from workbench.engine.model import commands as c
from workbench.labs.modes.admission import Admission, Stage
from workbench.labs.modes.mode import LabMode


class ClosedListener(Admission):
    """A listener that was opened, so that its address is known to be free, and closed again."""

    def begin(self) -> None:
        self._stage.perform(c.Close(self._stage.server)).wait()


class _Closed(LabMode):
    name = "closed"
    listens = False
    way = 1

    def admission(self, stage: Stage) -> Admission:
        return ClosedListener(stage)


CLOSED: Final = _Closed()
