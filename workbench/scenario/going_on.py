"""Runs scenarios on endpoints that are already open: a listener whose clients come one by one."""

from __future__ import annotations

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.scenario.runner import Runner


class GoingOn(Runner):
    """A runner that stops nothing before its first step, so that waiting clients stay
    in the queue.
    """

    def _begin_again(self, settings: EndpointSettings) -> None:
        self._session.perform(c.Configure(settings.name, settings), self._step).wait(5)
