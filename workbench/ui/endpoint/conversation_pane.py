"""The conversation with its controls (form, options, saving), and the row that they stand in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Signal, Slot
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from workbench.payload import notation
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.endpoint.conversation import Conversation
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import RetranslatablePart
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, group
from workbench.viewmodel.conversation_text import BESIDE, TIMES

if TYPE_CHECKING:
    from workbench.qt.conversation_options import ConversationOptions

HEX = "hex"


class ConversationPane(RetranslatablePart, QObject):
    """The conversation of an endpoint or one of its connections; a panel lays its parts out.

    Attributes:
        view: the lines.
        box: how they are shown, and Save, whose key works even while the box is hidden.
        options: a menu: real line breaks, whether lines come open, times, and whether the form is
            the editor's; the form too, where its box has no room.

    Signals:
        show_as_chosen(str): word it in this encoding, or as "escaped", "hex" or BESIDE.
        save_wanted(): save it to a file.
        anew_wanted(): read its lines anew, since they now come open, or no longer do.
    """

    show_as_chosen = Signal(str)
    save_wanted = Signal()
    anew_wanted = Signal()

    def __init__(self, controls: NamedControls, parent: QObject) -> None:
        super().__init__(parent)
        self._followed = "utf-8"
        self._as_hex = False
        self._sparing = False
        self._options: ConversationOptions | None = None
        self._forms: QMenu | None = None
        self.view = controls.add(Conversation(), "conversation")
        self.show_as = controls.add(
            ChoiceBox(
                *((encoding, f"encoding.{encoding}") for encoding in notation.ENCODINGS),
                ("escaped", "choice.escaped"),
                (HEX, "choice.form_hex"),
                (BESIDE, "choice.form_beside"),
            ),
            "show_as",
        )
        self.save = controls.add(QPushButton(), "save_talk")
        # an icon: words would take a row
        self.options = controls.add(QToolButton(), "talk_options")
        self._make_menu()
        self.box = group(self.show_as, self.options, self.save)
        self.show_as.activated.connect(self._on_chosen)
        self.save.clicked.connect(self.save_wanted)
        self.retranslate()

    def _make_menu(self) -> None:
        self.menu = menu = QMenu(self.options)
        self.breaks = menu.addAction("")
        self.breaks.setCheckable(True)
        self.breaks.triggered.connect(self._on_breaks)
        self.unfold = menu.addAction("")
        self.unfold.setCheckable(True)
        self.unfold.toggled.connect(self._on_unfold)
        menu.addSeparator()
        only = QActionGroup(self)
        self.times = {name: menu.addAction("") for name in TIMES}
        for name, action in self.times.items():
            action.setCheckable(True)
            only.addAction(action)
            action.triggered.connect(partial(self._on_times, name))
        menu.addSeparator()
        self.following = menu.addAction("")
        self.following.setCheckable(True)
        self.following.setChecked(True)
        self.following.triggered.connect(self._on_following)
        menu.addSeparator()
        self.save_entry = menu.addAction("", self.save_wanted.emit)
        self.save_entry.setVisible(False)
        menu.aboutToShow.connect(self._show_options)
        menu.setToolTipsVisible(True)
        self.options.clicked.connect(self._open_menu)

    def heed(self, options: ConversationOptions) -> None:
        """Show lines and times as these options say, and change them from the menu."""
        self._options = options

    def spare_height(self, sparing: bool) -> None:
        """In little room, make saving an entry of the menu, and the choice of a form as wide as
        what is chosen.
        """
        self._sparing = sparing
        self.save.setVisible(not sparing)
        self.save_entry.setVisible(sparing)
        self._fit()

    def _fit(self) -> None:
        if self._sparing:
            self.show_as.narrow()
        else:
            self.show_as.widen()

    @property
    def form_in_menu(self) -> bool:
        """Whether the form is chosen in the menu, since the row has no room for a box."""
        return self.show_as.isHidden()

    @property
    def width_of_form(self) -> int:
        """Pixels that the box takes of its row, or would take."""
        form = self.show_as
        wide = min(form.sizeHint().width(), form.maximumWidth())
        return max(wide, form.minimumWidth()) + theme.BESIDE

    def put_form_into_menu(self, there: bool) -> None:
        """Have the form chosen in the menu, or in a box again."""
        if there != self.form_in_menu:
            self.show_as.setVisible(not there)

    # -- the form -------------------------------------------------------------------------------

    @property
    def chosen(self) -> str:
        """The form that a person has chosen; "": the editor's."""
        return "" if self.following.isChecked() else self.show_as.value()

    def choose(self, form: str) -> None:
        """Show this form from now on, as if a person had chosen it; "": the editor's."""
        if not form or self.show_as.findData(form) >= 0:
            self.following.setChecked(not form)
            if form:
                self._show_as(form)
            else:
                self._follow()

    def follow(self, encoding: str) -> None:
        """Show text in the endpoint's own encoding; a person's choice is kept until that
        changes.
        """
        if encoding != self._followed:
            self._followed = encoding
            self.following.setChecked(True)
            self._follow()

    def follow_editor(self, form: str) -> None:
        """Show what is sent in the form in which it is written: "text", "hex" or "file"."""
        as_hex = form == HEX if form != "file" else self._as_hex
        if as_hex != self._as_hex:
            self._as_hex = as_hex
            self._follow()

    def _follow(self) -> None:
        form = HEX if self._as_hex else self._followed
        if self.following.isChecked() and self.show_as.findData(form) >= 0:
            self._show_as(form)

    def _show_as(self, form: str) -> None:
        self.show_as.choose(form)
        self._fit()
        self.show_as_chosen.emit(form)

    @Slot()
    def _on_chosen(self) -> None:
        self.following.setChecked(False)
        self._fit()
        self.show_as_chosen.emit(self.show_as.value())

    # -- the menu -------------------------------------------------------------------------------

    @Slot()
    def _open_menu(self) -> None:
        self.menu.popup(self.options.mapToGlobal(self.options.rect().bottomLeft()))

    @Slot()
    def _show_options(self) -> None:
        if self._options is not None:
            self.breaks.setChecked(self._options.breaks)
            self.times[self._options.times].setChecked(True)
        if self._forms is None and self.form_in_menu:
            self._forms = QMenu(self.menu)
            self.menu.insertMenu(self.following, self._forms)
        if self._forms is not None:
            self._forms.menuAction().setVisible(self.form_in_menu)
            self._fill_forms(self._forms)

    def _fill_forms(self, forms: QMenu) -> None:
        """Offer what the box offers."""
        forms.clear()
        forms.setTitle(tr("talk.form"))
        for index in range(self.show_as.count()):
            action = forms.addAction(self.show_as.itemText(index))
            action.setCheckable(True)
            action.setChecked(index == self.show_as.currentIndex())
            action.triggered.connect(partial(self._on_form, index))

    def _on_form(self, index: int, _checked: bool = False) -> None:
        self.show_as.setCurrentIndex(index)
        self._on_chosen()

    @Slot(bool)
    def _on_breaks(self, on: bool) -> None:
        if self._options is not None:
            self._options.breaks = on

    def _on_times(self, name: str, _checked: bool = False) -> None:
        if self._options is not None:
            self._options.times = name

    @Slot()
    def _on_following(self) -> None:
        self._follow()

    @Slot(bool)
    def _on_unfold(self, unfolded: bool) -> None:
        self.view.unfolded = unfolded
        self.anew_wanted.emit()

    def retranslate(self) -> None:
        side = theme.scaled(theme.ICON)
        self.options.setIconSize(QSize(side, side))
        self.options.setIcon(icons.icon("eye"))
        self.breaks.setText(tr("talk.breaks"))
        self.unfold.setText(tr("talk.unfold"))
        self.unfold.setToolTip(plain_tip(tr("talk.unfold_tip")))
        self.following.setText(tr("talk.following"))
        self.save_entry.setText(tr("caption.save_talk"))
        self._fit()
        for name, action in self.times.items():
            action.setText(tr(f"talk.time_{name}"))


class TalkRow(QWidget):
    """A row with how a conversation is shown and what is done to its connection.

    Where a second line is spared by it, the choice of a form moves into the menu beside it: buttons
    that belong together stay together, and the rows around keep their height.

    Attributes:
        row: what is in it.
    """

    def __init__(self, talk: ConversationPane) -> None:
        super().__init__()
        self._talk = talk
        self.row = FlowLayout(self)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._share()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        talk = self._talk
        if talk.box.isHidden():
            return
        spared = talk.width_of_form
        least = self.row.line_width - (0 if talk.form_in_menu else spared)
        talk.put_form_into_menu(least <= self.width() < least + spared)
