"""How a client connects again by itself: three fields that say it, as a setting of the endpoint."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.engine.model.settings import Reconnect
from workbench.texts import Problem, tr
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import NamedControls, TextField
from workbench.viewmodel.reconnect_form import parse_reconnect, show_times


class ReconnectForm(QWidget):
    """How often, after how many seconds, and the longest wait.

    Signals:
        edited(str): a field has its new value: the name of its control.
    """

    edited = Signal(str)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._times = controls.add(TextField(width=4), "again_times")
        self._first = controls.add(TextField(width=5), "again_after")
        self._most = controls.add(TextField(width=5), "again_most")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP - 1)
        for name, field in (
            ("again_times", self._times),
            ("again_after", self._first),
            ("again_most", self._most),
        ):
            row.addWidget(controls.caption(name, field))
            row.addWidget(field)
            field.editingFinished.connect(lambda name=name: self.edited.emit(name))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def fill(self, reconnect: Reconnect | None) -> None:
        """Show the setting; where there is none, the waits that would be."""
        shown = reconnect or Reconnect()
        self._times.setText(show_times(reconnect))
        self._first.setText(f"{shown.first:g}")
        self._most.setText(f"{shown.most:g}")

    def differences(self) -> list[str]:
        """The setting in words, where there is one."""
        try:
            typed = self.reconnect
        except Problem:
            return []
        if typed is None:
            return []
        return [tr("chips.again", times=show_times(typed), seconds=f"{typed.first:g}")]

    @property
    def reconnect(self) -> Reconnect | None:
        """The setting as typed; None: it does not connect again. Raises Problem."""
        return parse_reconnect(self._times.text(), self._first.text(), self._most.text())
