"""Presents the newest call for the caption on a projector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.explain.evidence import Evidence
from workbench.journal.query import parse
from workbench.viewmodel.call_caption import caption_of

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

CALLS: Final = parse("kind:call|end -errno:EINPROGRESS|EAGAIN -call:getsockopt")
LOOK_BACK: Final = 500
"""Rows: in a flood there is a call among the newest."""


class CaptionPresenter(QObject):
    """Follows the record while the caption is shown.

    Signals:
        changed(CallCaption): there is a newer call than before, or another language.
    """

    changed = Signal(object)

    def __init__(self, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._in_sight = False
        self._seen = 0
        controller.panels_shown.connect(self.look)

    @Slot(bool)
    def set_in_sight(self, shown: bool) -> None:
        """Note that the caption came into sight, or left it."""
        self._in_sight = shown
        self.look()

    @Slot()
    def tell(self) -> None:
        """Emit the caption again, in the current language."""
        self._seen = 0
        self.look()

    @Slot()
    def look(self) -> None:
        """Emit the newest call, if it differs from the one before."""
        controller = self._controller
        if not self._in_sight or controller.closed:
            return
        committed = controller.session.journal.committed
        if committed == self._seen:
            return
        self._seen = committed
        found = next(controller.reader.select(CALLS, max(0, committed - LOOK_BACK), committed), [])
        row = controller.reader.row(found[-1]) if found else None
        if row is not None:
            self.changed.emit(caption_of(row, Evidence(kind=controller.kind_of(row))))
