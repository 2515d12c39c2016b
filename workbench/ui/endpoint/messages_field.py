"""Where a message ends: a choice, and a field for the rest."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.ui.style.theme import BESIDE
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, tone
from workbench.viewmodel.message import msg
from workbench.viewmodel.messages_form import EXAMPLES, KINDS, MessagesForm


class MessagesField(QWidget):
    """The choice and the field beside it.

    Signals:
        edited(): the choice or the field has changed.
    """

    edited = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._controls = controls
        self._locked = False
        self.kind = controls.add(
            ChoiceBox(*((kind, f"messages.{kind}") for kind in KINDS)), "messages"
        )
        self.value = controls.add(TextField(width=12), "messages_value")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(BESIDE)
        for widget in (controls.caption("messages", self.kind), self.kind, self.value):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.kind.activated.connect(self._on_kind)
        self.value.textEdited.connect(self._on_edited)
        self._show()

    @property
    def form(self) -> MessagesForm:
        return MessagesForm(self.kind.value(), self.value.text())

    def show_form(self, form: MessagesForm) -> None:
        """Fill both without emitting a signal."""
        self.kind.choose(form.kind)
        if form.value != self.value.text():
            self.value.setText(form.value)
        self._show()

    def lock(self, locked: bool, *, datagram: bool) -> None:
        """Lock both: a connection keeps what it began with, and a datagram is a message already."""
        self._locked = locked or datagram
        reason = "why.messages_udp" if datagram else "why.messages_live" if locked else None
        self._controls.enable(self.kind, msg(reason) if reason else None)
        self._show()

    def _show(self) -> None:
        self.value.setVisible(self.kind.value() in EXAMPLES)
        self._controls.enable(self.value, msg("why.messages_live") if self._locked else None)
        tone(self.value, "bad" if self.form.fault is not None else "")

    @Slot()
    def _on_kind(self) -> None:
        self.value.setText(EXAMPLES.get(self.kind.value(), ""))
        self._on_edited()

    @Slot()
    def _on_edited(self) -> None:
        self._show()
        self.edited.emit()
