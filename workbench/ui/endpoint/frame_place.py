"""Where a WebSocket frame is made by hand: built when an endpoint first speaks WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from workbench.engine.model.web_address import WEBSOCKET
from workbench.ui.widgets.late_part import LatePart
from workbench.viewmodel.layer_form import LAYERED

if TYPE_CHECKING:
    from workbench.ui.endpoint.frame_line import FrameLine
    from workbench.ui.widgets.named_controls import NamedControls
    from workbench.viewmodel.message import Sentence


class FramePlace(LatePart["FrameLine"]):
    """The place of the line; it is there while WebSocket stands over the stream.

    Signals:
        submitted(object): as of the line.
    """

    submitted = Signal(object)

    def __init__(self, controls: NamedControls, *, server: bool) -> None:
        super().__init__(self._make)
        self._controls = controls
        self._server = server
        self._reason: Sentence | None = None

    def _make(self) -> FrameLine:
        from workbench.ui.endpoint.frame_line import FrameLine

        line = FrameLine(self._controls, server=self._server)
        line.submitted.connect(self.submitted)
        line.enable(self._reason)
        self._controls.retranslate()
        return line

    @Slot(str)
    def suit(self, over: str) -> None:
        """What stands over the stream now."""
        self.setVisible(WEBSOCKET in LAYERED[over])

    def enable(self, reason: Sentence | None) -> None:
        """`reason`: why nothing can be sent; None: it can."""
        self._reason = reason
        if self.built is not None:
            self.built.enable(reason)

    def retranslate(self) -> None:
        """Where the panel words itself anew."""
        if self.built is not None:
            self.built.retranslate()
