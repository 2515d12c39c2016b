"""What can be done with a row of the log: copied, folded, and made the filter."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from workbench.engine.model.events import COMMAND, NOTE
from workbench.explain.explain import as_python
from workbench.journal.query import quoted
from workbench.texts import tr

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.ui.record.log_panel import LogPanel


class LogContextMenu(QObject):
    """The context menu of the log's rows. Filtering writes a term into the field, in sight."""

    def __init__(self, panel: LogPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        panel.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        panel.view.customContextMenuRequested.connect(self._open)

    @Slot(QPoint)
    def _open(self, where: QPoint) -> None:
        view = self._panel.view
        row = view.rowAt(where.y())
        menu = self.menu(row if row >= 0 else view.currentIndex().row())
        menu.popup(view.viewport().mapToGlobal(where))

    def menu(self, place: int) -> QMenu:
        """What is offered for a shown row."""
        panel = self._panel
        menu = QMenu(panel)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = panel.model.record_row(place)
        copy = menu.addAction(tr("log.copy_rows"), panel.copy_rows)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        code = _code(panel, row)
        python = menu.addAction(tr("chip.copy"), lambda: QGuiApplication.clipboard().setText(code))
        python.setEnabled(bool(code))
        menu.addSeparator()
        for text, term, meaning in _terms(panel, row) if row is not None else ():
            menu.addAction(text, partial(panel.narrow, term, meaning))
        clear = menu.addAction(tr("log.no_filter"), panel.show_all)
        clear.setEnabled(bool(panel.filter.text()))
        menu.addSeparator()
        fold = menu.addAction(tr("log.fold"), lambda: panel.model.fold(place))
        fold.setEnabled(row is not None and row.kind == COMMAND)
        return menu


def _code(panel: LogPanel, row: Row | None) -> str:
    """The chosen calls as Python; of one that is not among them, that one."""
    chosen = [
        panel.model.record_row(index.row())
        for index in sorted(panel.view.selectionModel().selectedRows())
    ]
    rows = chosen if row in chosen else [row]
    return "\n".join(code for item in rows if item is not None and (code := as_python(item)))


def _terms(panel: LogPanel, row: Row) -> list[tuple[str, str, str]]:
    """Words, the filter's term for each, and what the term means where it does not say it."""
    found = []
    if row.connection is not None:
        number = panel.controller.number_of(row.connection)
        who = row.endpoint if number is None else f"{row.endpoint} #{number}"
        found.append((tr("log.only", what=who), f"conn={row.connection}", str(who)))
    if row.endpoint is not None:
        found.append((tr("log.only", what=row.endpoint), f"endpoint:{quoted(row.endpoint)}", ""))
    if row.kind not in {COMMAND, NOTE}:
        found.append((tr("log.only", what=f"{row.call}()"), f"call:{quoted(row.call)}", ""))
        found.append((tr("log.without", what=f"{row.call}()"), f"-call:{quoted(row.call)}", ""))
    return found
