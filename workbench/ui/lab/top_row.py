"""The first row of the lab: its four steps, clock, stop and again, kept runs, text size."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton

from workbench.labs import backlog_kept
from workbench.labs.backlog_data import Picture
from workbench.texts import tr
from workbench.ui.style import icons, theme
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls, spring, tone

STEPS: Final = ("setup", "predict", "run", "compare")


class TopRow(FlowLayout):
    """The steps of a run and where it stands, its clock, and the buttons that act on a whole run.

    Attributes:
        stop, again, keep, close: buttons, wired by the window.
        corner: text size and close, at the far right, where they stay when the rest wraps.

    Signals:
        kept_wanted(object): show this kept run (a Path).
        smaller_wanted(), larger_wanted(): another text size.
    """

    kept_wanted = Signal(object)
    smaller_wanted = Signal()
    larger_wanted = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._steps = {name: QLabel() for name in STEPS}
        self._clock = QLabel()
        self.stop = controls.add(QPushButton(), "stop", "lab_stop")
        self.again = controls.add(QPushButton(), "again", "lab_again")
        self.keep = controls.add(QPushButton(), "keep", "lab_keep")
        kept = controls.add(QPushButton(), "kept", "lab_kept")
        self._menu = QMenu(kept)
        kept.setMenu(self._menu)
        self._sizes = {name: QToolButton() for name in ("smaller", "larger")}
        self.close = QToolButton()
        self.close.setObjectName("lab.close")
        self.close.setAutoRaise(True)
        self.corner = QHBoxLayout()
        for button in (*self._sizes.values(), self.close):
            self.corner.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        for label in self._steps.values():
            label.setProperty("badge", True)
        for label in (*self._steps.values(), self._clock):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for widget in (
            *self._steps.values(),
            spring(),
            self._clock,
            self.stop,
            self.again,
            self.keep,
            kept,
        ):
            self.addWidget(widget)
        for name, button in self._sizes.items():
            button.setObjectName(f"lab.{name}")
        self._sizes["smaller"].clicked.connect(self.smaller_wanted)
        self._sizes["larger"].clicked.connect(self.larger_wanted)
        self._menu.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        self._menu.clear()
        for path in backlog_kept.kept_runs():
            action = self._menu.addAction(path.stem)
            action.triggered.connect(lambda _=False, path=path: self.kept_wanted.emit(path))
        if self._menu.isEmpty():
            self._menu.addAction(tr("lab.no_kept")).setEnabled(False)

    def show_step(self, current: str, *, keepable: bool) -> None:
        """Show one of STEPS; `keepable`: there is a finished run from today."""
        for name, label in self._steps.items():
            tone(label, "busy" if name == current else "idle")
        self.stop.setEnabled(current == "run")
        self.keep.setEnabled(keepable)

    def show_clock(self, picture: Picture) -> None:
        """Show how long it has run and will run."""
        time = f"{picture.time:.1f}"
        self._clock.setText(
            tr("lab.clock", time=time, left=f"{max(0.0, picture.ends_in):.1f}")
            if picture.running
            else tr("lab.clock_ended", time=time)
        )

    def redraw(self) -> None:
        """Reserve the clock's width in the current font, so that nothing moves when a run
        begins.
        """
        metrics = self._clock.fontMetrics()
        longest = (tr("lab.clock", time="88.8", left="88.8"), tr("lab.clock_ended", time="88.8"))
        self._clock.setMinimumWidth(max(map(metrics.horizontalAdvance, longest)) + 2)
        side = theme.scaled(theme.ICON)
        self.close.setIconSize(QSize(side, side))
        self.close.setIcon(icons.icon("x"))

    def retranslate(self) -> None:
        for number, (name, label) in enumerate(self._steps.items(), 1):
            label.setText(f"{number}  {tr(f'lab.step_{name}')}")
        for name, button in self._sizes.items():
            button.setText(tr(f"window.{name}"))
            button.setToolTip(tr(f"tip.{name}"))
            button.setAccessibleName(tr(f"name.{name}"))
        self.close.setToolTip(tr("tip.lab_close"))
        self.close.setAccessibleName(tr("name.lab_close"))
        self.redraw()
