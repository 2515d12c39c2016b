"""The list of saved messages: send, rename, move, remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.qt.tips import plain_tip
from workbench.texts import Problem, tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.file_dialogs import ask_file, ask_new_file
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import NamedControls, group
from workbench.ui.widgets.row_under_mouse import ItemTree
from workbench.viewmodel.message import msg
from workbench.viewmodel.messages_file import NAME, Saved
from workbench.viewmodel.saved_messages import Messages
from workbench.viewmodel.undo import Deed

SHOWN: Final = 300
"""Characters of a message in its tool tip."""
_NAME, _TARGET, _SEND = range(3)
_ROOMY: Final = 36
"""Characters of width from which on the target has a column."""
_NARROW: Final = 12
"""Characters of a target that are in sight at most."""


class MessageList(Retranslatable, QWidget):
    """Shows what `Messages` holds, and changes it.

    Attributes:
        endpoints: names of those that a message may be sent by.

    Signals:
        send_wanted(object), put_wanted(object): send this Saved; put it into the editor.
        told(str): the result, in a sentence.
        done(object): one was removed; the Deed.
    """

    send_wanted = Signal(object)
    put_wanted = Signal(object)
    told = Signal(str)
    done = Signal(object)

    def __init__(self, messages: Messages) -> None:
        super().__init__()
        self.setObjectName("saved")
        self._messages = messages
        self._shown: list[Saved] = []
        self.endpoints: Callable[[], list[str]] = list
        self._controls = controls = NamedControls("saved")
        self.tree = controls.add(ItemTree(), "list", "messages_list")
        self.tree.setColumnCount(3)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for column in (_TARGET, _SEND):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionsMovable(False)
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._hint = QLabel()
        self._hint.setObjectName("saved.hint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._hint.setProperty("muted", True)
        self.file = controls.add(QToolButton(), "file", "messages_file")
        self.file.setProperty("arrow", True)
        self.file.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.file.setMenu(self._menu)
        self._buttons = {
            name: controls.add(QPushButton(), name, f"messages_{name}")
            for name in ("put", "rename", "remove", "up", "down")
        }
        self._lay_out()
        self._wire()
        self.retranslate()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.file)
        row = FlowLayout()
        for name in ("put", "rename", "remove"):
            row.addWidget(self._buttons[name])
        row.addWidget(group(self._buttons["up"], self._buttons["down"]))
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.setSpacing(GAP)
        column.addLayout(head)
        column.addWidget(self._hint, 1)
        column.addWidget(self.tree, 1)
        column.addLayout(row)

    def _wire(self) -> None:
        self._messages.watch(self.refresh)
        self.tree.itemChanged.connect(self._on_renamed)
        self.tree.itemActivated.connect(self._on_put)
        self.tree.currentItemChanged.connect(self._judge)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.tree, self._remove)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        for name, act in (
            ("put", self._on_put),
            ("rename", self._rename),
            ("remove", self._remove),
            ("up", partial(self._move, -1)),
            ("down", partial(self._move, 1)),
        ):
            self._buttons[name].clicked.connect(lambda _=False, act=act: act())

    # -- what is shown --------------------------------------------------------------------------

    @property
    def chosen(self) -> Saved | None:
        """The message of the current row."""
        place = self.tree.currentIndex().row()
        return self._shown[place] if 0 <= place < len(self._shown) else None

    @Slot()
    def refresh(self) -> None:
        """Show the messages again: they may have changed, here or in the file."""
        found = self._messages.saved
        self._title.setText(self._messages.path.name)
        self._title.setToolTip(plain_tip(str(self._messages.path)))
        problem = self._messages.problem
        none_yet = tr("saved.none_yet", menu=tr("caption.saved"), save=tr("saved.save"))
        self._hint.setText(none_yet if problem is None else problem.text)
        self._hint.setVisible(not found)
        self.tree.setVisible(bool(found))
        if found == self._shown:
            self._judge()
            return
        place = self.tree.currentIndex().row()
        self._shown = found
        self._build()
        if found:
            self.choose(min(max(0, place), len(found) - 1))
        self._judge()

    def choose(self, place: int) -> None:
        """Move the cursor to this row."""
        self.tree.setCurrentIndex(self.tree.model().index(place, _NAME))

    def _build(self) -> None:
        self.tree.blockSignals(True)
        self.tree.clear()
        for message in self._shown:
            target = message.target
            if len(target) > _NARROW:
                target = f"{target[: _NARROW - 1]}…"
            item = QTreeWidgetItem([message.full_name, target, ""])
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(_NAME, plain_tip(_short(message)))
            item.setToolTip(_TARGET, plain_tip(message.target))
            self.tree.addTopLevelItem(item)
            button = QToolButton()
            button.setText(tr("caption.send"))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(tr("saved.send_name", name=message.full_name))
            button.setToolTip(plain_tip(f"{tr('saved.send_tip')}\n{_short(message)}"))
            button.clicked.connect(lambda _=False, sent=message: self.send_wanted.emit(sent))
            self.tree.setItemWidget(item, _SEND, button)
        self.tree.blockSignals(False)
        self._fit()

    def _fit(self) -> None:
        """Show who sends it if there is room; the tool tip always does."""
        least = self.fontMetrics().averageCharWidth() * _ROOMY
        told = any(item.target for item in self._shown)
        self.tree.setColumnHidden(_TARGET, not told or self.width() < least)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _judge(self) -> None:
        """Enable what can be done with the current row."""
        place = self.tree.currentIndex().row()
        none = msg("why.no_message") if self.chosen is None else None
        for name, button in self._buttons.items():
            ends = {"up": 0, "down": len(self._shown) - 1}
            at_end = none is None and ends.get(name) == place
            self._controls.enable(button, msg("why.at_the_end") if at_end else none)

    # -- what is done ---------------------------------------------------------------------------

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except Problem as problem:
            self.told.emit(problem.text)
            return False
        return True

    @Slot()
    def _on_put(self) -> None:
        if self.chosen is not None:
            self.put_wanted.emit(self.chosen)

    @Slot()
    def _rename(self) -> None:
        if self.chosen is not None:
            self.tree.setFocus()
            self.tree.edit(self.tree.currentIndex().siblingAtColumn(_NAME))

    @Slot(QTreeWidgetItem, int)
    def _on_renamed(self, item: QTreeWidgetItem, column: int) -> None:
        place = self.tree.indexOfTopLevelItem(item)
        if column != _NAME or not 0 <= place < len(self._shown):
            return
        before = self._shown[place]
        folder, _, name = (part.strip() for part in item.text(_NAME).rpartition("/"))
        wanted = replace(before, name=name, folder=folder)
        if (
            not name
            or wanted == before
            or not self._try(partial(self._messages.change, before, wanted))
        ):
            self.tree.blockSignals(True)
            item.setText(_NAME, before.full_name)
            self.tree.blockSignals(False)

    @Slot()
    def _remove(self) -> None:
        message = self.chosen
        if message is None:
            return
        before = self._messages.saved
        if self._try(partial(self._messages.forget, message)):
            self.done.emit(
                Deed("message", message.full_name, partial(self._put_back, message, before))
            )

    def _put_back(self, message: Saved, before: list[Saved]) -> None:
        """Put a removed message back to where it was, among those that exist now."""
        now = self._messages.saved
        if message in now:
            return
        behind = before[before.index(message) + 1 :]
        place = next((now.index(item) for item in behind if item in now), len(now))
        now.insert(place, message)
        self._try(partial(self._messages.replace_all, now))

    def _move(self, by: int) -> None:
        message = self.chosen
        if message is not None and self._try(partial(self._messages.move, message, by)):
            self.choose(self._shown.index(message))

    def _aim(self, message: Saved, target: str) -> None:
        self._try(partial(self._messages.change, message, replace(message, target=target)))

    # -- menus ----------------------------------------------------------------------------------

    @Slot(QPoint)
    def _open_menu(self, where: QPoint) -> None:
        if self.chosen is not None:
            menu = self.message_menu(self.chosen)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.tree.viewport().mapToGlobal(where))

    def message_menu(self, message: Saved) -> QMenu:
        """The menu of a message."""
        menu = QMenu(self)
        menu.addAction(tr("caption.send"), partial(self.send_wanted.emit, message))
        menu.addAction(tr("caption.messages_put"), partial(self.put_wanted.emit, message))
        targets = menu.addMenu(tr("saved.target"))
        known = ["", *self.endpoints()]
        if message.target not in known:
            known.append(message.target)
        for name in known:
            action = targets.addAction((name or tr("saved.in_front")).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(name == message.target)
            action.triggered.connect(partial(self._aim, message, name))
        menu.addSeparator()
        menu.addAction(tr("caption.messages_rename"), self._rename)
        menu.addAction(tr("caption.messages_remove"), self._remove)
        return menu

    @Slot()
    def _fill_menu(self) -> None:
        self._menu.clear()
        filters = tr("saved.files")
        for key, ask, act, start in (
            ("open", ask_file, self._open, ""),
            ("save_as", ask_new_file, self._save_as, NAME),
            ("import", ask_file, self._import, ""),
        ):
            title = tr(f"saved.{key}")
            wanted = f"{filters};;{tr('more_files.all')}" if key == "import" else tr("saved.toml")
            self._menu.addAction(
                title, partial(ask, self.window(), title, act, start=start, filters=wanted)
            )

    def _open(self, path: Path) -> None:
        if self._try(partial(self._messages.open, path)):
            self.told.emit(tr("saved.opened", path=str(path), count=len(self._messages.saved)))

    def _save_as(self, path: Path) -> None:
        path = path if path.suffix else path.with_suffix(".toml")
        if self._try(partial(self._messages.save_as, path)):
            self.told.emit(tr("saved.saved_as", path=str(path)))

    def _import(self, path: Path) -> None:
        from workbench.viewmodel.messages_import import imported  # seldom needed

        try:
            found, left = imported(path)
            self._messages.add(found)
        except Problem as problem:
            self.told.emit(problem.text)
            return
        key = "saved.imported_some" if left else "saved.imported"
        self.told.emit(tr(key, count=len(found), left=left))

    # -- words ----------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self._controls.retranslate()
        self.tree.setHeaderLabels([tr("saved.name"), tr("saved.target"), ""])
        self.file.setIcon(icons.icon("chevron-down"))
        self.file.setIconSize(theme.small_icon())
        self._shown = []
        self.refresh()

    def redraw(self) -> None:
        self.retranslate()


def _short(message: Saved) -> str:
    text = message.draft.typed
    shown = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return f"{tr('saved.target')}: {message.target}\n{shown}" if message.target else shown
