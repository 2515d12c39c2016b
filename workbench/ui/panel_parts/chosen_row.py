"""What can be done with the chosen connection of a table, and what was said over it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from workbench.engine.snapshot import ConnectionSnapshot
from workbench.texts import tr
from workbench.ui.flow_layout import FlowLayout
from workbench.ui.panel_parts.controls import Controls, spring
from workbench.ui.panel_parts.end_buttons import EndButtons
from workbench.ui.wording import Sentence, say


class ChosenRow(QWidget):
    """Which one is chosen, Conversation, Reply, and the three ways to end it."""

    def __init__(self, controls: Controls, ends: EndButtons) -> None:
        super().__init__()
        self._ends = ends
        self._controls = controls
        self._label = QLabel()
        self._label.setProperty("muted", True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self.talk = controls.add(QPushButton(), "talk")
        self.talk.setCheckable(True)
        self.reply = controls.add(QPushButton(), "reply")
        row = FlowLayout(self)
        for widget in (self._label, spring(), self.talk, *self.buttons):
            row.addWidget(widget)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """What acts on the connection, as in its context menu."""
        return (self.reply, self._ends.half_close, self._ends.abort, self._ends.close)

    def pop_up(self, where: QPoint) -> None:
        """The same as a menu, at a point of the screen."""
        menu = QMenu(self)
        for button in self.buttons:
            action = menu.addAction(button.text(), button.click)
            action.setEnabled(button.isEnabled())
            action.setToolTip(button.toolTip())
        menu.popup(where)

    def show_chosen(self, chosen: ConnectionSnapshot | None) -> None:
        """Word it, and say why an action is off."""
        reason: Sentence | None = None
        if chosen is None:
            reason, text = say("why.choose_row"), tr("panel.choose_row")
        else:
            eof = chosen.closed_ns is None and chosen.peer_finished
            text = tr("panel.chosen_eof" if eof else "panel.chosen", number=chosen.number)
            reason = say("why.closed") if chosen.closed_ns is not None else None
        self._label.setText(text)
        for button in self.buttons:
            self._controls.enable(button, reason)
