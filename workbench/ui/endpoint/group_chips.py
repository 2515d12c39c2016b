"""The names that a rule's pattern takes, as buttons that put them into its reply."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QWidget

from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls


class GroupChips(Retranslatable, QWidget):
    """Hidden where a pattern takes nothing.

    Signals:
        wanted(str): this name is wanted in the reply.
    """

    wanted = Signal(str)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._buttons: list[QToolButton] = []
        self._row = FlowLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(controls.caption("rules_groups"))
        self.setObjectName(f"{controls.prefix}.rules_groups")
        self.hide()

    def show_names(self, names: Sequence[str]) -> None:
        """Offer these."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            for button in self._buttons:
                self._row.removeWidget(button)
                button.hide()
                button.deleteLater()
            self._buttons = [self._made(name) for name in self._names]
        self.retranslate()
        self.setVisible(bool(self._names))

    def _made(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{self.objectName()}.{name}")
        button.setText(f"{{{name}}}")
        button.clicked.connect(lambda: self.wanted.emit(name))
        self._row.addWidget(button)
        button.show()
        return button

    def retranslate(self) -> None:
        """What each does, in the current language."""
        for name, button in zip(self._names, self._buttons, strict=True):
            words = tr("rules.insert", name=f"{{{name}}}")
            button.setToolTip(words)
            button.setAccessibleName(words)
