"""Buttons for the chosen rows of a table of connections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from workbench.ui.endpoint.close_buttons import CloseButtons
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls, group, spring
from workbench.viewmodel.server_state import ChosenState

if TYPE_CHECKING:
    from workbench.ui.endpoint.conversation_pane import ConversationPane
    from workbench.ui.endpoint.frame_place import FramePlace


class ConnectionActions(QWidget):
    """[Why?], Reply, Ping, Close frame, and the three ways to end a connection.

    The row is always there, so that the table does not jump when one is chosen; its actions are
    not. They stand in a box of their own: hidden with it, their keys still find them, and off.
    """

    def __init__(
        self,
        controls: NamedControls,
        ends: CloseButtons,
        talk: ConversationPane,
        frames: FramePlace,
    ) -> None:
        """`frames`: whose buttons are for frames of WebSocket."""
        super().__init__()
        self._talk = talk
        self._ends = ends
        self._controls = controls
        self._label = QLabel()
        self._label.setProperty("muted", True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self.talk = controls.add(QPushButton(), "talk")
        self.talk.setCheckable(True)
        self.why = controls.add(QPushButton(), "why_row")
        self.reply = controls.add(QPushButton(), "reply")
        self.actions_box = group(self.why, *self.buttons)
        row = FlowLayout(self)
        for widget in (
            self.talk,
            talk.box,
            frames.opener,
            self._label,
            spring(),
            frames.buttons,
            self.actions_box,
        ):
            row.addWidget(widget)
        self.unfold(False)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """What acts on the connection, as in its context menu."""
        return (self.reply, self._ends.half_close, self._ends.abort, self._ends.close)

    def unfold(self, shown: bool) -> None:
        """The conversation is shown, or not: how it is shown and saved is beside its button."""
        self._talk.view.setVisible(shown)
        self._talk.box.setVisible(shown)

    def show_chosen(self, state: ChosenState, why: str) -> None:
        """What is chosen, and why an action is off; `why`: what the mark of the only one says."""
        self._label.setText(state.label)
        self._label.setVisible((state.some and not state.one) or not self.talk.isChecked())
        self.actions_box.setVisible(state.some)
        self.show_why(why)
        for button, control in (
            (self.reply, state.reply),
            (self._ends.half_close, state.half_close),
            (self._ends.abort, state.abort),
            (self._ends.close, state.close),
        ):
            button.setVisible(control.shown)
            self._controls.show(button, control)

    def show_why(self, why: str) -> None:
        """[Why?] is there for a row with a mark; `why`: what the mark says."""
        self.why.setVisible(bool(why))


def pop_up(
    parent: QWidget, buttons: Sequence[QPushButton], hide: QAction | None, where: QPoint
) -> None:
    """The buttons as a menu at a point of the screen, and whether closed ones are shown."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for button in buttons:
        action = menu.addAction(button.text().replace("\n", " "), button.click)
        action.setEnabled(button.isEnabled())
        action.setToolTip(button.toolTip())
    if hide is not None:
        menu.addSeparator()
        menu.addAction(hide)
    menu.popup(where)
