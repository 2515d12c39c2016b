"""Commands on set-ups: save, open in place of the tabs, begin a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from workbench.texts import Problem, reason_of, tr
from workbench.viewmodel.undo import Deed

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.qt.preferences import Preferences
    from workbench.qt.scenario_player import Question
    from workbench.ui.window.endpoint_tabs import EndpointTabs
    from workbench.ui.window.file_commands import FileCommands
    from workbench.ui.window.tab_area import TabArea
    from workbench.ui.window.tab_copies import TabCopies, TabCopy
    from workbench.viewmodel.known_values import TypedValue
    from workbench.viewmodel.set_up_file import FiledSetUp

MOST_RECENT: Final = 8
_DATA: Final = Qt.ItemDataRole.UserRole


class RecentSetUps(QMenu):
    """The menu of recent set-ups, filled when it opens.

    Signals:
        chosen(object): open the set-up of this Path.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.known: Callable[[], Iterable[str]] = tuple
        self.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        self.clear()
        for name in self.known():
            path = Path(name)
            action = self.addAction(path.name.replace("&", "&&"))
            action.setToolTip(name)
            action.triggered.connect(partial(self._choose, path))
        if self.isEmpty():
            self.addAction(tr("menu.no_recent_set_ups")).setEnabled(False)

    def _choose(self, path: Path, _checked: bool = False) -> None:
        self.chosen.emit(path)


class SetUpCommands(QObject):
    """Carries these commands out on the tabs of a window.

    Signals:
        told(str): the result, in a sentence.
        asking(object, object): a file asks for permissions: the Question, and what continues once
            it is allowed.
        run_wanted(object): run the scenario of this Path, which has steps.
        done(object): the tabs were replaced: the Deed that can be undone.
        replacing(): the tabs are being replaced now, so what runs in them has to stop.
    """

    told = Signal(str)
    asking = Signal(object, object)
    run_wanted = Signal(object)
    done = Signal(object)
    replacing = Signal()

    def __init__(
        self,
        owner: QWidget,
        tabs: EndpointTabs,
        area: TabArea,
        copies: TabCopies,
        controller: Controller,
        files: FileCommands,
        preferences: Preferences,
    ) -> None:
        """`owner`: the window that dialogs belong to."""
        super().__init__()
        self._owner = owner
        self._tabs = tabs
        self._area = area
        self._copies = copies
        self._controller = controller
        self._files = files
        self._preferences = preferences
        self._ours: dict[Path, str] = {}  # what was saved here needs no new permissions

    # -- saving ---------------------------------------------------------------------------------

    @Slot()
    def save(self) -> None:
        """Ask for a file and save the set-up there."""
        from workbench.ui.widgets.file_dialogs import save_name
        from workbench.ui.window.menu_words import title_of

        name, _ = save_name(
            self._owner,
            title_of("save_set_up"),
            self._files.beside(f"{tr('set_up.name')}.toml"),
            tr("set_up.files"),
        )
        if name:
            path = Path(name)
            self._files.remember(name)
            self.write(path if path.suffix else path.with_suffix(".toml"))

    def write(self, path: Path) -> None:
        """Save the tabs as they are filled in, without secrets."""
        from workbench.journal.whole_file import write_text

        # the module that reads scenarios: no start needs it
        from workbench.viewmodel import set_up_file

        tabs = [self._copies.tab(panel) for panel in self._area.panels()]
        try:
            text = set_up_file.written(path.stem, tabs, self._controller.values.rows)
            write_text(path, text)
        except OSError as error:
            reason = reason_of(error)
            self.told.emit(Problem("window.not_written", path=str(path), reason=reason).text)
            return
        except Problem as problem:
            self.told.emit(problem.text)
            return
        self._ours[path.absolute()] = text
        self._preferences.remember_set_up(str(path.absolute()), MOST_RECENT)
        self.told.emit(tr("set_up.saved", path=str(path)))

    # -- opening --------------------------------------------------------------------------------

    @Slot()
    def open(self) -> None:
        """Ask for a file and show its endpoints in place of the tabs."""
        from workbench.ui.widgets.file_dialogs import open_name
        from workbench.ui.window.menu_words import title_of

        name = open_name(
            self._owner,
            title_of("open_set_up"),
            self._files.folder,
            tr("set_up.files"),
        )
        if name:
            self._files.remember(name)
            self.show(Path(name))

    @Slot(object)
    def show(self, path: Path) -> None:
        """Show a set-up's endpoints in place of the tabs; permissions are asked for first."""
        self._begin(path, run=False)

    @Slot(object)
    def take(self, path: Path) -> None:
        """Take a dropped file: a scenario with steps is run, any other is a set-up."""
        self._begin(path, run=True)

    def _begin(self, path: Path, *, run: bool) -> None:
        from workbench.qt.scenario_player import Question
        from workbench.scenario.model import read_text
        from workbench.scenario.named_values import Given
        from workbench.scenario.permissions import Permissions

        try:
            text = read_text(path)
        except Problem as problem:
            self.told.emit(problem.text)
            return
        if run and _has_steps(text):
            self.run_wanted.emit(path)
            return
        self._read(Question(path, text, Given(permissions=Permissions())))

    def _go_on(self, question: Question) -> None:
        from dataclasses import replace

        wishes = [wish for _, wish in question.wishes]
        self._read(replace(question, given=question.given.granting(wishes), wishes=()))

    def _read(self, question: Question) -> None:
        from dataclasses import replace

        from workbench.scenario.model import NotAllowed
        from workbench.scenario.permissions import folder_of
        from workbench.viewmodel import set_up_file

        path = question.path
        try:
            found = set_up_file.read(question.text, str(path), question.given, folder_of(path))
        except NotAllowed as refused:
            wishes = tuple(zip(refused.lines, refused.wishes, strict=True))
            asked = replace(question, wishes=wishes)
            if self._ours.get(path.absolute()) == question.text:
                self._go_on(asked)
            else:
                self.asking.emit(asked, self._go_on)
        except Problem as problem:
            self.told.emit(problem.text)
        else:
            self._preferences.remember_set_up(str(path.absolute()), MOST_RECENT)
            self._ask(partial(self._put, found, path), "open")

    def _put(self, found: FiledSetUp, path: Path) -> None:
        refused = self._replace(
            [partial(self._copies.restore, tab) for tab in found.tabs], found.values, path.name
        )
        if refused is not None:
            self.told.emit(refused.text)
            return
        key = "set_up.opened_runs" if found.runs else "set_up.opened"
        self.told.emit(tr(key, name=path.name, count=len(found.tabs)))

    # -- new ------------------------------------------------------------------------------------

    @Slot()
    def new(self) -> None:
        """Show a server and a client as at a first start, in place of the tabs."""
        self._ask(self._put_new, "new")

    def _put_new(self) -> None:
        self._replace([self._tabs.new_server, self._tabs.new_client], ())
        self._tabs.focus_first()

    # -- in place of the tabs -------------------------------------------------------------------

    def _ask(self, then: Callable[[], None], why: str) -> None:
        """Ask whether to close what is open, if anything is; else go on at once."""
        count = len(self._controller.session.open_ones())
        if not count:
            then()
            return
        from PySide6.QtWidgets import QMessageBox

        from workbench.ui.window.menu_words import title_of

        box = QMessageBox(self._owner)
        box.setObjectName("set_up.question")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(title_of(f"{why}_set_up"))
        box.setText(tr("set_up.close_open", count=count))
        box.addButton(tr("set_up.close_them"), QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(tr("set_up.leave_them"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        box.accepted.connect(then)
        box.open()

    def _replace(
        self,
        makers: Iterable[Callable[[], object]],
        values: tuple[TypedValue, ...],
        name: str = "",
    ) -> Problem | None:
        """Put other tabs in place of the current ones; returns why one of them could not be
        made. `name`: of their file; "": they are new.
        """
        self.replacing.emit()
        before = [self._copies.copy(panel) for panel in self._area.panels()]
        known = self._controller.values.rows
        refused = self._fill(makers, values)
        back: list[Callable[[], object]] = [partial(self._copies.put, copy) for copy in before]
        key = "set_up" if name else "new_set_up"
        self.done.emit(Deed(key, name, lambda: self._put_back(back, before, known)))
        return refused

    def _put_back(
        self,
        makers: Iterable[Callable[[], object]],
        copies: Iterable[TabCopy],
        values: tuple[TypedValue, ...],
    ) -> None:
        self.replacing.emit()
        self._fill(makers, values)
        for copy in copies:
            if copy.front:
                self._area.bring(copy.name)

    def _fill(
        self, makers: Iterable[Callable[[], object]], values: tuple[TypedValue, ...]
    ) -> Problem | None:
        refused = None
        for panel in self._area.panels():
            self._tabs.remove(panel)
        self._controller.values.set_rows(values)
        for make in makers:
            try:
                make()
            except Problem as problem:  # a name that a lab uses
                refused = refused or problem
        self._tabs.refresh()
        return refused


def _has_steps(text: str) -> bool:
    """Whether a scenario does anything when it is run; if it cannot be read, running it says so."""
    from workbench.scenario.model import table_of

    try:
        table = table_of(text, "")
    except Problem:
        return True
    return bool(table.get("step") or table.get("loop"))
