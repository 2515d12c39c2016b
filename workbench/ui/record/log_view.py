"""LogView: a table whose visible rows are painted in one Python call."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import (
    QItemSelectionModel,
    QLine,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QIcon,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from workbench.engine.model.events import COMMAND, NOTE, STEP
from workbench.engine.model.message_ends import RECV
from workbench.journal.reader import Row
from workbench.qt.log_model import LogModel, TimeForm
from workbench.ui.style import fonts, icons, theme
from workbench.ui.widgets.known_viewport import known_viewport
from workbench.ui.widgets.row_under_mouse import RowUnderMouse
from workbench.viewmodel.find_text import FindText
from workbench.viewmodel.log_cells import failed, held
from workbench.viewmodel.log_columns import CALL, COLUMNS, DATA, NUMBER, RESULT, TIME, TOOK, WHO

TIMES: Final = {
    TimeForm.CLOCK: "00:00:00.000",
    TimeForm.UTC: "2026-11-23 00:00:00.000Z",
    TimeForm.START: "00000.000000",
    TimeForm.PREVIOUS: "+0000.000000",
}
CALL_SHARE: Final = 0.6
GIVING: Final = ((RESULT, 6), (WHO, 9))
"""What gives way in a narrow log before anything scrolls sideways, and the digits that it keeps."""
SEEN_DATA: Final = 6
"""Digits of data at least, where something gives way for it."""
WIDEST: Final = 10_000
"""Pixels of a column, where somebody has written into the settings."""
MARGIN: Final = 12
"""Pixels that a cell keeps free beside its text."""
CROSS_GAP: Final = 5
MARK: Final = "note"
SENDING: Final = frozenset({"send", "sendto"})
RECEIVING: Final = frozenset({"recv", "recvfrom", RECV})
_SAID: Final = (CALL, RESULT, TOOK, DATA)
"""What a note, which calls nothing, has for its sentence."""


class LogView(RowUnderMouse, QTableView):
    """The log's table.

    Attributes:
        empty_text: shown in the middle while there are no rows.
        by_hand: a person has set the columns' widths.
        keep_end: the newest row stays in view, whatever size the view gets.
        marked: the connection whose rows have a mark in the gutter.
        wanted: the text looked for, which is highlighted where it occurs.
    """

    def selectRow(self, row: int) -> None:
        """Select only that row. Qt's own method looks at the modifier keys that are down."""
        index = self._log.index(row, 0)
        flag = QItemSelectionModel.SelectionFlag
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the current row also by a step that cannot leave it, at an end."""
        super().keyPressEvent(event)
        steps = {Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Home, Qt.Key.Key_End}
        chosen = self.selectionModel().hasSelection()
        if event.key() in steps and not chosen and self._log.rowCount():
            self.selectRow(max(0, self.currentIndex().row()))

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pane = known_viewport(self)
        self.setModel(model)
        self._log = model
        self.empty_text = ""
        self.marked: int | None = None
        self.wanted = FindText("")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsMovable(True)
        self.horizontalHeader().setMinimumSectionSize(24)
        self.by_hand = False
        self.keep_end = True
        self._calls: list[tuple[QRect, str, QColor, bool]] = []
        self._bars: dict[str, list[QRect]] = {}
        self._arrows: dict[str, list[QLine]] = {}
        self._digits = len(COLUMNS[NUMBER].sample)
        self._fitting = True
        self._painted: tuple[int, ...] | None = None  # which rows, and where; None: out of date
        for outdated in (model.modelReset, model.rowsRemoved, model.layoutChanged):
            outdated.connect(self._forget_painted)
        self.horizontalHeader().sectionResized.connect(self._on_resized)
        for number, column in enumerate(COLUMNS):
            self.setColumnHidden(number, column.extra)
        self.fit_rows()

    def fit_rows(self) -> None:
        """Set row height and column widths for the current font."""
        metrics = QFontMetricsF(self.font())
        self._advances = [metrics.horizontalAdvance(chr(code)) for code in range(128)]
        self._code = fonts.fixed_font()
        self._code_metrics = QFontMetricsF(self._code)
        self._code_advance = self._code_metrics.horizontalAdvance("0")
        height = self.fontMetrics().height() + 5
        self._baseline = (height - self.fontMetrics().height()) // 2 + self.fontMetrics().ascent()
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self._fit_columns()
        if self.keep_end:
            self.scrollToBottom()

    def _fit_columns(self) -> None:
        """Let columns share the width, unless a person has set them, so that nothing scrolls
        sideways.
        """
        if self.by_hand:
            return
        metrics = self.fontMetrics()
        widths = {
            number: self._width_of(number)
            for number, column in enumerate(COLUMNS)
            if column.sample and not (column.extra and self.isColumnHidden(number))
        }
        widths[RESULT] += _cross(self.verticalHeader().defaultSectionSize()) + CROSS_GAP
        left = self.viewport().width() - sum(
            width for column, width in widths.items() if not self.isColumnHidden(column)
        )
        least = metrics.horizontalAdvance("0" * 12)
        for column, digits in GIVING:
            lacking = least + metrics.horizontalAdvance("0" * SEEN_DATA) - left
            spare = widths[column] - metrics.horizontalAdvance("0" * digits) - MARGIN
            given = max(0, min(lacking, 0 if self.isColumnHidden(column) else spare))
            widths[column] -= given
            left += given
        widths[CALL] = max(least, int(left * CALL_SHARE))
        self._fitting = True
        for column, width in widths.items():
            self.setColumnWidth(column, width)
        # it gets what is left, but from Qt never less than it had been given
        self.setColumnWidth(DATA, self.horizontalHeader().minimumSectionSize())
        self._fitting = False

    @property
    def time_form(self) -> TimeForm:
        """The form in which times are shown."""
        return self._log.time_form

    def show_times(self, form: TimeForm) -> None:
        """Show times in another form, in a column that is wide enough for it."""
        self._log.set_time_form(form)
        self.fit_rows()

    def show_column(self, column: int, shown: bool) -> None:
        """Show a column before the data, which gets the rest of the width."""
        header = self.horizontalHeader()
        self._fitting = True
        self.setColumnHidden(column, not shown)
        if shown and COLUMNS[column].extra:
            self.setColumnWidth(column, self._width_of(column))
            header.moveSection(header.visualIndex(column), header.visualIndex(DATA))
        self._fitting = False
        self._fit_columns()

    def _fit_number(self) -> None:
        """Make room for the number of the newest row."""
        count = self._log.rowCount()
        digits = len(str(self._log.seq_of(count - 1))) if count else 0
        if digits > self._digits:
            self._digits = digits
            self._fit_columns()

    def _width_of(self, column: int) -> int:
        """The width for what the column usually contains; one that was asked for also shows its
        title.
        """
        advance, wanted = self.fontMetrics().horizontalAdvance, COLUMNS[column]
        if column == NUMBER:
            return advance("0" * self._digits) + MARGIN + 2
        if column == TIME:
            return advance(TIMES[self.time_form]) + MARGIN + 2
        if not wanted.extra:
            return advance(wanted.sample) + MARGIN + 2
        title = self._log.headerData(column, Qt.Orientation.Horizontal)
        return max(advance(wanted.sample), advance(title)) + MARGIN + 4

    def reset_columns(self) -> None:
        """Show the columns as they were at first."""
        header = self.horizontalHeader()
        for number, column in enumerate(COLUMNS):
            self.setColumnHidden(number, column.extra)
            header.moveSection(header.visualIndex(number), number)
        self.by_hand = False
        self.fit_rows()

    def arrangement(self) -> list[dict[str, object]]:
        """The columns from left to right: key, whether it is shown, and its width."""
        header = self.horizontalHeader()
        places = [header.logicalIndex(place) for place in range(len(COLUMNS))]
        return [
            {
                "key": COLUMNS[number].key,
                "shown": not self.isColumnHidden(number),
                "width": self.columnWidth(number) if self.by_hand else None,
            }
            for number in places
        ]

    def arrange(self, wished: list[dict[str, object]]) -> None:
        """Restore an `arrangement`, perhaps of another version.

        A column that is not known any more is ignored; one that was not known then is as at first,
        before the data.
        """
        places = {column.key: number for number, column in enumerate(COLUMNS)}
        kept = {places[str(item["key"])]: item for item in wished if str(item.get("key")) in places}
        order = list(kept)
        at = order.index(DATA) if DATA in kept else len(order)
        order[at:at] = [number for number in range(len(COLUMNS)) if number not in kept]
        header = self.horizontalHeader()
        self._fitting = True
        for place, number in enumerate(order):
            header.moveSection(header.visualIndex(number), place)
        for number, item in kept.items():
            self.setColumnHidden(number, item.get("shown") is False and number != CALL)
            width = item.get("width")
            if isinstance(width, int) and 0 < width < WIDEST:
                self.by_hand = True
                self.setColumnWidth(number, width)
        self._fitting = False
        self._fit_columns()

    def _on_resized(self, column: int, _old: int, _new: int) -> None:
        if not self._fitting and column != DATA and self.isVisible():
            self.by_hand = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_columns()
        if self.keep_end:
            self.scrollToBottom()

    def rowsInserted(
        self, parent: QModelIndex | QPersistentModelIndex, first: int, last: int
    ) -> None:
        """Leave the rows in sight where they are when rows come in above."""
        bar = self.verticalScrollBar()
        top = bar.value()
        self._fit_number()
        above = first <= top and self._log.rowCount() > last - first + 1
        super().rowsInserted(parent, first, last)
        if above and not self.keep_end:
            self.updateGeometries()  # at once: the scroll bar has to know of the rows first
            bar.setValue(top + last - first + 1)

    def doItemsLayout(self) -> None:
        with self._painted_once():
            super().doItemsLayout()
            if self.keep_end:
                bar = self.verticalScrollBar()
                bar.setValue(bar.maximum())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if dx:
            self._forget_painted()
        with self._painted_once():
            super().scrollContentsBy(dx, dy)
            self._begin_with_a_row()

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._begin_with_a_row()

    def _begin_with_a_row(self) -> None:
        """Begin with a whole row even at the end, where Qt aligns the last row to the bottom."""
        bar, rows = self.verticalScrollBar(), self.verticalHeader()
        top = rows.sectionPosition(bar.value())
        if bar.value() == bar.maximum() and top >= 0 and rows.offset() != top:
            rows.setOffset(top)
            if self._in_sight() != self._painted:
                self._pane.update()

    @contextmanager
    def _painted_once(self) -> Iterator[None]:
        """A block that moves the view: it is repainted only if other rows are in sight afterwards.

        Qt repaints everything for rows inserted far above, and for each step on the way to where
        the view ends up: in a flood these are half of all repaints.
        """
        hidden = Qt.WidgetAttribute.WA_UpdatesDisabled
        if self._painted is None or self._pane.testAttribute(hidden):
            yield
            return
        self._pane.setAttribute(hidden)
        try:
            yield
        finally:
            self._pane.setAttribute(hidden, False)  # which by itself causes no repaint
        if self._in_sight() != self._painted:
            self._forget_painted()
            self._pane.update()

    def _rows_in_sight(self) -> tuple[int, int]:
        """The first and the last row that are in sight, at least in part."""
        last = self.rowAt(self._pane.height() - 1)
        return max(0, self.rowAt(0)), self._log.rowCount() - 1 if last < 0 else last

    def _in_sight(self) -> tuple[int, ...] | None:
        """The events to paint, and where; None: there are none."""
        if not self._log.rowCount():
            return None
        first, last = self._rows_in_sight()
        pane, height = self._pane.size(), self.verticalHeader().defaultSectionSize()
        at = self.rowViewportPosition(first)
        seq_of = self._log.seq_of
        return seq_of(first), seq_of(last), last - first, at, height, pane.width(), pane.height()

    @Slot()
    def _forget_painted(self) -> None:
        self._painted = None

    def at_bottom(self) -> bool:
        """Whether the newest row is in sight."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 1

    def chosen(self, most: int | None = None) -> list[int]:
        """The chosen rows in order, at most that many of them."""
        rows: set[int] = set()
        for part in self.selectionModel().selection().toList():
            end = part.bottom() + 1
            rows.update(range(part.top(), end if most is None else min(end, part.top() + most)))
        return sorted(rows)[:most]

    def chosen_last(self) -> int | None:
        """The row that was chosen last; None: none is chosen."""
        parts = self.selectionModel().selection().toList()
        return parts[-1].bottom() if parts else None

    def is_chosen(self, row: int) -> bool:
        """Whether a row is among the chosen ones, however many those are."""
        return self.selectionModel().isRowSelected(row, QModelIndex())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        palette = self.palette()
        painter.fillRect(event.rect(), palette.base())
        in_sight = self._in_sight()
        if QRegion(self._pane.rect()).subtracted(event.region()).isEmpty():
            self._painted = in_sight
        if in_sight is None:
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            area = self.viewport().rect().adjusted(24, 8, -24, -8)
            painter.drawText(
                area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.empty_text
            )
            return
        first, last = self._rows_in_sight()
        boxes = self._column_boxes()
        height = self.verticalHeader().defaultSectionSize()
        self._log.fetch(first, last)
        any_chosen = self.selectionModel().hasSelection()
        room = self.viewport().height()
        for row in range(first, last + 1):
            top = self.rowViewportPosition(row)
            if (top < 0 or top + height > room) and last > first:
                continue  # half of a row is none
            self._paint_row(
                painter, palette, row, top, height, boxes, any_chosen and self.is_chosen(row)
            )
        self._paint_shapes(painter)
        self._paint_calls(painter)
        self.tint_row(painter)

    def _paint_shapes(self, painter: QPainter) -> None:
        """Paint the stripes and arrows of all rows, colour by colour: each call of a painter may
        have to wait for the sockets' thread.
        """
        painter.setPen(Qt.PenStyle.NoPen)
        for endpoint, bars in self._bars.items():
            painter.setBrush(self._stripe_of(endpoint))
            painter.drawRects(bars)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, lines in self._arrows.items():
            painter.setPen(QPen(QColor(colour), 2))
            painter.drawLines(lines)
        self._bars.clear()
        self._arrows.clear()

    def _paint_calls(self, painter: QPainter) -> None:
        """Paint the calls of all rows, in the font of code, which is set once for them."""
        painter.setFont(self._code)
        for box, text, pen, selected in self._calls:
            painter.setPen(pen)
            if self.wanted:
                self._mark_found(painter, box, CALL, text, selected)
            cut = not text.isascii() or len(text) * self._code_advance > box.width()
            shown = (
                self._code_metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
                if cut
                else text
            )
            painter.drawText(box.left(), box.top() + self._baseline, shown)
        self._calls.clear()

    def _stripe_of(self, endpoint: str) -> QColor:
        """An endpoint's colour: the next for each that came into the record."""
        place = self._log.endpoint_place(endpoint)
        return QColor(theme.STRIPES[place % len(theme.STRIPES)])

    def _column_boxes(self) -> list[tuple[int, int]]:
        header = self.horizontalHeader()
        return [
            (header.sectionViewportPosition(number), header.sectionSize(number))
            for number in range(len(COLUMNS))
        ]

    def _paint_row(
        self,
        painter: QPainter,
        palette: QPalette,
        row: int,
        top: int,
        height: int,
        boxes: list[tuple[int, int]],
        selected: bool,
    ) -> None:
        event = self._log.record_row(row)
        if event is None:
            return
        cells = self._log.cells_of(row, event)
        width = self.viewport().width()
        pen = palette.color(QPalette.ColorRole.Text)
        if selected:
            painter.fillRect(0, top, width, height, palette.highlight())
            pen = palette.color(QPalette.ColorRole.HighlightedText)
        elif failed(event) or held(event) is False:
            painter.fillRect(0, top, width, height, error_tint(palette))
        if self.marked is not None and event.connection == self.marked:
            painter.fillRect(0, top, 3, height, palette.highlight())
        painter.setPen(pen)
        if event.kind == COMMAND:
            self._paint_rule(
                painter, palette, cells, top, height, boxes, selected, timed=event.call == MARK
            )
            return
        if event.endpoint is not None and boxes[WHO][1]:
            bar = QRect(boxes[WHO][0], top + 1, 3, height - 2)
            self._bars.setdefault(event.endpoint, []).append(bar)
        for column, text in enumerate(cells):
            left, size = boxes[column]
            if not text or not size:
                continue
            box = QRect(left + 6, top, size - MARGIN, height)
            if column == DATA and concluded(event):
                icon = _icon_of(event, pen, selected=selected)
                self._paint_conclusion(painter, _said(event, boxes, box), text, icon, selected)
                continue
            if column == CALL:
                box = self._paint_arrow(painter, box, event.call, pen, selected)
                self._calls.append((box, text, pen, selected))
                continue
            if column == RESULT and failed(event):
                box = self._paint_cross(painter, box)
            if self.wanted:
                hidden = column == DATA and self.wanted.in_bytes(event)
                self._mark_found(painter, box, column, text, selected, hidden=hidden)
            self._paint_text(painter, box, text, right=COLUMNS[column].right)

    def _mark_found(
        self,
        painter: QPainter,
        box: QRect,
        column: int,
        text: str,
        selected: bool,
        *,
        hidden: bool = False,
    ) -> None:
        """Highlight the text looked for where it occurs in a cell; at the end of the cell, if it is
        `hidden` in bytes that are not in sight.
        """
        metrics = painter.fontMetrics()
        tone = _scheme(self.palette()).found
        width = metrics.horizontalAdvance(text)
        left = box.left()
        if COLUMNS[column].right:
            left = max(left, box.right() + 1 - width)
        marks = []
        for begin, end in self.wanted.spots(column, text):
            at = left + metrics.horizontalAdvance(text[:begin])
            size = metrics.horizontalAdvance(text[begin:end])
            if at + size <= box.right() + 2:
                marks.append(QRect(at, box.top() + 1, size, box.height() - 2))
            else:
                hidden = True
        if hidden and not marks:
            side = box.height() // 3
            marks.append(QRect(box.right() - side, box.top() + 1, side, box.height() - 2))
        for mark in marks:
            if selected:  # the row has a colour of its own: a frame is visible on any
                painter.drawRect(mark.adjusted(-1, 0, 0, -1))
            else:
                painter.fillRect(mark, QColor(tone))

    def _paint_text(self, painter: QPainter, box: QRect, text: str, *, right: bool) -> None:
        """Paint a text on its row's baseline, whatever font substitutes, shortened if there is no
        room.

        Whether there is room is read from a table of widths, and the text is drawn from a point:
        measuring and laying it out by Qt takes several times as long.
        """
        width = sum(map(self._advances.__getitem__, text.encode())) if text.isascii() else 0.0
        if not 0 < width <= box.width():
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            width = self.fontMetrics().horizontalAdvance(text)
        left = box.left() + (box.width() - math.ceil(width) if right else 0)
        painter.drawText(left, box.top() + self._baseline, text)

    def _paint_conclusion(
        self, painter: QPainter, box: QRect, text: str, icon: QIcon, selected: bool
    ) -> None:
        """Paint what the program says and no call returned: italic, with an icon."""
        side = min(box.height() - 4, theme.ICON)
        icon.paint(painter, box.left(), box.top() + (box.height() - side) // 2, side, side)
        box = box.adjusted(side + 4, 0, 0, 0)
        painter.save()
        font = QFont(self.font())
        font.setItalic(max(text, default="") < "\u2e80")  # Chinese has no italics
        painter.setFont(font)
        if self.wanted:
            self._mark_found(painter, box, DATA, text, selected)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box.left(), box.top() + self._baseline, shown)
        painter.restore()

    def _paint_arrow(
        self, painter: QPainter, box: QRect, call: str, pen: QColor, selected: bool
    ) -> QRect:
        """Paint which way the bytes went: > out, < in, each in its colour; calls are aligned with
        and without it.
        """
        side = _cross(box.height())
        if call in SENDING or call in RECEIVING:
            middle = box.center().y()
            tip, back = box.left() + side // 2, box.left()
            if call in RECEIVING:
                tip, back = back, tip
            lines = [
                QLine(back, middle - side // 2, tip, middle),
                QLine(tip, middle, back, middle + side // 2),
            ]
            if selected:
                painter.drawLines(lines)
            else:
                colour = _ink(pen, good=True) if call in RECEIVING else theme.current().link
                self._arrows.setdefault(colour, []).extend(lines)
        return box.adjusted(side, 0, 0, 0)

    def _paint_cross(self, painter: QPainter, box: QRect) -> QRect:
        """Paint a cross before an error: shape as well as colour."""
        side = _cross(box.height())
        top = box.top() + (box.height() - side) // 2
        painter.drawLine(QPoint(box.left(), top), QPoint(box.left() + side, top + side))
        painter.drawLine(QPoint(box.left(), top + side), QPoint(box.left() + side, top))
        return box.adjusted(side + CROSS_GAP, 0, 0, 0)

    def _paint_rule(
        self,
        painter: QPainter,
        palette: QPalette,
        cells: tuple[str, ...],
        top: int,
        height: int,
        boxes: list[tuple[int, int]],
        selected: bool,
        *,
        timed: bool,
    ) -> None:
        """Paint a command: a thin rule with its sentence; a person's mark also has its time."""
        colour = palette.color(
            QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.PlaceholderText
        )
        painter.setPen(colour)
        number = QRect(boxes[0][0] + 6, top, boxes[0][1] - MARGIN, height)
        painter.drawText(
            number,
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            cells[NUMBER],
        )
        folded = "  …" if self._log.is_folded(int(cells[NUMBER])) else ""
        left, width = boxes[TIME]
        left += 6
        if timed and width:
            painter.drawText(
                QRect(left, top, width - MARGIN, height),
                Qt.AlignmentFlag.AlignVCenter,
                cells[TIME],
            )
            left += width
        middle = top + height // 2
        end = self.viewport().width() - 8
        metrics = self.fontMetrics()
        room = end - left - 24 - metrics.horizontalAdvance(folded)
        text = metrics.elidedText(cells[CALL], Qt.TextElideMode.ElideRight, room) + folded
        size = metrics.horizontalAdvance(text)
        painter.setPen(QPen(colour, 1))
        painter.drawLine(left, middle, left + 18, middle)
        if self.wanted:
            box = QRect(left + 24, top, size + 4, height)
            self._mark_found(painter, box, CALL, text, selected)
        painter.drawText(
            QRect(left + 24, top, size + 4, height), Qt.AlignmentFlag.AlignVCenter, text
        )
        if left + 32 + size < end:
            painter.drawLine(left + 32 + size, middle, end, middle)


def _cross(height: int) -> int:
    """The side of an error's cross in a row of this height."""
    return max(6, height // 3)


def _said(event: Row, boxes: list[tuple[int, int]], data: QRect) -> QRect:
    """Where a conclusion is painted: a note may use the space of the call that it does not have."""
    if event.kind != NOTE:
        return data
    shown = [boxes[column] for column in _SAID if boxes[column][1]]
    left = min(left for left, _ in shown) + 6
    right = max(start + size for start, size in shown) - 6
    return QRect(left, data.top(), right - left, data.height())


def concluded(event: Row) -> bool:
    """Whether the last column is the program's conclusion, rather than bytes of the call."""
    return event.kind == NOTE or not event.payload


def _icon_of(event: Row, pen: QColor, *, selected: bool) -> QIcon:
    """The icon before what the program says: whether a step or a run held, by shape and colour."""
    good = held(event)
    if good is None:
        begins = event.kind == NOTE and event.call == STEP
        return icons.icon("play" if begins else "info", pen.name())
    ink = pen.name() if selected else _ink(pen, good=good)
    return icons.icon("circle-check" if good else "circle-x", ink)


def _ink(text: QColor, *, good: bool) -> str:
    """Green or red beside text of this colour; each has a contrast of 4.5 on its background."""
    scheme = theme.DARK if text.lightness() > 128 else theme.LIGHT
    return scheme.held if good else scheme.broken


def error_tint(palette: QPalette) -> QColor:
    """A light red on light, a dark red on dark."""
    return QColor(_scheme(palette).fault)


def _scheme(palette: QPalette) -> theme.Theme:
    """The colours that go with a palette."""
    dark = palette.color(QPalette.ColorRole.Base).lightness() < 128
    return theme.DARK if dark else theme.LIGHT
