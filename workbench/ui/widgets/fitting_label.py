"""Labels and a button that show the longest of several texts that fits, and a row whose caption
goes where the others need its room.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy

from workbench.ui.style.theme import BESIDE
from workbench.ui.widgets.named_controls import QWIDGETSIZE_MAX, SpokenLabel


class FittingLabel(SpokenLabel):
    """A line of constant width whatever it says, so that its neighbours stay in place."""

    def __init__(self, room: str = "", least: str = "") -> None:
        """As wide as the text `room` ("": the longest that it may say) if there is room for it, and
        at least as wide as `least`.
        """
        super().__init__()
        self._room = room
        self._least = least
        self._texts: tuple[str, ...] = ("",)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setIndent(0)  # with padding from a style sheet, Qt would add half an x
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return self._size_of(self._room or self._texts[0])

    def minimumSizeHint(self) -> QSize:
        return self._size_of(self._least)

    def _size_of(self, text: str) -> QSize:
        return QSize(self._wide(text), self.fontMetrics().height()).grownBy(
            self.contentsMargins()  # a bar of Qt's gives its labels some
        )

    def _wide(self, text: str) -> int:
        """The width as drawn: where two fonts meet it is a pixel more than the advance."""
        metrics = self.fontMetrics()
        return max(metrics.horizontalAdvance(text), metrics.size(0, text).width())

    def offer(self, texts: Sequence[str]) -> None:
        """Set its possible texts, the longest first."""
        self._texts = tuple(texts)
        self.updateGeometry()
        self._choose()
        self.speak()

    @property
    def longest(self) -> str:
        """What it says if there is room for it."""
        return self._texts[0]

    @property
    def whole(self) -> str:
        return self.longest

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()

    def changeEvent(self, event: QEvent) -> None:
        """React to a font of another width: the style sheet comes last."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._choose()

    def _choose(self) -> None:
        room = self.contentsRect().width()
        fitting = (text for text in self._texts if self._wide(text) <= room)
        said = next(fitting, self._texts[-1])
        if said != self.text():
            QLabel.setText(self, said)


class GivingLabel(FittingLabel):
    """A caption that disappears if there is no room, since what it names explains itself."""

    def setText(self, text: str) -> None:
        if (text, "") != self._texts:
            self.offer((text, ""))


class CaptionedRow(QHBoxLayout):
    """It begins with the caption; what else is in it is added later.

    Attributes:
        caption: the label.
    """

    def __init__(self, caption: GivingLabel) -> None:
        super().__init__()
        self.setSpacing(BESIDE)
        self.caption = caption
        self.addWidget(caption)

    def setGeometry(self, area: QRect) -> None:
        """Hide the caption if it does not fit as a whole: less than its room would be a gap."""
        parts = [item for at in range(1, self.count()) if (item := self.itemAt(at)) is not None]
        wide = [self.caption.sizeHint().width()]
        wide += [item.sizeHint().width() for item in parts if not item.isEmpty()]
        fits = sum(wide) + self.spacing() * (len(wide) - 1) <= area.width()
        self.caption.setMaximumWidth(QWIDGETSIZE_MAX if fits else 0)
        super().setGeometry(area if fits else area.adjusted(-self.spacing(), 0, 0, 0))


class FittingButton(QPushButton):
    """A button that says it all or, where it is to give way to others, what it does alone."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = self._short = ""
        self._gives_way = False

    def offer(self, whole: str, short: str) -> None:
        """Set both texts; a screen reader says the whole one."""
        self._whole, self._short = whole, short
        if self.accessibleName() != whole:
            self.setAccessibleName(whole)
        self._choose()

    def give_way(self, gives_way: bool) -> None:
        """Say the short text from now on, or the whole one."""
        self._gives_way = gives_way
        self._choose()

    @property
    def whole_width(self) -> int:
        """Its width when it says it all."""
        wide = self.fontMetrics().horizontalAdvance
        return self.sizeHint().width() + wide(self._whole) - wide(self.text())

    def _choose(self) -> None:
        said = self._short if self._gives_way else self._whole
        if said != self.text():
            self.setText(said)
