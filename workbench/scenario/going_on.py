"""A run on endpoints that are open already: a listener whose clients come one after the other."""

from __future__ import annotations

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.scenario.runner import Runner


class GoingOn(Runner):
    """Stops nothing before its first step: who waits to be accepted goes on waiting."""

    def _begin_again(self, settings: EndpointSettings) -> None:
        self._session.perform(c.Configure(settings.name, settings), self._step).wait(5)
