"""The conversation of the chosen row's connection, beside the log of an earlier record."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout

from workbench.ui.endpoint.conversation_pane import ConversationPane
from workbench.ui.style.retranslatable import TellsWhenWorded
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls, spring
from workbench.ui.widgets.sighted import Sighted


class ConversationTab(TellsWhenWorded, Sighted):
    """The tab *Conversation* beside the log.

    Attributes:
        talk: the conversation. whose: names the connection.

    Signals:
        worded(): its texts have been made again.
    """

    worded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("talk")
        self._controls = NamedControls("record")
        self.talk = ConversationPane(self._controls, self)
        self.whose = QLabel()
        self.whose.setObjectName("record.whose")
        self.whose.setTextFormat(Qt.TextFormat.PlainText)
        row = FlowLayout()
        for widget in (self.whose, spring(), self.talk.box):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GAP, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(row)
        column.addWidget(self.talk.view, 1)
        self.retranslate()

    @Slot(str)
    def name(self, whose: str) -> None:
        """Say whose conversation it is."""
        self.whose.setText(whose)

    def retranslate(self) -> None:
        self._controls.retranslate()
