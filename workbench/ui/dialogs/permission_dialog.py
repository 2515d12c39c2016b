"""Asks a person to allow what a scenario reaches for, before it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.printable import escape
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import fit
from workbench.ui.widgets.screen_fit import open_at

if TYPE_CHECKING:
    from workbench.qt.scenario_player import Question


class PermissionDialog(Retranslatable, QDialog):
    """Asks once; the scenario runs only after a yes.

    Signals:
        allowed(object): the Question, once everything in it was allowed.
    """

    allowed = Signal(object)

    def __init__(self, question: Question, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("permission")
        self.setModal(True)
        open_at(self, 620, 340)
        self._question = question
        self.head = QLabel()
        self.head.setTextFormat(Qt.TextFormat.PlainText)
        self.head.setWordWrap(True)
        self.wishes = QPlainTextEdit()
        self.wishes.setObjectName("permission.wishes")
        self.wishes.setReadOnly(True)
        self.wishes.setTabChangesFocus(True)
        self.allow = QPushButton()
        self.allow.setObjectName("permission.allow")
        self.refuse = QPushButton()
        self.refuse.setObjectName("permission.refuse")
        self.refuse.setProperty("primary", True)
        self.refuse.setDefault(True)
        self.allow.setAutoDefault(False)
        self.allow.clicked.connect(self._on_allow)
        self.refuse.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.allow)
        buttons.addWidget(self.refuse)
        column = QVBoxLayout(self)
        column.addWidget(self.head)
        column.addWidget(self.wishes, 1)
        column.addLayout(buttons)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(tr("permission.title"))
        self.head.setText(tr("permission.head", name=self._question.path.name))
        self.wishes.setAccessibleName(tr("permission.wishes"))
        self.wishes.setPlainText(
            "\n".join(
                tr(f"permission.{wish.reach.value}", line=line, what=escape(wish.what))
                for line, wish in self._question.wishes
            )
        )
        for button, key in ((self.allow, "allow"), (self.refuse, "refuse")):
            button.setText(tr(f"permission.{key}"))
            button.setToolTip(tr(f"permission.{key}_tip"))
            fit(button)

    @Slot()
    def _on_allow(self) -> None:
        self.accept()
        self.allowed.emit(self._question)
