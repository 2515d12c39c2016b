"""Actions on the lab's listener during a run: accept one, listen() again, close."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton

from workbench.texts import Problem
from workbench.ui.lab.set_up import parse_backlog
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls, TextField, group


class ByHand(FlowLayout):
    """The row of buttons and the field for a new backlog.

    Signals:
        accept_wanted(): accept one.
        listen_wanted(int): listen() with this backlog.
        close_wanted(): close the listener.
        refused(object): a Problem: a field cannot be understood.
    """

    accept_wanted = Signal()
    listen_wanted = Signal(int)
    close_wanted = Signal()
    refused = Signal(object)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        add = controls.add
        self.accept_one = add(QPushButton(), "accept_one", "lab_accept_one")
        self.listen_again = add(QPushButton(), "listen_again", "lab_listen_again")
        self.listen_size = add(TextField("2", width=6), "listen_size", "lab_listen_size")
        self.close_listener = add(QPushButton(), "close_listener", "lab_close_listener")
        for widget in (
            self.accept_one,
            group(self.listen_again, self.listen_size),
            self.close_listener,
        ):
            self.addWidget(widget)
        self.accept_one.clicked.connect(self.accept_wanted)
        self.listen_again.clicked.connect(self._on_listen_again)
        self.close_listener.clicked.connect(self.close_wanted)

    def begin(self, backlog: int) -> None:
        """Begin a run with this backlog."""
        self.listen_size.setText(str(backlog))

    def show_running(self, running: bool) -> None:
        for button in (self.accept_one, self.listen_again, self.close_listener):
            button.setEnabled(running)

    @Slot()
    def _on_listen_again(self) -> None:
        try:
            size = parse_backlog(self.listen_size.text())
        except Problem as problem:
            self.refused.emit(problem)
            return
        self.listen_wanted.emit(size)
