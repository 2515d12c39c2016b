"""Presents the table of WebSocket frames, once an endpoint speaks WebSocket."""

from __future__ import annotations

import json

from PySide6.QtCore import QObject, Signal, Slot

from workbench.journal.query import parse
from workbench.journal.reader import EndpointRow
from workbench.qt.controller import Controller
from workbench.qt.log_model import LogModel
from workbench.texts import Problem


class FramesPresenter(QObject):
    """Joins the table of frames and the record; its rows are searched for once it is shown.

    Signals:
        wanted(): an endpoint speaks WebSocket; emitted once for each record.
        selection_changed(object, object, bool): as in the log.
    """

    wanted = Signal()
    selection_changed = Signal(object, object, bool)

    def __init__(self, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._model: LogModel | None = None
        controller.panels_shown.connect(self.look)
        controller.session_reset.connect(self.look)
        controller.selection_changed.connect(self.tell_selection)

    @Slot()
    def look(self) -> None:
        """Check whether an endpoint speaks WebSocket, now or in the record."""
        if self._model is not None or self._controller.closed:
            return
        if self._speaks_now() or (not self._controller.session.endpoints and self._spoke()):
            self.wanted.emit()

    def _speaks_now(self) -> bool:
        session = self._controller.session
        for name in session.endpoints:
            try:
                settings = session.settings(name)
            except Problem:  # removed meanwhile
                continue
            if settings.websocket is not None or "websocket" in settings.layers:
                return True
        return False

    def _spoke(self) -> bool:
        return any(map(_speaks, self._controller.reader.endpoints()))

    def model(self, parent: QObject) -> LogModel:
        """The frames of the record, as rows of a table."""
        # imported with the first WebSocket
        from workbench.viewmodel.frame_columns import FRAMES, SHOWN

        self._model = LogModel(self._controller, parent, FRAMES)
        self._model.set_filter(parse(SHOWN))
        return self._model

    @Slot()
    def tell_selection(self) -> None:
        """Emit the selection again."""
        if self._model is not None:
            chosen = self._controller.selection
            self.selection_changed.emit(chosen.connection, chosen.seq, chosen.pinned)

    @Slot(int)
    def choose(self, row: int) -> None:
        """A person selected this row."""
        event = self._model.record_row(row) if self._model is not None else None
        if event is not None:
            self._controller.select(
                endpoint=event.endpoint, connection=event.connection, seq=event.seq
            )


def _speaks(row: EndpointRow) -> bool:
    """Whether an endpoint of the record spoke WebSocket; a stranger's file may contain anything."""
    try:
        config = json.loads(row.config)
    except ValueError:
        return False
    return isinstance(config, dict) and bool(
        config.get("websocket") or "websocket" in (config.get("layers") or ())
    )
