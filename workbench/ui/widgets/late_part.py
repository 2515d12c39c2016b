"""LatePart: a part of the window that is built when it is first shown, to speed up the start; and
OpenedPart, which a person opens inside a panel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workbench.ui.widgets.sighted import Sighted
from workbench.ui.widgets.tab_order import set_tab_order

W = TypeVar("W", bound=QWidget)
LEAST_LINES: Final = 7
"""Lines of text of an opened part that are in sight in any case: about four lines of fields."""


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
            column.addWidget(self.surround(self._part))
            # at its place, not after everything that was there
            set_tab_order(self, self._part)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return self._part

    def surround(self, part: W) -> QWidget:
        """What is put into this place: the part, or what it is in."""
        return part

    def setVisible(self, visible: bool) -> None:
        """Show or hide it: Qt calls this too, for instance for the page of a tab."""
        if visible:
            _ = self.part
        super().setVisible(visible)


class OpenedPart(LatePart[W]):
    """A part of a panel that is closed at first.

    Without it, whoever opens many fields in a low window would have to scroll the panel, and the
    buttons that the fields are for would be out of sight.

    Signals:
        changed(): it may need another height.
    """

    changed = Signal()

    def surround(self, part: W) -> QWidget:
        area = _Area(part)
        area.changed.connect(self.changed)
        return area

    def full_height(self, width: int) -> int:
        """The pixels that all its fields need at this width; 0: it is closed."""
        return 0 if self.built is None or self.isHidden() else self.built.heightForWidth(width)

    @property
    def least_lines(self) -> int:
        """The pixels that it has to have, if its fields need as many."""
        return LEAST_LINES * self.fontMetrics().lineSpacing()

    def give(self, height: int) -> None:
        """Set its height; if that is less than all, its fields scroll."""
        if self.minimumHeight() != height or self.maximumHeight() != height:
            self.setFixedHeight(height)


class _Area(QScrollArea):
    """Scrolls vertically, never sideways.

    Signals:
        changed(): what is in it wants another size.
    """

    changed = Signal()

    def __init__(self, part: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(part)

    def minimumSizeHint(self) -> QSize:
        part = self.widget()
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize((part.minimumSizeHint().width() if part is not None else 0) + bar, 0)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.changed.emit()
        return handled
