"""TurnByTurn: spreads things that would together block the event loop over several turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from workbench.qt.single_shot import single_shot


class TurnByTurn(QObject):
    """Calls each of the functions it is given in an event loop turn of its own, the first at once,
    so that keys, timers and painting come in between.

    An exception ends only the turn in which it is raised.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left: deque[Callable[[], object]] = deque()
        self._next = single_shot(self, self._go_on)

    @property
    def busy(self) -> bool:
        """Whether functions are left to call; False already while the last one runs."""
        return bool(self._left)

    def take(self, *things: Callable[[], object]) -> None:
        """Call these after those that are left."""
        begun = self.busy
        self._left.extend(things)
        if not begun:
            self._go_on()

    def take_next(self, *things: Callable[[], object]) -> None:
        """Call these before those that are left; none of them in the current turn."""
        self._left.extendleft(reversed(things))
        self._next.start()

    def drop(self) -> None:
        """Forget those that are left."""
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
