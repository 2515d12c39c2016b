"""The settings of a run of the backlog lab."""

from __future__ import annotations

from typing import Final

from workbench.engine.sockets import descriptors, kernel_readings
from workbench.frozen import dataclass
from workbench.labs.backlog_data import Family
from workbench.labs.modes.kernel import KERNEL
from workbench.labs.modes.mode import LabMode
from workbench.texts import Problem

KERNEL_GIVES_UP: Final = 140.0
"""Seconds within which Linux, left to itself, ends a connect (tcp_syn_retries 6: 133 s)."""
UNIX_PATIENCE: Final = 10.0
"""Seconds for which an AF_UNIX connect without a timeout is watched: the kernel never ends it."""
GRACE: Final = 0.5
EACH: Final = 0.05
"""Further seconds for each client: on a busy machine they do not all begin at once."""
CLAIM_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class BacklogSettings:
    """The settings of one run; times in seconds.

    Attributes:
        every: between two connects; 0: all at once.
        timeout: of each connect, as with settimeout; None leaves it to the kernel.
        accept_after: when the program begins to accept; None: never.
        hold: go on until the bound even if every client has its outcome (for the window).
    """

    backlog: int = 2
    clients: int = 6
    every: float = 0.2
    timeout: float | None = 5.0
    family: Family = Family.INET
    mode: LabMode = KERNEL
    accept_after: float | None = None
    hold: bool = False

    def check(self) -> None:
        """Raises Problem if these settings cannot be run."""
        kernel_readings.check_backlog(self.backlog)
        if self.clients < 1:
            raise Problem("backlog.bad_clients", clients=self.clients)
        room = descriptors.room()
        if room is not None and 2 * self.clients + 8 > room:  # both ends are ours once accepted
            raise Problem("backlog.too_many", clients=self.clients, room=room)
        for seconds in (self.every, self.timeout, self.accept_after):
            if seconds is not None and not 0 <= seconds < 10**6:
                raise Problem("backlog.bad_seconds", value=seconds)
        if self.accept_after is not None and not self.mode.listens:
            raise Problem("backlog.nothing_to_accept", mode=self.mode.name)
        if self.mode.private and self.family is Family.UNIX:
            raise Problem("backlog.tcp_only", mode=self.mode.name)

    @property
    def bound(self) -> float:
        """Seconds after which the run ends at the latest; known before it begins."""
        patience = self.timeout
        if patience is None:
            patience = UNIX_PATIENCE if self.family is Family.UNIX else KERNEL_GIVES_UP
        last = (self.clients - 1) * self.every + patience + self.mode.settling
        served = self.accept_after if self.accept_after is not None else 0.0
        return max(last, served) + GRACE + EACH * self.clients

    @property
    def claim(self) -> int:
        """How many may wait according to the classic text: the backlog, from 0 to 5."""
        return min(max(self.backlog, 0), CLAIM_MAX)
