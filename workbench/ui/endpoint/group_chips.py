"""The values that a rule's pattern takes, as buttons that insert their names into the reply."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import BESIDE
from workbench.ui.widgets.named_controls import NamedControls


class GroupChips(Retranslatable, QWidget):
    """One line that keeps its place when the pattern takes nothing, so that nothing moves.

    What it has no room for is offered by { in the reply, as the others are.

    Signals:
        wanted(str): this name is wanted in the reply.
    """

    wanted = Signal(str)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._buttons: list[QToolButton] = []
        self._caption = controls.caption("rules_groups")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(BESIDE)
        self._row.addWidget(self._caption)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setObjectName(f"{controls.prefix}.rules_groups")
        self._caption.hide()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @property
    def names(self) -> tuple[str, ...]:
        """The names on offer."""
        return self._names

    def show_names(self, names: Sequence[str]) -> None:
        """Offer these names."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            for button in self._buttons:
                self._row.removeWidget(button)
                button.hide()
                button.deleteLater()
            self._buttons = [self._made(name) for name in self._names]
            self._caption.setVisible(bool(self._names))
            self._fit()
        self.retranslate()

    def _made(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{self.objectName()}.{name}")
        button.setText(f"{{{name}}}")
        button.clicked.connect(lambda: self.wanted.emit(name))
        self._row.insertWidget(self._row.count() - 1, button)
        return button

    def _fit(self) -> None:
        room = self.width() - self._caption.sizeHint().width()
        for button in self._buttons:
            room -= button.sizeHint().width() + self._row.spacing()
            button.setVisible(room >= 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def retranslate(self) -> None:
        """Word what each does, in the current language."""
        for name, button in zip(self._names, self._buttons, strict=True):
            words = tr("rules.insert", name=f"{{{name}}}")
            button.setToolTip(words)
            button.setAccessibleName(words)
