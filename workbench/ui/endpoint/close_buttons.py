"""Half-close, abort, close: the three ways to end a connection."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from workbench.ui.widgets.named_controls import NamedControls


class CloseButtons:
    """Three buttons; a panel lays them out."""

    def __init__(self, controls: NamedControls) -> None:
        self.half_close = controls.add(QPushButton(), "half_close")
        self.abort = controls.add(QPushButton(), "abort")
        self.close = controls.add(QPushButton(), "close")
