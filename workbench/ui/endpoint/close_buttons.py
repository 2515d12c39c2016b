"""Half-close, abort, close: the three ways to end a connection."""

from __future__ import annotations

from workbench.ui.widgets.named_controls import GivingButton, NamedControls


class CloseButtons:
    """Three buttons; a panel lays them out."""

    def __init__(self, controls: NamedControls) -> None:
        self.half_close = controls.add(GivingButton(), "half_close")
        self.abort = controls.add(GivingButton(), "abort")
        self.close = controls.add(GivingButton(), "close")
