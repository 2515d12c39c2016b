"""What can be done with the chosen connections of a table: there while one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from workbench.engine.model.snapshot import ConnectionSnapshot
from workbench.texts import tr
from workbench.ui.endpoint.close_buttons import CloseButtons, why_no_abort, why_no_half_close
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls, group, spring
from workbench.viewmodel.connection_rows import ConnectionRow
from workbench.viewmodel.message import Sentence, msg

if TYPE_CHECKING:
    from workbench.ui.endpoint.conversation_pane import ConversationPane


class ConnectionActions(QWidget):
    """Conversation, and for the chosen row [Why?], Reply, and the three ways to end it.

    The row is always there, so that the table does not jump when one is chosen; its actions are
    not. They stand in a box of their own: hidden with it, their keys still find them, and off.
    """

    def __init__(self, controls: NamedControls, ends: CloseButtons, talk: ConversationPane) -> None:
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
            self._label,
            spring(),
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

    def show_chosen(
        self,
        chosen: Sequence[ConnectionSnapshot],
        lines: Sequence[ConnectionRow],
        *,
        why: str,
        hidden: int,
        datagram: bool,
    ) -> None:
        """Word it, and say why an action is off.

        Args:
            chosen: the chosen connections; empty for peers.
            lines: the chosen rows.
            why: what the mark of the only one says; "" where it has none.
            hidden: closed ones that are not shown.
            datagram: peers have nothing that could be ended.
        """
        self._label.setText(_said(lines, hidden))
        self._label.setVisible(bool(lines) or not self.talk.isChecked())
        self.actions_box.setVisible(bool(lines))
        self.why.setVisible(bool(why))
        for button in self.buttons[1:]:
            button.setVisible(not datagram)
        none: Sentence | None = msg("why.choose_row")
        if datagram:
            gone = msg("why.peer_gone") if any(line.closed for line in lines) else None
            self._controls.enable(self.reply, gone or (None if len(lines) == 1 else none))
            for button in self.buttons[1:]:
                self._controls.enable(button, msg("why.datagram"))
            return
        open_ones = [item for item in chosen if item.closed_ns is None]
        end = none if not chosen else None if open_ones else msg("why.closed")
        self._controls.enable(
            self.reply, end or (None if len(open_ones) == 1 else msg("why.one_only"))
        )
        for button, ask in (
            (self._ends.half_close, why_no_half_close),
            (self._ends.abort, why_no_abort),
        ):
            reasons = [ask(item) for item in open_ones]
            self._controls.enable(button, end or (None if None in reasons else reasons[0]))
        self._controls.enable(self._ends.close, end)


def _said(lines: Sequence[ConnectionRow], hidden: int) -> str:
    if len(lines) > 1:
        return tr("panel.chosen_many", count=len(lines))
    if lines:
        number = lines[0].key
        return tr("panel.chosen", number=number) if isinstance(number, int) else ""
    return tr("panel.hidden", count=hidden) if hidden else tr("panel.choose_row")


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
