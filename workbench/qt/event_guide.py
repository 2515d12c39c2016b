"""Finds the event behind what a panel shows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model.errors import PENDING
from workbench.engine.model.snapshot import Chip
from workbench.viewmodel.stall_reason import stall_reason, telling_row

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

LOOK_BACK: Final = 1000
"""Rows in which the newest failure is looked for."""


class EventGuide(QObject):
    """Chooses the event that explains something, as a person would in the log.

    Signals:
        pressed(): somebody asks to be led to an event.
        told(object): why a connection is stalled, a
        Sentence.
    """

    pressed = Signal()
    told = Signal(object)

    def __init__(self, controller: Controller, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._name = name

    def rename(self, name: str) -> None:
        """Take the endpoint's new name."""
        self._name = name

    @Slot(object)
    def show_chip(self, chip: Chip) -> None:
        """Select the event behind a chip of the strip; the endpoint, if its call was not made."""
        self.pressed.emit()
        if chip.t_ns is None:
            self._controller.select(endpoint=self._name)
        else:
            seq = self._controller.seq_at(chip.t_ns, self._name)
            self._controller.select(endpoint=self._name, seq=seq, pinned=False)

    @Slot()
    def show_failure(self) -> None:
        """Select the newest failure, which may be milliseconds old."""
        self._controller.after_commit(self, self._show_failure)

    def _show_failure(self) -> None:
        """Select the newest row of this endpoint with an error, if it is not far back."""
        controller = self._controller
        committed = controller.session.journal.committed
        first = max(1, committed - LOOK_BACK)
        rows = controller.reader.page(first, committed - first + 1)
        for row in reversed(rows):
            trouble = row.errno or row.error
            if row.endpoint == self._name and trouble and trouble not in PENDING:
                controller.select(
                    endpoint=self._name, connection=row.connection, seq=row.seq, pinned=False
                )
                return
        controller.select(endpoint=self._name)

    @Slot(int)
    def explain_stall(self, number: int) -> None:
        """Select the event behind a stalled connection, and say why it stalls."""
        self.pressed.emit()
        self._controller.after_commit(self, partial(self._explain_stall, number))

    def _explain_stall(self, number: int) -> None:
        controller = self._controller
        snapshot = controller.snapshot(self._name)
        item = next((item for item in snapshot.connections if item.number == number), None)
        if item is None:
            return
        committed = controller.session.journal.committed
        seq = telling_row(controller.reader.before(item.id, committed + 1))
        controller.select(endpoint=self._name, connection=item.id, seq=seq, pinned=False)
        settings = controller.session.settings(self._name)
        sentence = stall_reason(item, settings, controller.now_ns())
        if sentence is not None:
            self.told.emit(sentence)
