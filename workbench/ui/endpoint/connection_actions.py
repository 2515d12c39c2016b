"""Buttons for the chosen rows of a table of connections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from workbench.ui.endpoint.close_buttons import CloseButtons
from workbench.ui.endpoint.conversation_pane import ConversationPane, TalkRow
from workbench.ui.widgets.named_controls import GivingButton, NamedControls, group, spring
from workbench.viewmodel.server_state import ChosenState

if TYPE_CHECKING:
    from workbench.ui.endpoint.frame_place import FramePlace


class ConnectionActions(TalkRow):
    """[Why?], Reply, Ping, Close frame, and the three ways to end a connection.

    The line is always there, so that the table does not jump when a row is chosen; its buttons are
    not. They are in a box of their own: when it is hidden, their keys still find them, disabled.
    """

    def __init__(
        self,
        controls: NamedControls,
        ends: CloseButtons,
        talk: ConversationPane,
        frames: FramePlace,
    ) -> None:
        """`frames`: the owner of the buttons for WebSocket frames."""
        super().__init__(talk)
        self._ends = ends
        self._controls = controls
        self._label = QLabel()
        self._label.setProperty("muted", True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self.talk = controls.add(GivingButton(), "talk")
        self.talk.setCheckable(True)
        self.why = controls.add(QPushButton(), "why_row")
        self.reply = controls.add(GivingButton(), "reply")
        self.actions_box = group(self.why, *self.buttons)
        for widget in (
            self.talk,
            talk.box,
            frames.opener,
            self._label,
            spring(),
            frames.buttons,
            self.actions_box,
        ):
            self.row.addWidget(widget)
        self.unfold(False)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """The buttons that act on the connection, as in its context menu."""
        return (self.reply, self._ends.half_close, self._ends.abort, self._ends.close)

    def unfold(self, shown: bool) -> None:
        """Follow whether the conversation is shown: its options and Save are beside its button."""
        self._talk.view.setVisible(shown)
        self._talk.box.setVisible(shown)

    def show_chosen(self, state: ChosenState, why: str) -> None:
        """Show what is chosen, and why an action is disabled; `why`: what the mark of a single one
        says.
        """
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
        """Show [Why?] for a row with a mark; `why`: what the mark says."""
        self.why.setVisible(bool(why))


def pop_up(
    parent: QWidget, buttons: Sequence[QPushButton], hide: QAction | None, where: QPoint
) -> None:
    """Show the buttons as a menu at a point of the screen, with the switch for closed
    connections.
    """
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for button in buttons:
        words = button.caption if isinstance(button, GivingButton) else button.text()
        action = menu.addAction(words.replace("\n", " "), button.click)
        action.setEnabled(button.isEnabled())
        action.setToolTip(button.toolTip())
    if hide is not None:
        menu.addSeparator()
        menu.addAction(hide)
    menu.popup(where)
