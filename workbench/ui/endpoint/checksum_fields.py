"""The fields of an appended checksum: its byte order, and the bytes it covers."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.texts import Problem, tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import BESIDE
from workbench.ui.widgets.late_part import LatePart
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField
from workbench.viewmodel import parse_fields

MOST: Final = 2**31
USUAL: Final = "usual"


class _Fields(Retranslatable, QWidget):
    """Byte order, first and last byte."""

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        orders = tuple((name, f"choice.order_{name}") for name in (USUAL, "little", "big"))
        self.order = controls.add(ChoiceBox(*orders), "checksum_order")
        self.start = controls.add(TextField("0", width=4), "checksum_from")
        self.last = controls.add(TextField("", width=4), "checksum_to")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(BESIDE)
        for widget in (
            self.order,
            controls.caption("checksum_from", self.start),
            self.start,
            controls.caption("checksum_to", self.last),
            self.last,
        ):
            row.addWidget(widget)
        self.retranslate()

    def retranslate(self) -> None:
        self.last.setPlaceholderText(tr("panel.checksum_end"))


class ChecksumFields(LatePart[_Fields]):
    """Three fields, built when a checksum is first chosen; an empty last byte means the end.

    Signals:
        edited(): one of them has changed.
        number_typed(), number_left(): a number is being edited; it has its new value.
    """

    edited = Signal()
    number_typed = Signal()
    number_left = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__(self._make)
        self._controls = controls
        self._range: tuple[str, int, int | None] = (USUAL, 0, None)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _make(self) -> _Fields:
        made = _Fields(self._controls)
        _fill(made, *self._range)
        made.order.currentIndexChanged.connect(self._on_edited)
        for field in (made.start, made.last):
            field.textEdited.connect(self._on_edited)
            field.textChanged.connect(self.number_typed)
            field.editingFinished.connect(self.number_left)
        return made

    def show_range(self, order: str, start: int, last: int | None) -> None:
        """Fill the fields."""
        self._range = (order, start, last)
        if self.built is not None:
            _fill(self.built, order, start, last)

    @property
    def numbers(self) -> tuple[TextField, ...]:
        """The fields for numbers, if they have been built."""
        return () if self.built is None else (self.built.start, self.built.last)

    @property
    def order(self) -> str:
        """The chosen byte order."""
        return self._range[0] if self.built is None else self.built.order.value() or USUAL

    @property
    def covered(self) -> tuple[int, int | None]:
        """The first and last byte covered. Raises Problem: not a number."""
        fields = self.built
        if fields is None:
            return self._range[1:]
        start = parse_fields.parse_whole(fields.start.text() or "0", least=0, most=MOST)
        if not fields.last.text().strip():
            return start, None
        return start, parse_fields.parse_whole(fields.last.text(), least=start, most=MOST)

    @property
    def wrong(self) -> TextField | None:
        """The field that does not contain a number; None: both do."""
        fields = self.built
        if fields is None:
            return None
        try:
            parse_fields.parse_whole(fields.start.text() or "0", least=0, most=MOST)
        except Problem:
            return fields.start
        try:
            _ = self.covered
        except Problem:
            return fields.last
        return None

    @property
    def known(self) -> tuple[int, int | None]:
        """As `covered`, or everything if that cannot be understood."""
        try:
            return self.covered
        except Problem:
            return 0, None

    @Slot()
    def _on_edited(self) -> None:
        self.edited.emit()


def _fill(fields: _Fields, order: str, start: int, last: int | None) -> None:
    fields.order.choose(order)
    fields.start.setText(str(start))
    fields.last.setText("" if last is None else str(last))
