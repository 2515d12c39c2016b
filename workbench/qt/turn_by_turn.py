"""TurnByTurn: several things that would hold the event loop together are done one a turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from workbench.qt.single_shot import single_shot


class TurnByTurn(QObject):
    """Does each of what it is given in a turn of the event loop of its own, the first one at once:
    keys, timers and what is to be painted come between.

    What raises ends only its own turn.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left: deque[Callable[[], object]] = deque()
        self._next = single_shot(self, self._go_on)

    @property
    def busy(self) -> bool:
        """Whether something is still to be done; no longer in the last one itself."""
        return bool(self._left)

    def take(self, *things: Callable[[], object]) -> None:
        """Do these, after those that are still to be done."""
        begun = self.busy
        self._left.extend(things)
        if not begun:
            self._go_on()

    def take_next(self, *things: Callable[[], object]) -> None:
        """Do these before those that are still to be done; none of them in this turn."""
        self._left.extendleft(reversed(things))
        self._next.start()

    def drop(self) -> None:
        """Do none of what is left."""
        self._left.clear()
        self._next.stop()

    @Slot()
    def _go_on(self) -> None:
        if not self._left:
            return
        thing = self._left.popleft()
        if self._left:
            self._next.start()
        thing()
