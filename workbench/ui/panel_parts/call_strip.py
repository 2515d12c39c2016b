"""One chip per call, in order: planned, waiting, done or failed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from workbench.engine.snapshot import Chip, ChipState, CloseCause, EndpointSnapshot, Phase
from workbench.explain import python_call
from workbench.texts import tr
from workbench.ui import theme
from workbench.ui.panel_parts.controls import Controls, tone
from workbench.ui.theme import GAP

_TONES: Final = {
    ChipState.PLANNED: "planned", ChipState.WAITING: "busy", ChipState.DONE: "good",
    ChipState.FAILED: "bad",
}
_ICONS: Final = {
    ChipState.WAITING: "clock", ChipState.DONE: "check", ChipState.FAILED: "x",
}
_OF_A_SET_UP: Final = frozenset({"socket", "setsockopt", "bind", "listen", "connect"})
"""The others follow from what happens later: nobody can make accept() return."""
_WITH_FD: Final = ("socket", "accept")
_WITH_BYTES: Final = ("send", "recv", "sendto", "recvfrom")
MOST_CHIPS: Final = 24
SECOND: Final = 1_000_000_000


class CallStrip(QWidget):
    """The calls of an endpoint; the newest stay visible where there is no room for all.

    Signals:
        chosen(object): a Chip was clicked.
        run_wanted(int): make so many of the planned calls now.
    """

    chosen = Signal(object)
    run_wanted = Signal(int)

    def __init__(self, controls: Controls) -> None:
        super().__init__()
        self._chips: list[_ChipButton] = []
        self._more = QToolButton(self)
        self._more.setProperty("chip", True)
        tone(self._more, "planned")
        controls.add(self, "calls")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._height = self._more.sizeHint().height() + 2

    def fit(self) -> None:
        """Height and widths for the font in force."""
        self._height = self._more.sizeHint().height() + 2
        for chip in self._chips:
            chip.chip = None  # its icon has the colours of another theme
        self.updateGeometry()
        self._lay_out()

    def retranslate(self) -> None:
        """The next snapshot words every chip again."""
        self._more.setAccessibleName(tr("name.calls"))
        for button in self._chips:
            button.forget()

    def show_snapshot(
        self, snapshot: EndpointSnapshot, now_ns: int, planned: tuple[Chip, ...] = (),
        recent: tuple[Chip, ...] = (),
    ) -> None:
        """`planned` are the calls to come while there is none yet, `recent` those of the
        connection in question, after its set-up.
        """
        chips = (*_chips(snapshot, planned), *recent)
        changed = False
        while len(self._chips) < len(chips):
            button = _ChipButton(self)
            button.pressed_chip.connect(self.chosen)
            button.customContextMenuRequested.connect(partial(self._on_menu, button))
            self.setTabOrder(self._chips[-1] if self._chips else self._more, button)
            self._chips.append(button)
            changed = True
        while len(self._chips) > len(chips):
            gone = self._chips.pop()
            gone.hide()
            gone.deleteLater()
            changed = True
        for button, chip in zip(self._chips, chips, strict=True):
            changed = button.show_chip(chip, _label(chip, snapshot, now_ns)) or changed
        if changed:
            self._lay_out()

    def _on_menu(self, button: _ChipButton, where: QPoint) -> None:
        chip = button.chip
        if chip is None:
            return
        menu = QMenu(self)
        before = self._chips[: self._chips.index(button) + 1]
        count = sum(1 for other in before if other.chip is not None
                    and other.chip.state is ChipState.PLANNED)
        run = menu.addAction(tr("chip.run_now"), lambda: self.run_wanted.emit(count))
        run.setEnabled(chip.state is ChipState.PLANNED and chip.call in _OF_A_SET_UP)
        code = python_call(chip.call, chip.args)
        menu.addAction(tr("chip.copy"), lambda: QGuiApplication.clipboard().setText(code))
        menu.popup(button.mapToGlobal(where))

    def _lay_out(self) -> None:
        self._spell_out()
        widths = [chip.needed() for chip in self._chips]
        room = self.width()
        hidden = 0
        more = self._more.sizeHint().width() + GAP
        while hidden < len(widths) and (
            sum(widths[hidden:]) + GAP * (len(widths) - hidden - 1)
            > room - (more if hidden else 0)
        ):
            hidden += 1
        left = 0
        self._more.setVisible(hidden > 0)
        self._more.setToolTip("\n".join(chip.toolTip() for chip in self._chips[:hidden]))
        if hidden:
            self._more.setText(f"+{hidden}")
            self._more.setGeometry(0, 0, more - GAP, self._height)
            left = more
        for index, chip in enumerate(self._chips):
            chip.setVisible(index >= hidden)
            if index >= hidden:
                chip.setGeometry(left, 0, widths[index], self._height)
                left += widths[index] + GAP

    def _spell_out(self) -> None:
        """Planned calls show the arguments they will get: all, else the next one, else none."""
        planned = [chip for chip in self._chips
                   if chip.chip is not None and chip.chip.state is ChipState.PLANNED]
        for spelled in (planned, planned[:1], []):
            for chip in planned:
                chip.spell_out(chip in spelled)
            needed = sum(chip.needed() for chip in self._chips) + GAP * (len(self._chips) - 1)
            if needed <= self.width():
                return

    def sizeHint(self) -> QSize:
        return QSize(120, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()


class _ChipButton(QToolButton):
    pressed_chip = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.chip: Chip | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setProperty("chip", True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(12, 12))
        self.clicked.connect(self._on_clicked)

    def forget(self) -> None:
        """What it shows has to be worded again."""
        self.chip = None

    def show_chip(self, chip: Chip, label: str) -> bool:
        """Show a call; True if the button may need another width."""
        planned = chip.state is ChipState.PLANNED
        if self.chip == chip and (planned or self.text() == label):
            return False
        wider = planned or self.text() != label or self.chip is None or (
            self.chip.state != chip.state)
        self.chip = chip
        self.setText(label)
        tone(self, _TONES[chip.state])
        colour = {
            ChipState.WAITING: theme.current().busy.text, ChipState.DONE: theme.current().good.text,
            ChipState.FAILED: theme.current().bad.text,
        }.get(chip.state)
        if colour:
            self.setIcon(theme.icon(_ICONS[chip.state], colour))
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        else:
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        state = tr(f"chip.{chip.state.name.lower()}")
        self.setToolTip(f"{chip.call}({chip.args}): {chip.errno or state}")
        self.setAccessibleName(f"{label}: {state}")
        return wider

    def spell_out(self, spelled: bool) -> None:
        """Show the arguments too, or the call's name alone."""
        if self.chip is not None:
            self.setText(f"{self.chip.call}({self.chip.args})" if spelled and self.chip.args
                         else self.chip.call)

    def needed(self) -> int:
        """Pixels for icon and text; QToolButton's own hint wastes a third."""
        font = QFont(self.font())
        font.setBold(self.property("tone") == "busy")
        text = QFontMetrics(font).horizontalAdvance(self.text())
        icon = self.chip is not None and self.chip.state is not ChipState.PLANNED
        return text + 18 + (18 if icon else 0)

    @Slot()
    def _on_clicked(self) -> None:
        if self.chip is not None:
            self.pressed_chip.emit(self.chip)


def _chips(snapshot: EndpointSnapshot, planned: tuple[Chip, ...]) -> tuple[Chip, ...]:
    """The calls to show: planned ones before the first, and the one that is waited for."""
    chips = tuple(_settled(chip, snapshot) for chip in snapshot.strip[-MOST_CHIPS:])
    if not chips and snapshot.phase is Phase.IDLE:
        return planned
    waiting = snapshot.waiting
    if waiting is not None and all(
        chip.state is not ChipState.WAITING or chip.call != waiting.call for chip in chips
    ):
        return (*chips, Chip(waiting.call, "", ChipState.WAITING))
    return chips


def _settled(chip: Chip, snapshot: EndpointSnapshot) -> Chip:
    """A connect that had to wait, as it came out: the connection knows, the call did not."""
    if chip.call != "connect" or chip.state is not ChipState.DONE or chip.result is not None:
        return chip
    newest = snapshot.connections[-1] if snapshot.connections else None
    if newest is None or newest.connected_ns is not None:
        return chip
    if newest.closed_ns is None:
        return replace(chip, state=ChipState.WAITING)
    if newest.close_cause is CloseCause.TIMED_OUT:
        return replace(chip, state=ChipState.FAILED, errno=newest.errno or "TimeoutError")
    if newest.close_cause is CloseCause.FAILED:
        return replace(chip, state=ChipState.FAILED, errno=newest.errno)
    return chip


def _label(chip: Chip, snapshot: EndpointSnapshot, now_ns: int) -> str:
    if chip.state is ChipState.FAILED and chip.errno:
        return f"{chip.call} {chip.errno}"
    if chip.state is ChipState.DONE and chip.call in _WITH_FD and chip.result is not None:
        return f"{chip.call} fd {chip.result}"
    if chip.state is ChipState.DONE and chip.call in _WITH_BYTES:
        return f"{chip.call} {chip.result} B"
    if chip.state is not ChipState.WAITING:
        return chip.call
    if chip.t_ns is not None and chip.call in ("recv", "recvfrom"):
        return tr("chip.since", call=chip.call, seconds=max(0, now_ns - chip.t_ns) // SECOND)
    newest = snapshot.connections[-1] if snapshot.connections else None
    waiting = snapshot.waiting or (newest.waiting if newest is not None else None)
    if waiting is not None and waiting.call == chip.call:
        if waiting.deadline_ns is not None:
            left = max(0.0, (waiting.deadline_ns - now_ns) / SECOND)
            return tr("chip.left", call=chip.call, seconds=f"{left:.1f}")
        return tr("chip.since", call=chip.call, seconds=max(0, now_ns - waiting.since_ns) // SECOND)
    return f"{chip.call} …"
