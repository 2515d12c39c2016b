"""The file of values in force (local, staging…): its menu, and what choosing one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from workbench.qt.tips import plain_tip
from workbench.texts import Problem, listed, tr
from workbench.viewmodel import value_files

if TYPE_CHECKING:
    from workbench.qt.preferences import Preferences
    from workbench.qt.window_values import WindowValues
    from workbench.ui.window.file_commands import FileCommands


class ValuesMenu(QMenu):
    """The files that may be in force, filled when it opens.

    Attributes:
        offered: the files that exist. now: the one in force; None: none is.

    Signals:
        chosen(object): use the values of this Path; None: only those that were typed.
        other_wanted(): ask for a file.
    """

    chosen = Signal(object)
    other_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self.offered: Callable[[], Iterable[Path]] = tuple
        self.now: Callable[[], Path | None] = lambda: None
        self.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        self.clear()
        now = self.now()
        self._add(tr("values.typed_alone"), None, now)
        files = tuple(self.offered())
        if now is not None and now not in files:
            files = (*files, now)
        if files:
            self.addSeparator()
        for path in files:
            self._add(path.stem.replace("&", "&&"), path, now)
        self.addSeparator()
        self.addAction(tr("values.other_file")).triggered.connect(self._want_other)

    def _add(self, text: str, path: Path | None, now: Path | None) -> None:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(path == now)
        action.setToolTip(plain_tip(tr("values.typed_tip") if path is None else str(path)))
        action.triggered.connect(partial(self._choose, path))

    def _choose(self, path: Path | None, _checked: bool = False) -> None:
        self.chosen.emit(path)

    @Slot()
    def _want_other(self) -> None:
        self.other_wanted.emit()


class ValueChoice(QObject):
    """Chooses the file in force, and remembers it for the next start.

    Signals:
        told(str): what is in force now, or why a file is not.
    """

    told = Signal(str)

    def __init__(
        self,
        owner: QWidget,
        values: WindowValues,
        files: FileCommands,
        preferences: Preferences,
    ) -> None:
        """`owner`: the window that the file dialog belongs to."""
        super().__init__()
        self._owner = owner
        self._values = values
        self._files = files
        self._preferences = preferences

    def offered(self) -> tuple[Path, ...]:
        """The files in `values/` beside the newest set-up, and where a file was last chosen."""
        folders = [Path(name).parent for name in self._preferences.recent_set_ups[:1]]
        if self._files.folder:
            folders.append(Path(self._files.folder))
        return value_files.beside(folders)

    @Slot(object)
    def choose(self, path: Path | None) -> None:
        """Put a file's values in force; None: only what was typed."""
        try:
            self._values.use_file(path)
        except Problem as problem:
            self.told.emit(problem.text)
            return
        self._preferences.values_file = str(path) if path is not None else ""
        if path is None:
            self.told.emit(tr("values.typed_in_force"))
        else:
            names = listed(row.name for row in self._values.in_force)
            self.told.emit(tr("values.in_force", name=path.stem, names=names))

    @Slot()
    def ask(self) -> None:
        """Ask for a file and put its values in force."""
        from workbench.ui.widgets.file_dialogs import open_name
        from workbench.ui.window.menu_words import title_of

        name = open_name(self._owner, title_of("values"), self._files.folder, tr("values.files"))
        if name:
            self._files.remember(name)
            self.choose(Path(name).absolute())

    def restore(self) -> None:
        """Put in force again what was in force at the last end; if the file is gone, say so."""
        name = self._preferences.values_file
        if not name:
            return
        try:
            self._values.use_file(Path(name))
        except Problem as problem:
            self.told.emit(problem.text)
