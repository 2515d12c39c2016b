"""Every text that a person can see or hear in a window, and where it stands."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QAbstractItemModel, QCoreApplication, QEvent, QModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QWidget,
)

from workbench.ui.widgets.hint_combo import NOTE_ROLE

MOST_ROWS = 40
CODE = frozenset({"inspector.code", "scenario.text", "scenario.python"})
"""Papers that hold code only."""


@dataclass(frozen=True)
class Shown:
    """A text and where it stands: the widget's name and which of its texts."""

    where: str
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.where} {self.kind}: {self.text!r}"


def texts_of(root: QWidget) -> Iterator[Shown]:
    """Also those of widgets that are hidden now: another state shows them."""
    for menu in root.findChildren(QMenu):
        menu.aboutToShow.emit()  # many are filled when they open
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # what they held before
    for widget in (root, *root.findChildren(QWidget)):
        where = name_of(widget)
        for kind, text in _texts(widget):
            if text.strip():
                yield Shown(where, kind, text)


def name_of(widget: QWidget) -> str:
    """Its own name, else that of the nearest parent that has one."""
    at: QWidget | None = widget
    steps = ""
    while at is not None and (not at.objectName() or at.objectName().startswith("qt_")):
        steps = f"/{type(at).__name__}{steps}"
        at = at.parentWidget()
    return f"{at.objectName() if at is not None else ''}{steps}"


def _texts(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "tool tip", widget.toolTip()
    yield "status tip", widget.statusTip()
    yield "accessible name", widget.accessibleName()
    yield "accessible description", widget.accessibleDescription()
    if widget.isWindow():
        yield "window title", widget.windowTitle()
    match widget:
        case QLabel() | QAbstractButton():
            yield "text", widget.text()
        case QLineEdit():
            yield "placeholder", widget.placeholderText()
        case QComboBox():
            yield "chosen", widget.currentText()
            yield from _model("item", widget.model())
        case QTabWidget():
            for index in range(widget.count()):
                yield "tab", widget.tabText(index)
                yield "tab tip", widget.tabToolTip(index)
        case QMenu():
            yield from _menu(widget)
        case QPlainTextEdit():
            if widget.isReadOnly() and widget.objectName() not in CODE:
                yield "paper", widget.toPlainText()
            yield "placeholder", widget.placeholderText()
        case QHeaderView():
            pass
        case QTableView():
            yield from _model("cell", widget.model())


def _menu(menu: QMenu) -> Iterator[tuple[str, str]]:
    yield "menu", menu.title()
    for action in menu.actions():
        yield "entry", action.text().partition("\t")[0]
        yield "entry's tip", action.toolTip()
        yield "entry's status tip", action.statusTip()


def _model(kind: str, model: QAbstractItemModel) -> Iterator[tuple[str, str]]:
    roles: tuple[int, ...] = (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        NOTE_ROLE,
        Qt.ItemDataRole.AccessibleTextRole,
    )
    for column in range(model.columnCount(QModelIndex())):
        for role in roles[:2]:
            header = model.headerData(column, Qt.Orientation.Horizontal, role)
            if kind == "cell" and isinstance(header, str):
                yield "header", header
        for row in range(min(MOST_ROWS, model.rowCount(QModelIndex()))):
            for role in roles:
                text = model.data(model.index(row, column), role)
                if isinstance(text, str):
                    yield kind, _plain(text)


def _plain(text: str) -> str:
    """A tip of untrusted text is wrapped, so that nothing in it is taken for markup."""
    return html.unescape(text.removeprefix("<qt>").removesuffix("</qt>"))


@dataclass(frozen=True)
class Painted:
    """A text that a widget of ours painted itself, the room that it had (None: a point), and
    whether it slants.
    """

    text: str
    box: QRect | None
    wanted: QRect
    italic: bool


@contextmanager
def painted() -> Iterator[list[Painted]]:
    """Everything that Python code draws as text meanwhile."""
    found: list[Painted] = []
    draw = QPainter.drawText

    def watched(painter: QPainter, *args: object) -> object:
        text = next(item for item in args if isinstance(item, str))
        box = args[0] if isinstance(args[0], QRect) else None
        flags = args[1] if box is not None and len(args) > 2 else 0
        if box is not None:
            wanted = painter.fontMetrics().boundingRect(box, int(flags), text)  # type: ignore[call-overload]
        else:
            wanted = QRect(int(args[0]), 0, painter.fontMetrics().horizontalAdvance(text), 1)  # type: ignore[call-overload]
        found.append(Painted(text, box, wanted, painter.font().italic()))
        return draw(painter, *args)  # type: ignore[call-overload]  # as it was called

    QPainter.drawText = watched  # type: ignore[assignment,method-assign]
    try:
        yield found
    finally:
        QPainter.drawText = draw  # type: ignore[method-assign]


def views(root: QWidget) -> list[QAbstractItemView]:
    return [view for view in root.findChildren(QAbstractItemView) if view.isVisible()]
