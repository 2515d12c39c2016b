"""*Send again*: sends the bytes of a row or of a line of a conversation once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from workbench.journal.topmost import Topmost
from workbench.texts import Problem
from workbench.ui.endpoint.conversation import Conversation
from workbench.viewmodel.send_again import command_again

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.qt.controller import Controller
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.record.log_panel import LogPanel
    from workbench.ui.window.endpoint_tabs import EndpointTabs


class SendAgain(QObject):
    """Finds the row that is meant, and has its endpoint send it again.

    Signals:
        told(object): a Problem that somebody should read: nothing was sent.
    """

    told = Signal(object)

    def __init__(self, tabs: EndpointTabs, log: LogPanel, controller: Controller) -> None:
        super().__init__()
        self._tabs = tabs
        self._log = log
        self._controller = controller
        log.again_wanted.connect(self.send)

    @Slot(object)
    def watch(self, panel: EndpointPanel) -> None:
        """Do what the menu of a panel's conversation asks for."""
        panel.talk.view.again_wanted.connect(self._send_numbered)

    @Slot()
    def send_chosen(self) -> None:
        """Send again what the current line of the focused conversation says, else the chosen
        row.
        """
        focus = QApplication.focusWidget()
        if not isinstance(focus, Conversation):
            self.send(self._log.chosen_row)
        elif focus.chosen is None:
            self.told.emit(Problem("again.not_sent"))
        else:
            self._send_numbered(focus.chosen)

    @Slot(int)
    def _send_numbered(self, seq: int) -> None:
        self.send(self._controller.reader.row(seq))

    @Slot(object)
    def send(self, row: Row | None) -> None:
        """Send again what this row says was sent; what prevents it is reported by its endpoint's
        panel.
        """
        if row is None:
            self.told.emit(Problem("again.none_chosen"))
            return
        try:
            presenter = self._tabs.presenter(row.endpoint or "")
        except KeyError:
            self.told.emit(Problem("again.no_endpoint", name=row.endpoint or ""))
            return
        try:
            if Topmost(self._controller.reader).told(row) is None:
                raise Problem("again.below")
            snapshot = self._controller.snapshot(presenter.name)
            presenter.act("send", command_again(row, snapshot))
        except Problem as problem:
            presenter.refuse(problem)
            self.told.emit(problem)
