"""Names for controls: object name, accessible name, tool tip, and why they are disabled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Slot
from PySide6.QtGui import (
    QAccessible,
    QFont,
    QFontMetrics,
    QIcon,
    QResizeEvent,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from workbench.frozen import dataclass
from workbench.qt.tips import plain_tip
from workbench.texts import has, tr
from workbench.ui.style.dressing import repolish
from workbench.ui.style.icons import numbered
from workbench.ui.style.theme import BESIDE, NEAR, TIGHT
from workbench.ui.widgets.centred_edit import CentredEdit
from workbench.viewmodel.message import Sentence
from workbench.viewmodel.panel_state import Control

W = TypeVar("W", bound=QWidget)
Index = QModelIndex | QPersistentModelIndex
AIR: Final = 26
LEAST_AIR: Final = 14
"""Pixels of a button beside its words, and where there is little room for it."""
QWIDGETSIZE_MAX: Final = (1 << 24) - 1
"""Qt's own: no limit; PySide does not have it."""
CALLS: Final = {
    "listen": "listen()",
    "bind": "bind()",
    "connect": "connect()",
    "send": "send()",
    "stop": "close()",
    "close": "close()",
    "half_close": "shutdown(SHUT_WR)",
    "abort": "SO_LINGER, close()",
    "accept_one": "accept()",
    "recvfrom_once": "recvfrom()",
}
"""The call that a button makes, as a presentation shows it below the button's words."""


@dataclass(slots=True)
class _Entry:
    """A control's text key, why it is disabled, and what it acts on."""

    key: str
    reason: Sentence | None = None
    note: Sentence | None = None


@dataclass(frozen=True, slots=True)
class _Caption:
    """The caption of a button or label, in any language."""

    widget: QLabel | QAbstractButton
    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, *, call: bool) -> str:
        """The caption; `call`: with the call that the button makes below its words."""
        words = tr(f"caption.{self.key}", **self.values)
        return f"{words}\n{CALLS[self.key]}" if call and self.key in CALLS else words

    def put(self, *, call: bool) -> None:
        """Put it on its widget."""
        words = self.text(call=call)
        if isinstance(self.widget, GivingButton):
            short = f"caption.{self.key}_short"
            self.widget.offer(words, tr(short) if has(short) and not call else words)
        else:
            self.widget.setText(words)


class SpokenLabel(QLabel):
    """A label whose name and text are both read by screen readers; a plain accessible name hides
    the text.
    """

    _called = ""

    @property
    def whole(self) -> str:
        """The full text, even if there is no room for it."""
        return self.text()

    def setText(self, text: str) -> None:
        super().setText(text)
        self.speak()

    def call_it(self, name: str) -> None:
        """Set what it is, in the current language."""
        self._called = name
        self.speak()

    def speak(self) -> None:
        """Set what is read aloud; repeated if `whole` has changed by now."""
        if self._called:
            said = ": ".join(filter(None, (self._called, self.whole)))
            if said != self.accessibleName():
                self.setAccessibleName(said)


class GivingButton(QPushButton):
    """A button with a caption and a shorter one (and less air), for a row in which all should stand
    side by side.

    Attributes:
        caption: what it says if there is room for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.caption = self._short = ""
        self.setProperty("giving", True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def offer(self, caption: str, short: str) -> None:
        """Set both captions."""
        if (caption, short) != (self.caption, self._short):
            self.caption, self._short = caption, short
            self.updateGeometry()
            self._choose()

    def sizeHint(self) -> QSize:
        return self._size_of(self.caption, AIR)

    def minimumSizeHint(self) -> QSize:
        return self._size_of(self._short, LEAST_AIR)

    def _size_of(self, words: str, air: int) -> QSize:
        wide = max(map(self.fontMetrics().horizontalAdvance, words.split("\n")))
        return QSize(wide + air, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()

    def _choose(self) -> None:
        fits = self._size_of(self.caption, LEAST_AIR).width() <= self.width()
        self.setText(self.caption if fits else self._short)


class NamedControls:
    """The controls of one panel: `add` names them, `retranslate` words them, `enable` gives
    reasons.

    Texts: `name.KEY` is the accessible name, `tip.KEY` the tool tip (it names the socket call),
    `caption.KEY` the text of a button or label.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._entries: dict[QWidget, _Entry] = {}
        self._captions: list[_Caption] = []
        self._labels: dict[QComboBox, QLabel] = {}
        self._calls = False

    def show_calls(self, shown: bool) -> None:
        """Name the call on each button that makes one, or not: for a presentation."""
        if shown != self._calls:
            self._calls = shown
            self.retranslate()

    def add(self, widget: W, control: str, key: str | None = None) -> W:
        """Name a control; `key` is the key of its texts if that is not `control`."""
        widget.setObjectName(f"{self.prefix}.{control}")
        self._entries[widget] = _Entry(key or control)
        if isinstance(widget, QAbstractButton):
            self._captions.append(_Caption(widget, key or control))
        self._word(widget)
        return widget

    def caption(
        self, key: str, buddy: QWidget | None = None, label: QLabel | None = None
    ) -> QLabel:
        """A label whose text follows the language; `label`: this one."""
        label = label or QLabel()
        label.setText(tr(f"caption.{key}"))
        label.setTextFormat(Qt.TextFormat.PlainText)
        if buddy is not None:
            label.setBuddy(buddy)
        self._captions.append(_Caption(label, key))
        return label

    def recaption(self, widget: QLabel | QAbstractButton, key: str, **values: str) -> None:
        """Put another text on a button or label; `values` fill its gaps."""
        wished = _Caption(widget, key, values)
        for index, caption in enumerate(self._captions):
            if caption.widget is widget and caption != wished:
                self._captions[index] = wished
                wished.put(call=self._calls)
                if widget in self._entries:
                    self._word(widget)
                if isinstance(widget, QPushButton):
                    fit(widget)

    def show(self, widget: QWidget, state: Control) -> None:
        """Show a control as a view model describes it: enabled or not and why, what it would act
        on, its words.
        """
        self.enable(widget, state.reason)
        self.note(widget, state.note)
        if state.caption and isinstance(widget, QLabel | QAbstractButton):
            values = {"count": state.count} if state.count else {}
            self.recaption(widget, state.caption, **values)

    def enable(self, widget: QWidget, reason: Sentence | None) -> None:
        """Enable a control, or say in its tool tip why it is disabled."""
        entry = self._entries[widget]
        if entry.reason == reason and widget.isEnabled() == (reason is None):
            return
        entry.reason = reason
        if reason is not None and widget.hasFocus() and isinstance(widget, QAbstractButton):
            _leave(widget)
        widget.setEnabled(reason is None)
        self._word(widget)

    def why_off(self, widget: QWidget) -> Sentence | None:
        """Why a control cannot be used now; None: it can."""
        return self._entries[widget].reason

    def note(self, widget: QWidget, note: Sentence | None) -> None:
        """Set what its tool tip adds while it is enabled: what it would act on now."""
        entry = self._entries[widget]
        if entry.note != note:
            entry.note = note
            self._word(widget)

    def settle(self) -> None:
        """Finish, once all are in their rows: each button gets the width of its words, and each
        choice what a screen reader asks for.
        """
        for widget, entry in self._entries.items():
            if isinstance(widget, QPushButton):
                fit(widget)
            elif isinstance(widget, QComboBox):
                self._label(widget, tr(f"name.{entry.key}"))

    def retranslate(self) -> None:
        for caption in self._captions:
            caption.put(call=self._calls)
        for widget in self._entries:
            self._word(widget)
            if isinstance(widget, ChoiceBox):
                widget.retranslate()
            if isinstance(widget, QPushButton):
                fit(widget)
            if isinstance(widget, TextField):
                widget.fit()

    def _word(self, widget: QWidget) -> None:
        entry = self._entries[widget]
        key, name = entry.key, tr(f"name.{entry.key}")
        caption = next((each for each in self._captions if each.widget is widget), None)
        if caption is not None and caption.key != key:  # its action has changed
            shown = caption.text(call=False)
            name = tr(f"name.{caption.key}") if has(f"name.{caption.key}") else shown
            key = caption.key if has(f"tip.{caption.key}") else key
        tip = tr(f"tip.{key}")
        more = entry.reason or entry.note
        if more is not None:
            tip = f"{tip}\n{more.show()}"
        widget.setToolTip(plain_tip(tip))
        if isinstance(widget, SpokenLabel):
            widget.call_it(name)
        else:
            widget.setAccessibleName(name)
        widget.setAccessibleDescription(tip)
        if isinstance(widget, QComboBox):
            self._label(widget, name)
        if isinstance(widget, QAbstractButton) and caption is not None:
            caption.put(call=self._calls)

    def _label(self, box: QComboBox, name: str) -> None:
        """Name a choice for screen readers, which ask its field. Without a label beside it, Qt's
        name for that on Linux is what is chosen. If no label is in sight, a hidden one says what
        the choice is, as soon as something reads the screen.
        """
        line, beside = box.lineEdit(), box.parentWidget()
        if line is not None:
            line.setAccessibleName(name)
        captions = (each.widget for each in self._captions if isinstance(each.widget, QLabel))
        if (
            not QAccessible.isActive()
            or beside is None
            or any(each.buddy() is box and each.parentWidget() is beside for each in captions)
        ):
            return
        label = self._labels.get(box)
        if label is None or label.parentWidget() is not beside:
            label = self._labels[box] = label or QLabel()
            label.setParent(beside)
            label.hide()
            label.setBuddy(box)
        label.setText(name)


class RoomyBox(QComboBox):
    """A combo box that is wide enough: with a style sheet Qt measures a text's ink but paints its
    advance.
    """

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(BESIDE - TIGHT, 0)

    def minimumSizeHint(self) -> QSize:
        """The same width; Qt keeps that of the previous words."""
        return self.sizeHint()


class ChoiceBox(RoomyBox):
    """A choice of fixed values whose words follow the language."""

    def __init__(self, *choices: tuple[str, str | None]) -> None:
        """`choices`: the value and the key of its text (None: the value itself is shown)."""
        super().__init__()
        self._keys: list[str | None] = []
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.offer(choices)

    def narrow(self) -> None:
        """Make it as wide as what is chosen, not as the longest choice; the list stays wide
        enough.
        """
        metrics = QFontMetrics(self.font())
        texts = [self.itemText(index) for index in range(self.count())]
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
        self.view().setMinimumWidth(widest + 30)
        self.setFixedWidth(metrics.horizontalAdvance(self.currentText()) + 40)

    def widen(self) -> None:
        """Be as wide as the longest choice again."""
        self.setMinimumWidth(0)
        self.setMaximumWidth(QWIDGETSIZE_MAX)

    def offer(self, choices: Sequence[tuple[str, str | None]]) -> None:
        """Replace the choices, keeping the chosen value if it is still among them."""
        kept = self.value()
        self.blockSignals(True)
        self.clear()
        self._keys = [key for _, key in choices]
        for value, key in choices:
            self.addItem(tr(key) if key else value, value)
        self.setCurrentIndex(max(0, self.findData(kept)))
        self.blockSignals(False)

    def forbid(self, value: str, reason: str | None) -> None:
        """Grey out a choice and say why; None: allow it again."""
        index = self.findData(value)
        model = self.model()
        if index >= 0 and isinstance(model, QStandardItemModel):
            item, tip = model.item(index), plain_tip(reason or "")
            item.setEnabled(reason is None)
            if tip != item.toolTip():  # otherwise the box measures all of them again
                item.setToolTip(tip)

    def value(self) -> str:
        return str(self.currentData() or "")

    def choose(self, value: str) -> None:
        """Select a choice without emitting a signal."""
        self.blockSignals(True)
        self.setCurrentIndex(max(0, self.findData(value)))
        self.blockSignals(False)

    def retranslate(self) -> None:
        words = {index: tr(key) for index, key in enumerate(self._keys) if key}
        if all(self.itemText(index) == text for index, text in words.items()):
            return
        for index, text in words.items():
            self.setItemText(index, text)
        policy = QComboBox.SizeAdjustPolicy  # otherwise Qt keeps the width of the previous longest
        self.setSizeAdjustPolicy(policy.AdjustToContentsOnFirstShow)
        self.setSizeAdjustPolicy(policy.AdjustToContents)


class TextField(CentredEdit):
    """A line edit `width` characters wide; 0 lets it grow. Where `least` is given, it may be that
    narrow if one more stands beside it then.
    """

    def __init__(self, text: str = "", width: int = 0, least: int = 0) -> None:
        super().__init__(text)
        self.whole_at_click = width > 0
        self._wide = width
        self._least = least
        policy = QSizePolicy.Policy
        wide = policy.Maximum if least else policy.Fixed if width else policy.Expanding
        self.setSizePolicy(wide, policy.Fixed)
        self.inputRejected.connect(self._say_full)
        self.fit()

    @Slot()
    def _say_full(self) -> None:
        """Say that pasted text has more characters than a line of Qt takes, so that the rest is
        missing.
        """
        from PySide6.QtWidgets import QToolTip  # seldom needed, and not at the start

        full = tr("panel.line_full", most=f"{self.maxLength():,}")
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), full, self)

    def fit(self) -> None:
        """Make it as wide as its characters are in the current font."""
        if self._wide:
            self.setMaximumWidth(self._width_of(self._wide))
            self.setMinimumWidth(self._width_of(self._least or self._wide))

    def _width_of(self, characters: int) -> int:
        return QFontMetrics(self.font()).horizontalAdvance("0" * characters) + 16

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self._width_of(self._wide), hint.height()) if self._least else hint


def group(*widgets: QWidget) -> QWidget:
    """Widgets that stay together when a row is wrapped."""
    result = QWidget()
    row = QHBoxLayout(result)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(BESIDE)
    policy = QSizePolicy.Policy
    asked = set()
    for widget in widgets:
        row.addWidget(widget)
        asked.add(widget.sizePolicy().horizontalPolicy())
    grows, gives_way = policy.Expanding in asked, policy.Maximum in asked
    horizontal = policy.Expanding if grows else policy.Maximum if gives_way else policy.Fixed
    result.setSizePolicy(horizontal, policy.Fixed)
    return result


def _leave(button: QAbstractButton) -> None:
    """Move the focus from a button that is disabled to the next widget that is not a button: Qt
    would give it to the next button, and a key pressed once more would press that.
    """
    found = button.nextInFocusChain()
    while found is not None and found is not button:
        reachable = bool(found.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if (
            reachable
            and found.window() is button.window()
            and found.isVisible()
            and found.isEnabled()
            and not isinstance(found, QAbstractButton)
        ):
            found.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        found = found.nextInFocusChain()


def fit(button: QPushButton) -> None:
    """Make it as wide as its text needs; Fusion makes every button 80 px."""
    if isinstance(button, GivingButton):
        return  # its row does
    font = button.font()
    # what may become the primary one keeps its width then: nothing beside it moves
    used = QFontMetrics(font if button.property("primary") is None else _bold(font))
    arrow = 14 if button.menu() is not None else 0
    arrow += 0 if button.icon().isNull() else button.iconSize().width() + 4
    wide = max(map(used.horizontalAdvance, button.text().split("\n")))
    button.setFixedWidth(wide + AIR + arrow)


def make_primary(button: QPushButton, on: bool) -> None:
    """Set whether this button is the next step."""
    if button.property("primary") != on:
        button.setProperty("primary", on)
        repolish(button)


def _bold(font: QFont) -> QFont:
    result = QFont(font)
    result.setBold(True)
    return result


def badge(button: QPushButton, number: int | None) -> None:
    """Put a number in a circle before the text; None removes it."""
    side = QFontMetrics(button.font()).height()
    button.setIconSize(QSize(side + NEAR, side))
    button.setIcon(QIcon() if number is None else numbered(number, side))
    fit(button)


def spring() -> QWidget:
    """Empty room between the left and the right part of a row."""
    result = QWidget()
    result.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return result


def tone(widget: QWidget, name: str) -> None:
    """Give a widget, and the labels in it, the colours that the theme names `name`."""
    if widget.property("tone") != name:
        widget.setProperty("tone", name)
        for part in (widget, *widget.findChildren(QLabel)):
            repolish(part)
