"""The modes of the backlog lab, in the order they are offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workbench.labs.modes.abort import ABORT
from workbench.labs.modes.bound import BOUND
from workbench.labs.modes.closed import CLOSED
from workbench.labs.modes.firewall import FIREWALL
from workbench.labs.modes.gate import GATE
from workbench.labs.modes.kernel import KERNEL
from workbench.labs.modes.mode import LabMode

MODES: Final[Mapping[str, LabMode]] = {
    mode.name: mode for mode in (KERNEL, GATE, CLOSED, BOUND, FIREWALL, ABORT)
}
WAYS: Final = tuple(sorted((mode for mode in MODES.values() if mode.way), key=lambda m: m.way))
"""The ways to a real refusal, the plainest first."""
