"""Whether every text has the room that it needs, and nothing lies outside its parent."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)

from tests.ui.looks.seen import name_of, painted
from workbench.ui.record.log_view import LogView
from workbench.ui.widgets.fitting_label import FittingLabel
from workbench.viewmodel.log_columns import place

SIDEWAYS = frozenset({"inspector.bytes", "scenario.text", "scenario.python"})
"""Code and hex keep their lines: they may scroll."""


def faults(root: QWidget) -> list[str]:
    """What is cut off in a window as it is now."""
    found = [
        f"{name_of(widget)}: {fault}"
        for widget in root.findChildren(QWidget)
        if widget.isVisible() and widget.width() and widget.height()
        for fault in _faults(widget)
    ]
    with painted() as texts:
        root.grab()
    long_cells = _long_cells(root)
    for item in texts:
        if item.text.endswith("…") and not item.text.endswith(" …"):
            if any(cell.startswith(item.text[:-1]) for cell in long_cells):
                continue
            found.append(f"painted, elided: {item.text!r}")
        elif item.box is not None and item.wanted.width() > item.box.width() + 1:
            found.append(f"painted, {item.wanted.width()} px in {item.box.width()}: {item.text!r}")
    return found


def _long_cells(root: QWidget) -> tuple[str, ...]:
    """Calls and data in the log are of any length, and Explain has them whole."""
    return tuple(
        str(view.model().index(row, column).data())
        for view in root.findChildren(LogView)
        for row in range(view.model().rowCount())
        for column in (place("call"), place("data"))
    )


def _faults(widget: QWidget) -> Iterator[str]:
    match widget:
        case QLabel():
            yield from _label(widget)
        case QAbstractButton():
            if shows_words(widget):
                yield from _button(widget)
        case QComboBox():
            yield from _box(widget)
        case QLineEdit():
            yield from _line(widget)
        case QHeaderView():
            yield from _header(widget)
        case QToolBar():
            for place in widget.actions():
                button = widget.widgetForAction(place)
                if not place.isVisible() or not isinstance(button, QToolButton):
                    continue  # there is nothing that it could do
                if button.text() and not button.isVisible():
                    yield f"no room for {button.text()!r}"
        case QTabBar():
            yield from _tabs(widget)
        case QAbstractScrollArea() if widget.objectName() not in SIDEWAYS:
            if widget.horizontalScrollBar().maximum() > 0:
                yield f"scrolls {widget.horizontalScrollBar().maximum()} px sideways"
    yield from _inside(widget)


def _bold(font: QFont) -> QFontMetrics:
    font = QFont(font)
    font.setBold(True)
    return QFontMetrics(font)


def _label(label: QLabel) -> Iterator[str]:
    if not label.text():
        return
    if label.wordWrap():
        wanted = label.fontMetrics().boundingRect(
            QRect(0, 0, label.contentsRect().width(), 10_000),
            int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft),
            label.text(),
        )
        if wanted.height() > label.height() + 2 or wanted.width() > label.width() + 1:
            yield f"{wanted.size().toTuple()} in {label.size().toTuple()}: {label.text()!r}"
    elif isinstance(label, FittingLabel):  # it asks for more than what it says now
        wide = label.fontMetrics().horizontalAdvance(label.text())
        if wide > label.width():
            yield f"{wide} px in {label.width()}: {label.text()!r}"
    elif label.sizeHint().width() > label.width() + 1:
        yield f"{label.sizeHint().width()} px in {label.width()}: {label.text()!r}"
    if label.sizeHint().height() > label.height() + 2 and not label.wordWrap():
        yield f"{label.sizeHint().height()} px high in {label.height()}: {label.text()!r}"


def shows_words(button: QAbstractButton) -> bool:
    """Whether its text is there to be read: of an icon alone it is for those who hear it."""
    return not (
        isinstance(button, QToolButton)
        and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
        and not button.icon().isNull()
    )


def _button(button: QAbstractButton) -> Iterator[str]:
    text = button.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
    if not text:
        return
    bold = button.property("primary") or button.property("tone") == "busy"
    metrics = _bold(button.font()) if bold else button.fontMetrics()
    wanted = max(map(metrics.horizontalAdvance, text.split("\n")))
    room = button.width()
    if isinstance(button, QCheckBox):
        option = QStyleOptionButton()
        button.initStyleOption(option)
        room = (
            button.style()
            .subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, button)
            .width()
        )
    else:
        wanted += 6  # frame
        if not button.icon().isNull():
            wanted += button.iconSize().width()
        if button.property("menu"):
            wanted += 12
    if wanted > room or button.fontMetrics().height() > button.height() + 1:
        yield f"{wanted} px in {room}: {text!r}"


def _box(box: QComboBox) -> Iterator[str]:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    room = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )
    edit = box.lineEdit()
    width = edit.width() - 4 if edit is not None else room.width() - 2
    wanted = box.fontMetrics().horizontalAdvance(box.currentText())
    if wanted > width:
        yield f"{wanted} px in {width}: {box.currentText()!r}"


def _line(line: QLineEdit) -> Iterator[str]:
    if isinstance(line.parentWidget(), QComboBox):
        return  # its box is looked at
    text = line.text() or line.placeholderText()
    option = QStyleOptionFrame()
    line.initStyleOption(option)
    inside = line.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, line)
    room = inside.width() - 4  # QLineEdit keeps 2 px on either side
    wanted = line.fontMetrics().horizontalAdvance(text)
    if line.fontMetrics().height() > line.height():
        yield f"{line.fontMetrics().height()} px high in {line.height()}"
    if wanted > room and not line.objectName().endswith("file_path"):  # of any length
        yield f"{wanted} px in {room}: {text!r}"


def _header(header: QHeaderView) -> Iterator[str]:
    model = header.model()
    for section in range(header.count()):
        text = model.headerData(section, header.orientation(), Qt.ItemDataRole.DisplayRole)
        if header.isSectionHidden(section) or not isinstance(text, str):
            continue
        wanted = header.fontMetrics().horizontalAdvance(text) + 4
        if wanted > header.sectionSize(section):
            yield f"{wanted} px in {header.sectionSize(section)}: {text!r}"


def _tabs(bar: QTabBar) -> Iterator[str]:
    for index in filter(bar.isTabVisible, range(bar.count())):
        wanted = bar.fontMetrics().horizontalAdvance(bar.tabText(index).replace("&", ""))
        button = bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
        room = bar.tabRect(index).width() - (button.width() if button is not None else 0)
        if wanted + 8 > room:
            yield f"{wanted} px in {room}: {bar.tabText(index)!r}"
    for button in bar.findChildren(QAbstractButton):
        if button.objectName().startswith("Scroll") and button.isVisible():
            yield "its tabs have to be scrolled"


def _inside(widget: QWidget) -> Iterator[str]:
    """A widget beyond the edge of its parent is cut off, unless the parent scrolls."""
    parent = widget.parentWidget()
    if parent is None or widget.isWindow() or isinstance(widget, QScrollBar | QProgressBar):
        return
    scrolled = parent.parentWidget()
    if isinstance(scrolled, QScrollArea) and scrolled.widget() is widget:
        return
    if isinstance(parent, QTabBar) or isinstance(scrolled, QTabBar):
        return
    if not parent.rect().adjusted(-1, -1, 1, 1).contains(widget.geometry()):
        yield f"{widget.geometry().getRect()} is outside {parent.rect().getRect()}"
    hint = widget.minimumSizeHint()
    fixed = widget.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored
    if hint.width() > widget.width() + 1 and not fixed and widget.minimumWidth() > widget.width():
        yield f"is {widget.width()} px wide and needs {hint.width()}"
