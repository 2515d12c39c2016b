"""FilterMenu: named filters and the history."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QPushButton

from workbench.texts import tr
from workbench.viewmodel.kept_filters import KeptFilters

SHOWN: Final = 60
"""Characters of a filter in the menu."""


class FilterMenu(QPushButton):
    """Opens a menu.

    Attributes:
        kept: the filters; None: none are kept, and the menu stays empty.
        filtered: whether there is a filter now, which could be kept.

    Signals:
        chosen(str): use this filter.
        name_wanted(): ask for a name under which to keep the current one.
    """

    chosen = Signal(str)
    name_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("log.filters")
        self.kept: KeptFilters | None = None
        self.filtered = False
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.setProperty("menu", True)

    @Slot()
    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        for old in menu.findChildren(QMenu):  # clear() does not delete submenus
            old.deleteLater()
        named = self.kept.named if self.kept is not None else {}
        for name, text in named.items():
            self._add(menu, name, text)
        menu.addSeparator()
        keep = menu.addAction(tr("log.keep_filter"), self.name_wanted.emit)
        keep.setEnabled(self.kept is not None and self.filtered)
        forget = menu.addMenu(tr("log.forget_filter"))
        for name in named:
            forget.addAction(_plain(name)).triggered.connect(partial(self._forget, name))
        forget.setEnabled(bool(named))
        used = self.history()
        past = menu.addMenu(tr("log.used_filters"))
        for text in used:
            self._add(past, text, text)
        past.addSeparator()
        past.addAction(tr("log.forget_used"), self._forget_used)
        past.setEnabled(bool(used))

    def history(self) -> list[str]:
        """The filters used before, the newest first."""
        return self.kept.history if self.kept is not None else []

    def use(self, text: str) -> None:
        """Remember a filter that was used."""
        if self.kept is not None:
            self.kept.use(text)

    def name(self, name: str, text: str) -> None:
        """Keep a filter under a name."""
        if self.kept is not None:
            self.kept.name(name, text)

    def has(self, name: str) -> bool:
        """Whether a filter is kept under this name."""
        return self.kept is not None and name.strip() in self.kept.named

    def _add(self, menu: QMenu, shown: str, text: str) -> None:
        action = menu.addAction(_plain(shown))
        action.setStatusTip(text)
        action.triggered.connect(lambda _=False: self.chosen.emit(text))

    def _forget(self, name: str, _checked: bool = False) -> None:
        if self.kept is not None:
            self.kept.forget(name)

    @Slot()
    def _forget_used(self) -> None:
        if self.kept is not None:
            self.kept.forget_history()


def _plain(text: str) -> str:
    text = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return text.replace("&", "&&")
