"""The fields of an appended checksum: its byte order, and the bytes it covers."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.texts import Problem
from workbench.ui.style.theme import BESIDE
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField
from workbench.viewmodel import parse_fields

MOST: Final = 2**31


class ChecksumFields(QWidget):
    """Three fields; an empty last byte means the end.

    Signals:
        edited(): one of them has changed.
    """

    edited = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        orders = tuple((name, f"choice.order_{name}") for name in ("usual", "little", "big"))
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
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.order.currentIndexChanged.connect(self._on_edited)
        self.start.textEdited.connect(self._on_edited)
        self.last.textEdited.connect(self._on_edited)

    def show_range(self, order: str, start: int, last: int | None) -> None:
        """Fill the fields."""
        self.order.choose(order)
        self.start.setText(str(start))
        self.last.setText("" if last is None else str(last))

    @property
    def covered(self) -> tuple[int, int | None]:
        """First and last byte. Raises Problem for what is no such number."""
        start = parse_fields.parse_whole(self.start.text() or "0", least=0, most=MOST)
        if not self.last.text().strip():
            return start, None
        return start, parse_fields.parse_whole(self.last.text(), least=start, most=MOST)

    @property
    def wrong(self) -> TextField | None:
        """The field that is no such number; None: both are."""
        try:
            parse_fields.parse_whole(self.start.text() or "0", least=0, most=MOST)
        except Problem:
            return self.start
        try:
            _ = self.covered
        except Problem:
            return self.last
        return None

    @property
    def known(self) -> tuple[int, int | None]:
        """As `covered`, and everything where that cannot be understood."""
        try:
            return self.covered
        except Problem:
            return 0, None

    @Slot()
    def _on_edited(self) -> None:
        self.edited.emit()
