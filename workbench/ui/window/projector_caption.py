"""The large caption on a projector: the newest call, its result, and one sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout

from workbench.explain.evidence import Evidence
from workbench.explain.explain import Explanation, explain
from workbench.journal.query import parse
from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.viewmodel.log_cells import result_text, title_of

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

CALLS: Final = parse("kind:call|end -errno:EINPROGRESS|EAGAIN -call:getsockopt")
LOOK_BACK: Final = 500
"""Rows: in a flood there is a call among the newest."""


class ProjectorCaption(Retranslatable, QFrame):
    """The newest call as code in a fixed font, and below it what it returned, in words.

    Signals:
        stop_wanted(): its button *Stop all*.
        leave_wanted(): its button that ends the presentation.
    """

    stop_wanted = Signal()
    leave_wanted = Signal()

    def __init__(self, controller: Controller, demos: QMenu, *, live: bool) -> None:
        """`demos`: what can be shown, since the menu bar is hidden on a projector. `live` False:
        an old record has no sockets to stop and none to demonstrate with.
        """
        super().__init__()
        self._controller = controller
        self.setObjectName("caption")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._seen = 0
        self._call = QLabel()
        self._call.setObjectName("caption.call")
        self._words = QLabel()
        self._words.setObjectName("caption.words")
        column = QVBoxLayout()
        for label in (self._call, self._words):
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.WIDE, theme.NEAR, theme.WIDE, theme.GAP)
        row.addLayout(column, 1)
        self._buttons = {name: QPushButton() for name in ("demos", "stop_all", "leave")}
        self._buttons["demos"].setMenu(demos)
        for name, button in self._buttons.items():
            button.setObjectName(f"caption.{name}")
            row.addWidget(button)
        self._buttons["stop_all"].clicked.connect(self.stop_wanted)
        self._buttons["leave"].clicked.connect(self.leave_wanted)
        for name in ("demos", "stop_all"):
            self._buttons[name].setEnabled(live)
        self.retranslate()
        self._words.setWordWrap(True)
        self.hide()
        controller.snapshots_changed.connect(self.refresh)

    def retranslate(self) -> None:
        """Words of the buttons; the rest comes with the next call."""
        self._seen = 0
        for name, button in self._buttons.items():
            key = "present_end" if name == "leave" else name
            button.setText(tr(f"window.{key}"))
            button.setToolTip(tr(f"tip.{key}"))
            button.setAccessibleName(tr(f"name.{key}"))

    def redraw(self) -> None:
        """Fonts for the size in force."""
        code = theme.fixed_font()
        code.setPointSizeF(code.pointSizeF() * theme.LARGEST)
        code.setBold(True)
        self._call.setFont(code)
        words = self.font()
        words.setPointSizeF(words.pointSizeF() * theme.LARGER)
        self._words.setFont(words)
        self.retranslate()

    @Slot()
    def refresh(self) -> None:
        """Show the newest call of all, where there is a newer one than before."""
        controller = self._controller
        if not self.isVisible() or controller.closed:
            return
        committed = controller.session.journal.committed
        if committed == self._seen:
            return
        after = max(0, committed - LOOK_BACK)
        self._seen = committed
        found = next(controller.reader.select(CALLS, after, committed), [])
        row = controller.reader.row(found[-1]) if found else None
        if row is not None:
            known = Evidence(kind=controller.kind_of(row))
            self._show(explain(row, title=title_of(row), evidence=known), result_text(row))

    def _show(self, shown: Explanation, result: str) -> None:
        """The first paragraph is what the call returned."""
        self._call.setText(
            f"{shown.python}  → {result}"
            if shown.python and result
            else shown.python or shown.title
        )
        paragraphs = [text for section in shown.sections for text in section.paragraphs]
        self._words.setText(first_sentence(paragraphs[0]) if paragraphs else "")


def first_sentence(text: str) -> str:
    """As far as the first full stop that ends one: in "127.0.0.1" and "0.5 s" none does."""
    found = re.search(r"[.](?=\s)|。", text)
    return text if found is None else text[: found.end()]
