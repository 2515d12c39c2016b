"""Asks for the password of a private key: masked, and kept nowhere but in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.printable import escape
from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import fit, tone

if TYPE_CHECKING:
    from workbench.qt.key_passwords import KeyQuestion


WIDTH: Final = 460
"""Pixels at 100 per cent."""


class PasswordDialog(Retranslatable, QDialog):
    """Asks for the password of one key file, once.

    Signals:
        answered(str): the password that was typed.
    """

    answered = Signal(str)

    def __init__(self, question: KeyQuestion, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("password")
        self.setModal(True)
        self._question = question
        self.head = QLabel()
        self.wrong = QLabel()
        self.wrong.setObjectName("password.wrong")
        self.wrong.setVisible(question.wrong)
        tone(self.wrong, "bad")
        self.note = QLabel()
        self.note.setProperty("muted", True)
        for label in (self.head, self.wrong, self.note):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.typed = QLineEdit()
        self.typed.setObjectName("password.typed")
        self.typed.setEchoMode(QLineEdit.EchoMode.Password)
        self.head.setBuddy(self.typed)
        self.use = QPushButton()
        self.use.setObjectName("password.use")
        self.use.setProperty("primary", True)
        self.use.setDefault(True)
        self.cancel = QPushButton()
        self.cancel.setObjectName("password.cancel")
        self.cancel.setAutoDefault(False)
        self.use.clicked.connect(self._on_use)
        self.cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.use)
        buttons.addWidget(self.cancel)
        column = QVBoxLayout(self)
        for widget in (self.head, self.wrong, self.typed, self.note):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.retranslate()

    def retranslate(self) -> None:
        path = escape(self._question.path)
        self.setWindowTitle(tr("password.title"))
        self.head.setText(tr("password.head", path=path))
        self.wrong.setText(tr("password.wrong"))
        self.note.setText(tr("password.note"))
        self.typed.setAccessibleName(tr("password.typed"))
        for button, key in ((self.use, "use"), (self.cancel, "cancel")):
            button.setText(tr(f"password.{key}"))
            button.setToolTip(tr(f"password.{key}_tip"))
            fit(button)

    def event(self, event: QEvent) -> bool:
        """React when something in it wants another size."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return handled

    def _fit(self) -> None:
        """Be as high as the sentences need: Qt asks them only before a dialog is first shown."""
        layout = self.layout()
        assert layout is not None
        wide = theme.scaled(WIDTH)
        least = QSize(wide, layout.heightForWidth(wide))
        if least != self.minimumSize():
            self.setMinimumSize(least)
            self.resize(least)

    @Slot()
    def _on_use(self) -> None:
        self.accept()
        self.answered.emit(self.typed.text())


def ask_password(question: KeyQuestion, parent: QWidget) -> PasswordDialog:
    """Show a dialog, which is deleted once it is answered or dismissed."""
    dialog = PasswordDialog(question, parent)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
