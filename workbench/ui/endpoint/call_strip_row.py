"""The row of calls: the strip with what was called and comes next, and the pace of the set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout

from workbench.engine.model.snapshot import Chip, ConnectionSnapshot, EndpointSnapshot
from workbench.ui.endpoint.call_strip import CallStrip
from workbench.ui.endpoint.pace_control import PaceControl
from workbench.viewmodel.call_history import RecentCalls
from workbench.viewmodel.call_strip import chips_of
from workbench.viewmodel.endpoint_status import OPEN

if TYPE_CHECKING:
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel


class CallStripRow(QHBoxLayout):
    """Shows the calls of a panel's endpoint; makes the planned ones where that is asked for.

    Attributes:
        coming: what Next call would do after the set-up.

    Signals:
        start_wanted(): planned calls are to be made, and nothing is open.
    """

    start_wanted = Signal()

    def __init__(self, panel: EndpointPanel) -> None:
        super().__init__()
        self._panel = panel
        self._live = False
        self.coming: Chip | None = None
        self.strip = CallStrip(panel.controls)
        self.pace = PaceControl(panel)
        self.recent = RecentCalls()
        self.addWidget(self.strip, 1)
        self.addWidget(self.pace)
        self.strip.chosen.connect(self._on_chosen)
        self.strip.run_wanted.connect(self._on_run)

    def show_snapshot(
        self,
        snapshot: EndpointSnapshot,
        now_ns: int,
        planned: tuple[Chip, ...],
        item: ConnectionSnapshot | None,
    ) -> None:
        """`planned` are the calls of a start to come, `item` is the connection in question."""
        self._live = snapshot.phase in OPEN
        coming = self.coming = self.pace.show_pace(snapshot, item)
        controller = self._panel.controller
        recent = self.recent.after(
            snapshot, item, controller.reader, controller.session.journal.committed
        )
        self.strip.show_chips(chips_of(snapshot, planned, item, recent, coming), now_ns)

    def reset_session(self) -> None:
        """Another record: its calls have other numbers."""
        self.recent = RecentCalls()
        self._live = False

    @Slot(object)
    def _on_chosen(self, chip: Chip) -> None:
        self._panel.focused.emit()
        controller, name = self._panel.controller, self._panel.name
        if chip.t_ns is None:
            controller.select(endpoint=name)
        else:
            controller.select(endpoint=name, seq=controller.seq_at(chip.t_ns, name), pinned=False)

    @Slot(int)
    def _on_run(self, count: int) -> None:
        """Make so many of the planned calls, and stop there."""
        self.pace.go_by_hand()
        if not self._live:
            self.start_wanted.emit()
        self.pace.step(count)
