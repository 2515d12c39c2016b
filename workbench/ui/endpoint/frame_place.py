"""The place of *Make frame*, which is built when an endpoint first speaks WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.engine.model.web_address import WEBSOCKET
from workbench.ui.widgets.late_part import LatePart
from workbench.viewmodel.layer_form import LAYERED

if TYPE_CHECKING:
    from workbench.ui.endpoint.frame_line import FrameLine
    from workbench.ui.widgets.named_controls import NamedControls
    from workbench.viewmodel.frame_form import FrameForm
    from workbench.viewmodel.message import Sentence


class FramePlace(LatePart["FrameLine"]):
    """Holds the fields of a frame while they are unfolded.

    Attributes:
        opener: the place of the button that unfolds them, while WebSocket is above the stream.
        buttons: likewise for Ping and Close frame; a panel puts it beside the ways to end a
            connection.

    Signals:
        submitted(object): as for the line.
    """

    submitted = Signal(object)

    def __init__(self, controls: NamedControls, *, server: bool) -> None:
        super().__init__(self._make)
        self._controls = controls
        self._server = server
        self._reason: Sentence | None = None
        self._over = ""
        self._kept: FrameForm | None = None
        self._sparing = False
        self.opener: LatePart[QWidget] = LatePart(lambda: self.part.open)
        self.buttons: LatePart[QWidget] = LatePart(lambda: self.part.buttons)

    def _make(self) -> FrameLine:
        from workbench.ui.endpoint.frame_line import FrameLine

        line = FrameLine(self._controls, server=self._server)
        line.submitted.connect(self.submitted)
        line.open.toggled.connect(self._fold)
        line.enable(self._reason)
        if self._kept is not None:
            line.fill(self._kept)
        self._controls.retranslate()
        return line

    @Slot(str)
    def suit(self, over: str) -> None:
        """Follow the layers that were chosen."""
        self._over = over
        self._fold()

    def spare_height(self, sparing: bool) -> None:
        """While the window is low, Ping and Close frame unfold with the fields."""
        self._sparing = sparing
        self._fold()

    @Slot()
    def _fold(self) -> None:
        line = self.built
        opened = line is not None and line.open.isChecked()
        spoken = WEBSOCKET in LAYERED[self._over]
        self.opener.setVisible(spoken)
        self.buttons.setVisible(spoken and (opened or not self._sparing))
        self.setVisible(spoken and opened)

    @property
    def frame(self) -> FrameForm | None:
        """The frame in the fields; None: they were never shown."""
        return self._kept if self.built is None else self.built.frame

    def fill(self, frame: FrameForm) -> None:
        """Put a kept frame into the fields, as soon as they exist."""
        self._kept = frame
        if self.built is not None:
            self.built.fill(frame)

    def enable(self, reason: Sentence | None) -> None:
        """Enable sending; `reason`: why it is disabled, None: it is not."""
        self._reason = reason
        if self.built is not None:
            self.built.enable(reason)
