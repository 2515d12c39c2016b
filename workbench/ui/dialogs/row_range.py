"""A range of rows of the log: two fields, and a count of what lies between."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.texts import Problem
from workbench.ui.widgets.named_controls import NamedControls, TextField, group, tone
from workbench.viewmodel import parse_fields


class RowRange(QObject):
    """Two fields; an empty one sets no bound.

    Attributes:
        first, last: the fields; `box` holds them.

    Signals:
        changed(): another range is wanted.
    """

    changed = Signal()

    def __init__(self, add: NamedControls, parent: QObject) -> None:
        super().__init__(parent)
        self.first = add.add(TextField(width=7), "from_row")
        self.last = add.add(TextField(width=7), "to_row")
        self.box = group(
            add.caption("from_row", self.first),
            self.first,
            add.caption("to_row", self.last),
            self.last,
        )
        for field in (self.first, self.last):
            field.editingFinished.connect(self.changed)

    def between(self, newest: int) -> range | None:
        """The rows in the range; None: all. `newest`: the number of the last row.

        Raises:
            Problem: a field is not the number of a row, or the first comes after the last.
        """
        first, last = self._bound(self.first, newest), self._bound(self.last, newest)
        if first is None and last is None:
            return None
        between = range(first or 1, (last or newest) + 1)
        if not between:
            tone(self.last, "bad")
            raise Problem("scenario_window.no_rows", first=first, last=last or newest)
        return between

    def _bound(self, field: TextField, newest: int) -> int | None:
        tone(field, "")
        if not field.text().strip():
            return None
        try:
            return parse_fields.parse_whole(field.text(), least=1, most=max(newest, 1))
        except Problem:
            tone(field, "bad")
            raise
