"""The *Saved* menu of an editor: saved messages by folder, and what was sent before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QPushButton

from workbench.qt.tips import plain_tip
from workbench.texts import Problem, tr
from workbench.viewmodel.saved_messages import Messages

if TYPE_CHECKING:
    from workbench.ui.widgets.named_controls import NamedControls
    from workbench.viewmodel.payload_form import PayloadForm

SHOWN: Final = 40
NEWEST: Final = 15


class SavedMenu(QPushButton):
    """Opens a menu.

    Signals:
        chosen(object): a Draft to put into the editor.
        save_wanted(): ask for a name under which to save what is in the editor.
        told(object): a Problem: it could not be saved.
        list_wanted(): show the list, where they are renamed, moved, removed and exchanged.
    """

    chosen = Signal(object)
    save_wanted = Signal()
    told = Signal(object)
    list_wanted = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self.messages: Messages | None = None
        controls.add(self, "saved")
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self.setProperty("menu", True)

    @Slot()
    def _fill(self) -> None:
        menu, messages = self._menu, self.messages
        menu.clear()
        for old in menu.findChildren(QMenu):  # clear() does not delete submenus
            old.deleteLater()
        if messages is None:
            return
        folders: dict[str, QMenu] = {}
        for number, item in enumerate(messages.saved, 1):
            where = menu
            if item.folder:
                where = folders.get(item.folder) or menu.addMenu(item.folder)
                folders[item.folder] = where
            label = f"{item.name}\tCtrl+{number}" if number <= 9 else item.name
            action = where.addAction(label.replace("&", "&&"))
            action.setToolTip(plain_tip(_short(item.draft)))
            action.triggered.connect(lambda _=False, item=item: self.chosen.emit(item.draft))
        menu.addSeparator()
        menu.addAction(tr("saved.save")).triggered.connect(lambda _=False: self.save_wanted.emit())
        past = menu.addMenu(tr("saved.history"))
        for draft in messages.history[:NEWEST]:
            action = past.addAction(_short(draft).replace("&", "&&"))
            action.triggered.connect(lambda _=False, draft=draft: self.chosen.emit(draft))
        past.setEnabled(bool(messages.history))
        menu.addSeparator()
        menu.addAction(tr("saved.list")).triggered.connect(lambda _=False: self.list_wanted.emit())

    def choose(self, number: int) -> None:
        """Choose the saved message with this number, from 1, if there is one."""
        saved = self.messages.saved if self.messages is not None else []
        if 1 <= number <= len(saved):
            self.chosen.emit(saved[number - 1].draft)

    def save(self, name: str, draft: PayloadForm) -> None:
        """Save a draft; "folder/name" puts it into a folder."""
        folder, last = _place(name)
        if self.messages is None or not last:
            return
        from workbench.viewmodel.messages_file import Saved  # imported late: no start needs it

        try:
            self.messages.save(Saved(last, folder, draft))
        except Problem as problem:
            self.told.emit(problem)

    def has(self, name: str) -> bool:
        """Whether a message is saved under this name."""
        saved = self.messages.saved if self.messages is not None else []
        return any((item.folder, item.name) == _place(name) for item in saved)


def _place(name: str) -> tuple[str, str]:
    """Folder and name of "folder/name"."""
    folder, _, last = name.rpartition("/")
    return folder.strip(), last.strip()


def _short(draft: PayloadForm) -> str:
    text = draft.typed.replace("\n", "\\n")
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
