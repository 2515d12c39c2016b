"""What is needed less often: opened inside the panel; what differs stays visible as words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from workbench.ui.style import theme
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls


class MoreOptions(QFrame):
    """A folded part of a panel.

    Attributes:
        button: opens and folds it; stands in another row.
        chips: names what differs from the default, also while folded.
    """

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self.setProperty("more", True)
        self.button = controls.add(QToolButton(), "more")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.toggled.connect(self._on_toggled)
        self.chips = ElidedLabel()
        self.chips.setTextFormat(Qt.TextFormat.PlainText)
        self.chips.setProperty("muted", True)
        self.chips.hide()
        controls.add(self.chips, "chips")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        self.column.setSpacing(theme.GAP)
        self.hide()
        self.redraw()

    def add_row(self, *widgets: QWidget) -> None:
        row = FlowLayout()
        for widget in widgets:
            row.addWidget(widget)
        self.column.addLayout(row)

    def show_differences(self, words: list[str]) -> None:
        text = " · ".join(words)
        if text != self.chips.text():
            self.chips.setText(text)
            self.chips.setVisible(bool(text))

    def redraw(self) -> None:
        """The icon in the colours of the scheme; folded, the word alone says it."""
        opened = self.button.isChecked()
        self.button.setIcon(theme.icon("chevron-down") if opened else QIcon())

    @Slot(bool)
    def _on_toggled(self, opened: bool) -> None:
        self.setVisible(opened)
        self.redraw()
