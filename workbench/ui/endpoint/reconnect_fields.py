"""The local address of a client, and how it connects again by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.ui.style.theme import BESIDE
from workbench.ui.widgets.named_controls import NamedControls, TextField, group

if TYPE_CHECKING:
    from workbench.viewmodel.setup_form import ClientForm


class ReconnectFields(QWidget):
    """How often, after how many seconds, and the longest wait.

    Attributes:
        local_field: the local address with its caption, for another row.

    Signals:
        edited(): a field has changed.
        settled(str): a field has its new value; the control.
    """

    edited = Signal()
    settled = Signal(str)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        add, caption = controls.add, controls.caption
        self._local = add(TextField(width=18, least=12), "local")
        self._times = add(TextField(width=4), "again_times")
        self._after = add(TextField(width=5), "again_after")
        self._most = add(TextField(width=5), "again_most")
        self.local_field = group(caption("local", self._local), self._local)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(BESIDE)
        for widget in (
            caption("again_times", self._times),
            self._times,
            caption("again_after", self._after),
            self._after,
            caption("again_most", self._most),
            self._most,
        ):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for name, field in (
            ("local", self._local),
            ("again_times", self._times),
            ("again_after", self._after),
            ("again_most", self._most),
        ):
            field.textChanged.connect(self.edited)
            field.editingFinished.connect(lambda name=name: self.settled.emit(name))

    def fill(self, form: ClientForm) -> None:
        """Show a form; the caller blocks the signals."""
        self._local.setText(form.local)
        self._times.setText(form.again_times)
        self._after.setText(form.again_after)
        self._most.setText(form.again_most)

    def read(self, form: ClientForm) -> ClientForm:
        """A form, with what is in these fields."""
        return replace(
            form,
            local=self._local.text(),
            again_times=self._times.text(),
            again_after=self._after.text(),
            again_most=self._most.text(),
        )
