"""MessageBar: one or two lines that say what happened and what to do, in place of a message box."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style import dressing, icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import NamedControls, tone
from workbench.viewmodel.message import ErrorMessage, StatusMessage

_ICONS: Final = {
    "info": "info",
    "good": "circle-check",
    "busy": "triangle-alert",
    "bad": "circle-x",
}


MOST_LINES: Final = 4


class MessageBar(Retranslatable, QFrame):
    """An icon, a sentence, [Why?] and the remedy's button.

    Signals:
        why_wanted(): show the event that the message is about.
        remedy_wanted(str): do what this remedy promises.
    """

    why_wanted = Signal()
    remedy_wanted = Signal(str)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._controls = controls
        self._message: StatusMessage | None = None
        self._lines = 1
        self.setProperty("message", True)
        self.setObjectName(f"{controls.prefix}.message_line")
        self._icon = QLabel()
        self.label = controls.add(_SentenceLabel(), "message")
        self.why = controls.add(QPushButton(), "why")
        self.way_out = controls.add(QPushButton(), "way_out")
        self.other_way = controls.add(QPushButton(), "other_way")
        self.why.clicked.connect(self.why_wanted)
        self.way_out.clicked.connect(self._on_way_out)
        self.other_way.clicked.connect(self._on_other_way)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, theme.HAIR, theme.NEAR, theme.HAIR)
        for widget in (self._icon, self.label, self.why, self.way_out, self.other_way):
            row.addWidget(widget)
        row.setStretch(1, 1)
        self.fit()

    def fit(self) -> None:
        """Take the height of these lines."""
        metrics = QFontMetrics(QApplication.font())
        lines = "\n".join(self._lines * "国")
        # Chinese lines are higher: they come from another font
        high = metrics.boundingRect(QRect(0, 0, 1000, 1000), 0, lines).height()
        self.setFixedHeight(max(len(lines.split()) * metrics.lineSpacing(), high) + 6)

    def _fit_lines(self) -> None:
        """Take the lines that the sentence needs, beside wide buttons a further one."""
        room = QRect(0, 0, self._room_for_words(), 1000)
        metrics, text = self.label.fontMetrics(), self.label.text()
        high = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height()
        one = metrics.boundingRect(room, int(Qt.TextFlag.TextSingleLine), text).height()
        needed = min(MOST_LINES, round(high / max(1, one)))  # of Chinese one is higher
        # while it counts up, what is below must not move up and down
        self._lines = max(needed, self._lines)
        self.fit()

    def _room_for_words(self) -> int:
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        others = (self._icon, self.why, self.way_out, self.other_way)
        taken = sum(_width(part) + layout.spacing() for part in others if not part.isHidden())
        border = 2 * theme.HAIR
        return self.width() - border - margins.left() - margins.right() - taken

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lines = 1
            self._fit_lines()

    @property
    def message(self) -> StatusMessage | None:
        return self._message

    def show_message(self, message: StatusMessage) -> None:
        if message == self._message:
            return
        before, self._message = self._message, message
        if before is None or _key(before) != _key(message):
            self._lines = 1
        self._word()

    def retranslate(self) -> None:
        self._lines = 1
        self._word()
        self._fit_lines()

    def _word(self) -> None:
        message = self._message
        if message is None:
            return
        tone(self, message.level)
        colours = getattr(theme.current(), message.level)
        self._icon.setPixmap(icons.pixmap(_ICONS[message.level], colours.text))
        self._icon.setAccessibleName(tr(f"level.{message.level}"))
        self.label.set_sentence(message.text.show())
        for part in (self, self.label):
            dressing.repolish(part)
        self.why.setVisible(message.why)
        for button, way in (
            (self.way_out, message.way_out),
            (self.other_way, message.other_way),
        ):
            button.setVisible(way is not None)
            if way is not None:
                self._controls.recaption(button, way)
        self._fit_lines()

    @Slot()
    def _on_way_out(self) -> None:
        if self._message is not None and self._message.way_out is not None:
            self.remedy_wanted.emit(self._message.way_out)

    @Slot()
    def _on_other_way(self) -> None:
        if self._message is not None and self._message.other_way is not None:
            self.remedy_wanted.emit(self._message.other_way)


def _key(message: StatusMessage) -> str:
    """Which sentence it is, whatever fills it in."""
    text = message.text
    return text.problem.key if isinstance(text, ErrorMessage) else text.key


def _width(part: QWidget) -> int:
    """The width that a layout gives it."""
    hint = part.sizeHint().expandedTo(part.minimumSize())
    return hint.boundedTo(part.maximumSize()).width()


class _SentenceLabel(QLabel):
    """A sentence on a few lines, shown in full in the tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def set_sentence(self, sentence: str) -> None:
        self.setText(sentence)
        self.setToolTip(plain_tip(sentence))
        self.setAccessibleName(sentence)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 10)
