"""LatePart: a part of the window that is built when it is first shown, to speed up the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.widgets.sighted import Sighted
from workbench.ui.widgets.tab_order import set_tab_order

W = TypeVar("W", bound=QWidget)


class LatePart(Sighted, Generic[W]):
    """A hidden placeholder that builds the part when it is shown.

    Anything for the part that comes before it exists has to be kept by the caller, and passed on by
    `build`.
    """

    def __init__(self, build: Callable[[], W]) -> None:
        super().__init__()
        self._build = build
        self._part: W | None = None
        # only a widget that takes the focus keeps its place when others are ordered
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    @property
    def built(self) -> W | None:
        """The part, if it has been shown or asked for already."""
        return self._part

    @property
    def part(self) -> W:
        """The part, built now if it was not."""
        if self._part is None:
            self._part = self._build()
            column = QVBoxLayout(self)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(self._part)
            # at its place, not after everything that was there
            set_tab_order(self, self._part)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self._part

    def setVisible(self, visible: bool) -> None:
        """Show or hide it: Qt calls this too, for instance for the page of a tab."""
        if visible:
            _ = self.part
        super().setVisible(visible)
