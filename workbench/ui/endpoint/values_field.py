"""Values that what is sent may name: one line to set one, and a removable chip for each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QWidget

from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls, TextField, group, tone
from workbench.ui.widgets.removable_chips import RemovableChip, RemovableChips
from workbench.viewmodel.known_values import TypedValue, fault

SHOWN = 24
"""Characters of a value on its chip."""
MASKED = "•" * 4


class ValuesField(Retranslatable, QWidget):
    """The line and the chips; a value that is set again is replaced.

    Attributes:
        rows: the values.

    Signals:
        edited(object): the values from now on.
        refused(object): a Problem: what is typed is not a value.
    """

    edited = Signal(object)
    refused = Signal(object)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._prefix = controls.prefix
        self.rows: tuple[TypedValue, ...] = ()
        self.name = controls.add(TextField(width=9), "value_name")
        self.value = controls.add(TextField(width=14), "value_text")
        self.secret = controls.add(QCheckBox(), "value_secret")
        self.set = controls.add(QPushButton(), "value_set")
        self._row = FlowLayout(self)
        self._row.addWidget(
            group(
                controls.caption("value_name", self.name),
                self.name,
                controls.caption("value_text", self.value),
                self.value,
                self.secret,
                self.set,
            )
        )
        self._chips = RemovableChips(self, self._row, self.set)
        self.secret.toggled.connect(self._on_secret)
        self.set.clicked.connect(self._on_set)
        for field in (self.name, self.value):
            field.returnPressed.connect(self._on_set)
            field.textEdited.connect(lambda: tone(self.name, ""))

    def show_rows(self, rows: Sequence[TypedValue]) -> None:
        """Show these without emitting a signal."""
        if tuple(rows) != self.rows:
            self.rows = tuple(rows)
            self._chips.show([self._chip(row) for row in rows])

    def retranslate(self) -> None:
        """Word what `NamedControls` does not know: the chips."""
        self._chips.redraw()

    def _chip(self, row: TypedValue) -> RemovableChip:
        shown = MASKED if row.secret else row.value
        shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
        return RemovableChip(
            f"{self._prefix}.value.{row.name}",
            f"{row.name} = {shown}",
            lambda: tr("values.remove", name=f"{{{row.name}}}"),
            lambda: self._drop(row),
        )

    @Slot(bool)
    def _on_secret(self, secret: bool) -> None:
        mode = QLineEdit.EchoMode.Password if secret else QLineEdit.EchoMode.Normal
        self.value.setEchoMode(mode)

    @Slot()
    def _on_set(self) -> None:
        row = TypedValue(self.name.text().strip(), self.value.text(), self.secret.isChecked())
        wrong = fault(row)
        tone(self.name, "bad" if wrong is not None else "")
        if wrong is not None:
            self.refused.emit(wrong)
            return
        others = tuple(other for other in self.rows if other.name != row.name)
        self.name.clear()
        self.value.clear()
        self.secret.setChecked(False)
        self._tell((*others, row))

    def _drop(self, row: TypedValue) -> None:
        self._tell(tuple(other for other in self.rows if other != row))

    def _tell(self, rows: tuple[TypedValue, ...]) -> None:
        self.show_rows(rows)
        self.edited.emit(rows)
