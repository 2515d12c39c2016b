"""Finds out by trying which modes cannot run on this system."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from workbench.labs.modes.mode import LabMode
from workbench.labs.modes.mode_table import MODES
from workbench.labs.private_net import PrivateNet
from workbench.texts import Problem

Hindrances = Mapping[str, Problem]
"""Names of the modes that cannot run here, and why."""


def probe() -> Hindrances:
    """Prepare a private network for each mode that needs one. Takes about 0.1 s; leaves nothing
    behind.
    """
    private = [mode for mode in MODES.values() if mode.private]
    net = PrivateNet()
    try:
        net.start()
        tried = {mode.name: _tried(mode, net) for mode in private}
        return {name: problem for name, problem in tried.items() if problem is not None}
    except Problem as problem:
        return {mode.name: problem for mode in private}
    finally:
        net.close()


def _tried(mode: LabMode, net: PrivateNet) -> Problem | None:
    try:
        mode.prepare(net)
    except Problem as problem:
        return problem
    return None


class Probe:
    """Runs `probe` on its own thread, so that a window does not wait.

    Attributes:
        found: the result, None until then.
    """

    def __init__(self) -> None:
        self.found: Hindrances | None = None
        self._thread = threading.Thread(target=self._run, name="private network probe", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.found = probe()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._thread.join()
