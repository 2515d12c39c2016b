"""The call strip: a chip for each call, planned, waiting, done or failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from workbench.engine.model.planned_calls import CALLS
from workbench.engine.model.snapshot import Chip, ChipState
from workbench.explain.explain import python_call
from workbench.printable import escape
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import NamedControls, tone
from workbench.viewmodel.call_strip import bracketed, in_full, label

_TONES: Final = {
    ChipState.PLANNED: "planned",
    ChipState.WAITING: "busy",
    ChipState.DONE: "good",
    ChipState.FAILED: "bad",
}
_ICONS: Final = {
    ChipState.WAITING: "clock",
    ChipState.DONE: "check",
    ChipState.FAILED: "x",
}
_FAR: Final = 1_000
_STEPS: Final[Mapping[int, int]] = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Home: -_FAR,
    Qt.Key.Key_End: _FAR,
}
"""How many buttons a key moves on."""
_PRESSES: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class Length(Enum):
    """How much of a call a chip says: its name, brackets with … in them, or all of it."""

    SHORT = auto()
    BRACKETS = auto()
    FULL = auto()


class CallStrip(Retranslatable, QWidget):
    """The chips in order; if there is no room for all, the newest stay visible.

    They are one stop of the Tab key, at the one that had the focus last; arrow keys, Home and End
    move between them, as in a tool bar.

    Signals:
        chosen(object): a Chip was clicked.
        run_wanted(int): make that many of the planned calls now.
    """

    chosen = Signal(object)
    run_wanted = Signal(int)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._chips: list[_ChipButton] = []
        self._now_ns = 0
        self._more = _StripButton(self)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.clicked.connect(self._on_more)
        self._more.left_by.connect(self._on_left)
        self._stop: _StripButton = self._more
        self._more.setProperty("chip", True)
        tone(self._more, "planned")
        controls.add(self, "calls")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._measure()
        self.retranslate()

    def _measure(self) -> None:
        """Measure with an empty button, whose hint wastes less, so that it is the same whether
        calls are left out or not.
        """
        text = self._more.text()
        self._more.setText("")
        self._height = self._more.sizeHint().height() + 2
        self._more.setText(text)
        self.updateGeometry()

    def redraw(self) -> None:
        """Height and widths for the font in force."""
        for chip in self._chips:
            chip.chip = None  # its icon has the colours of another theme
        self._measure()
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        """The next snapshot words every chip again."""
        self._more.setAccessibleName(f"{tr('name.calls')}: {self._more.text()}")
        for button in self._chips:
            button.forget()

    def tick(self, now_ns: int) -> None:
        """Show how long the waiting calls have waited at this time of the record."""
        self._now_ns = now_ns
        grown = False
        for button in self._chips:
            chip = button.chip
            if chip is not None and chip.state is ChipState.WAITING:
                before = button.needed()
                if button.show_chip(chip, label(chip, now_ns)):
                    button.spell_out(Length.FULL)
                    grown = grown or button.needed() != before
        if grown:
            self._lay_out()

    def show_chips(self, chips: Sequence[Chip]) -> None:
        """Show these calls in this order."""
        changed = False
        while len(self._chips) < len(chips):
            button = _ChipButton(self)
            button.pressed_chip.connect(self.chosen)
            button.customContextMenuRequested.connect(partial(self._on_menu, button))
            button.left_by.connect(self._on_left)
            self._chips.append(button)
            changed = True
        while len(self._chips) > len(chips):
            gone = self._chips.pop()
            if gone is self._stop:
                self._stop_at(self._chips[-1] if self._chips else self._more)
            gone.hide()
            gone.deleteLater()
            changed = True
        for button, chip in zip(self._chips, chips, strict=True):
            changed = button.show_chip(chip, label(chip, self._now_ns)) or changed
        if changed:
            self.setAccessibleDescription(
                "; ".join(button.accessibleName() for button in self._chips)
            )
            self._lay_out()

    def _stop_at(self, button: _StripButton) -> None:
        """Make this chip the stop of the Tab key in place of the one before; the focus follows.

        Qt orders only what accepts the focus, so the former chip still has to when this one is put
        into its place.
        """
        before, self._stop = self._stop, button
        if before is button:
            return
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setTabOrder(before, button)
        if before.hasFocus():
            button.show()
            button.setFocus(Qt.FocusReason.TabFocusReason)
        before.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @Slot(int)
    def _on_left(self, steps: int) -> None:
        """Move the focus by this many chips among those in sight."""
        there = [button for button in (self._more, *self._chips) if not button.isHidden()]
        place = there.index(self._stop) + steps
        self._stop_at(there[min(max(0, place), len(there) - 1)])

    def _on_menu(self, button: _ChipButton, where: QPoint) -> None:
        chip = button.chip
        if chip is None:
            return
        menu = QMenu(self)
        before = self._chips[: self._chips.index(button) + 1]
        count = sum(
            1
            for other in before
            if other.chip is not None and other.chip.state is ChipState.PLANNED
        )
        run = menu.addAction(tr("chip.run_now"), lambda: self.run_wanted.emit(count))
        run.setEnabled(chip.state is ChipState.PLANNED and chip.call in CALLS)
        code = python_call(chip.call, chip.args)
        menu.addAction(tr("chip.copy"), lambda: QGuiApplication.clipboard().setText(code))
        menu.popup(button.mapToGlobal(where))

    @Slot()
    def _on_more(self) -> None:
        """Show the calls for which there was no room."""
        menu = QMenu(self)
        for button in self._chips:
            if button.isHidden() and button.chip is not None:
                menu.addAction(button.icon(), button.tip, partial(self.chosen.emit, button.chip))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _lay_out(self) -> None:
        self._spell_out()
        widths = [chip.needed() for chip in self._chips]
        room = self.width()
        hidden = 0
        more = self._more.sizeHint().width() + GAP
        while hidden < len(widths) and (
            sum(widths[hidden:]) + GAP * (len(widths) - hidden - 1) > room - (more if hidden else 0)
        ):
            hidden += 1
        left = 0
        shown = [*([self._more] if hidden else []), *self._chips[hidden:]]
        if self._stop not in shown and shown:
            self._stop_at(shown[0])  # before it is hidden, or Qt moves the focus elsewhere
        self._more.setVisible(hidden > 0)
        self._more.setToolTip(plain_tip("\n".join(chip.tip for chip in self._chips[:hidden])))
        if hidden:
            self._more.setText(f"+{hidden}")
            self._more.setAccessibleName(f"{tr('name.calls')}: +{hidden}")
            self._more.setGeometry(0, 0, more - GAP, self._height)
            left = more
        for index, chip in enumerate(self._chips):
            chip.setVisible(index >= hidden)
            if index >= hidden:
                chip.setGeometry(left, 0, widths[index], self._height)
                left += widths[index] + GAP

    def _spell_out(self) -> None:
        """Spell out what there is room for: first the calls to come, then the newest.

        Those to come look alike, so either all of them have brackets or none has.
        """
        wide = {chip: chip.needed(Length.SHORT) for chip in self._chips}
        left = self.width() - sum(wide.values()) - GAP * (len(self._chips) - 1)
        length = dict.fromkeys(self._chips, Length.SHORT)
        planned = [chip for chip in self._chips if chip.planned]
        more = sum(chip.needed(Length.BRACKETS) - wide[chip] for chip in planned)
        if more <= left:
            left -= more
            for chip in planned:
                length[chip], wide[chip] = Length.BRACKETS, chip.needed(Length.BRACKETS)
            planned.sort(key=lambda chip: chip.needed(Length.FULL) - wide[chip])
        else:
            planned = []
        for chip in (*planned, *(x for x in reversed(self._chips) if not x.planned)):
            left -= chip.needed(Length.FULL) - wide[chip]
            if left < 0:
                break
            length[chip] = Length.FULL
        for chip in self._chips:  # only once: Qt lays out the line again for each change of text
            chip.spell_out(length[chip])

    def sizeHint(self) -> QSize:
        return QSize(120, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        """React to the style sheet that its window has got."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()
            self._lay_out()


class _StripButton(QToolButton):
    """A button of the strip.

    Signals:
        left_by(int): a key was pressed that moves on by this many chips.
    """

    left_by = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in _STEPS:
            self.left_by.emit(_STEPS[key])
        elif key in _PRESSES:
            self.click()
        else:
            super().keyPressEvent(event)


class _ChipButton(_StripButton):
    pressed_chip = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.chip: Chip | None = None
        self._label = ""
        self.tip = ""
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setProperty("chip", True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(theme.WIDE + theme.TIGHT, theme.WIDE))
        self.clicked.connect(self._on_clicked)

    def forget(self) -> None:
        """Word the chip again with its next state."""
        self.chip = None

    def show_chip(self, chip: Chip, label: str) -> bool:
        """Show a call; returns True if the button may need another width."""
        before, self.chip = self.chip, chip
        if before is not None and self._label == label and _look(before) == _look(chip):
            return False  # in a flow of calls each is another one, but looks the same
        self._label = label
        tone(self, _TONES[chip.state])
        colour = {
            ChipState.WAITING: theme.current().busy.text,
            ChipState.DONE: theme.current().good.text,
            ChipState.FAILED: theme.current().bad.text,
        }.get(chip.state)
        if colour:
            self.setIcon(icons.icon_before_words(_ICONS[chip.state], colour))
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        else:
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        state = tr(f"chip.{chip.state.name.lower()}")
        self.tip = escape(f"{chip.call}({chip.args}): {chip.errno or state}")
        self.setToolTip(plain_tip(self.tip))
        self.setAccessibleName(f"{label}: {state}")
        return True

    @property
    def planned(self) -> bool:
        return self.chip is not None and self.chip.state is ChipState.PLANNED

    def spell_out(self, length: Length) -> None:
        """Show a text of this length."""
        self.setText(self._words(length))

    def _words(self, length: Length) -> str:
        if self.chip is None or length is Length.SHORT:
            return self._label
        if length is Length.BRACKETS and self.planned:
            return bracketed(self.chip)
        return in_full(self.chip, self._label)

    def needed(self, length: Length | None = None) -> int:
        """The width in pixels that icon and text need; QToolButton's own hint wastes a third.

        Args:
            length: of the text; None: of the present one.
        """
        font = QFont(self.font())
        font.setBold(self.property("tone") == "busy")
        words = self.text() if length is None else self._words(length)
        text = QFontMetrics(font).horizontalAdvance(words)
        icon = self.chip is not None and self.chip.state is not ChipState.PLANNED
        return text + 18 + (self.iconSize().width() + 6 if icon else 0)

    @Slot()
    def _on_clicked(self) -> None:
        if self.chip is not None:
            self.pressed_chip.emit(self.chip)


def _look(chip: Chip) -> tuple[object, ...]:
    """Everything that a chip shows besides its label."""
    return chip.call, chip.args, chip.state, chip.errno, chip.took_ns
