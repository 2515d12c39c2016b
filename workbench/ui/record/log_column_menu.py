"""The menu of the log's header: columns and forms of time, kept between runs."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu

from workbench.qt.log_model import TimeForm
from workbench.texts import tr
from workbench.ui.record.log_view import LogView
from workbench.viewmodel.log_columns import CALL, COLUMNS

if TYPE_CHECKING:
    from workbench.qt.preferences import Preferences

KEPT = "log_columns"
"""Under which the settings have them."""


class ColumnMenu(QObject):
    """Shows and hides columns, sets the form of times, and remembers both."""

    def __init__(self, view: LogView) -> None:
        super().__init__(view)
        self._view = view
        self._preferences: Preferences | None = None
        self._changed = False
        header = view.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open)

    def restore(self, preferences: Preferences) -> None:
        """Restore columns and time form as they were left."""
        self._preferences = preferences
        with suppress(ValueError):
            self._view.show_times(TimeForm(preferences.time_form))
        kept = preferences.read_list(KEPT)
        if kept:
            self._view.arrange(kept)
            self._changed = True

    def keep(self) -> None:
        """Remember the columns, if a person has changed them."""
        if self._preferences is not None and (self._view.by_hand or self._changed):
            self._preferences.write_list(KEPT, self._view.arrangement())

    @Slot(QPoint)
    def _open(self, where: QPoint) -> None:
        self.menu().popup(self._view.horizontalHeader().mapToGlobal(where))

    def menu(self) -> QMenu:
        """The menu that the header offers now."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for form in TimeForm:
            action = menu.addAction(tr(f"log.time_{form.value}"))
            action.setCheckable(True)
            action.setChecked(form is self._view.time_form)
            action.triggered.connect(partial(self._choose_time, form))
        menu.addSeparator()
        header = self._view.horizontalHeader()
        for number, column in enumerate(COLUMNS):
            if column.extra and not COLUMNS[number - 1].extra:
                menu.addSeparator()
            action = menu.addAction(tr(f"log.column_{column.key}"))
            action.setCheckable(True)
            action.setChecked(not header.isSectionHidden(number))
            action.setEnabled(number != CALL)
            action.toggled.connect(partial(self._show_column, number))
        menu.addSeparator()
        menu.addAction(tr("log.columns_reset")).triggered.connect(self._reset)
        return menu

    def _choose_time(self, form: TimeForm, _checked: bool = False) -> None:
        self._view.show_times(form)
        if self._preferences is not None:
            self._preferences.time_form = form.value

    def _show_column(self, column: int, shown: bool) -> None:
        self._view.show_column(column, shown)
        self._changed = True

    def _reset(self) -> None:
        self._view.reset_columns()
        self._changed = False
        if self._preferences is not None:
            self._preferences.write_list(KEPT, [])
