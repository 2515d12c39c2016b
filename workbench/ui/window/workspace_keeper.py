"""Collects what a window restores at the next start, saves it, and applies it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QSplitter

from workbench.texts import Problem, listed, tr
from workbench.viewmodel.workspace import EMPTY, LONGEST, SIDES, Workspace, too_long

if TYPE_CHECKING:
    from workbench.qt.window_values import WindowValues
    from workbench.ui.window.endpoint_tabs import EndpointTabs
    from workbench.ui.window.file_commands import FileCommands
    from workbench.ui.window.layouts import Layouts
    from workbench.ui.window.splitter import MainSplitter
    from workbench.ui.window.tab_area import TabArea
    from workbench.ui.window.tab_copies import TabCopies
    from workbench.viewmodel.workspace_file import WorkspaceFile

EVERY_MS: Final = 5_000
"""What a kill takes away is no older."""
HALVES: Final = "halves"
"""The splitter whose heights follow what the panels need, until a person sets them."""
SPLITTERS: Final = ("slots", HALVES, "bottom", "columns")


class WorkspaceKeeper(QObject):
    """Saves a changed workspace every few seconds and at the end.

    Signals:
        told(str): what somebody should know about the file.
        found(Problem): what is wrong with it at the start.
    """

    told = Signal(str)
    found = Signal(object)

    def __init__(
        self,
        file: WorkspaceFile,
        tabs: EndpointTabs,
        copies: TabCopies,
        area: TabArea,
        splitter: MainSplitter,
        files: FileCommands,
        values: WindowValues,
        layouts: Layouts,
    ) -> None:
        super().__init__()
        self._file = file
        self._tabs = tabs
        self._copies = copies
        self._area = area
        self._splitter = splitter
        self._files = files
        self._values = values
        self._layouts = layouts
        self._presenting = False
        self._kept = EMPTY
        self._written: Workspace | None = None
        self._failed = ""
        self._left_out: tuple[str, ...] = ()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.keep)

    def begin(self) -> bool:
        """Restore what was kept. False: there is nothing, so the window fills itself."""
        found, problem = self._file.read()
        self._kept = found
        restored = self._apply(found)
        if problem is not None:
            self.found.emit(problem)
        if self._file.ours:
            self._timer.start()
        return restored

    @Slot()
    def keep(self) -> None:
        """Write the workspace now, if it has changed."""
        found = self.gathered()
        if self._presenting:  # on a projector it does not have its usual shape
            found = replace(found, geometry=self._kept.geometry, parts=self._kept.parts)
        self._kept = found
        if found == self._written:  # masking and writing a long text takes a tenth of a second
            return
        try:
            self._file.write(found)
        except Problem as problem:
            if problem.text != self._failed:  # said once
                self._failed = problem.text
                self.told.emit(problem.text)
            return
        self._written = found
        left_out = too_long(found)
        if left_out and left_out != self._left_out:
            names = listed(left_out)
            self.told.emit(tr("workspace.left_out", names=names, most=f"{LONGEST:,}"))
        self._left_out = left_out

    @Slot(bool)
    def present(self, presenting: bool) -> None:
        """Follow whether the window is on a projector."""
        self._presenting = presenting

    def end(self) -> None:
        """Write the workspace for the last time, and let another window write it."""
        self._timer.stop()
        self.keep()
        self._file.release()

    # -- gathering ------------------------------------------------------------------------------

    def gathered(self) -> Workspace:
        """The current workspace of the window."""
        area = self._area
        groups = dict(zip(SIDES, (area.left, area.right), strict=True))
        front = {side: group.in_front for side, group in groups.items()}
        return Workspace(
            tuple(
                self._copies.tab(panel, leaving=True)
                for group in groups.values()
                for panel in group.panels()
            ),
            {side: panel.name for side, panel in front.items() if panel is not None},
            self._values.rows,
            _hex(area.window().saveGeometry()),
            self._parts(),
            self._files.folder,
            self._layouts.name,
        )

    def _parts(self) -> dict[str, str]:
        found = {}
        for name in SPLITTERS:
            part = self._area.window().findChild(QSplitter, name)
            if part is not None and (name != HALVES or self._splitter.by_hand):
                found[name] = _hex(part.saveState())
        return found

    # -- applying -------------------------------------------------------------------------------

    def _apply(self, kept: Workspace) -> bool:
        window = self._area.window()
        if kept.geometry:
            window.restoreGeometry(_bytes(kept.geometry))  # Qt moves it onto a screen that is there
        if kept.values:
            self._values.set_rows(kept.values)
        for tab in kept.tabs:
            with suppress(Problem):  # a name that nothing can have
                self._copies.restore(tab)
        for name in kept.front.values():
            self._area.bring(name)
        self._files.folder = kept.folder
        for name, state in kept.parts.items():
            part = window.findChild(QSplitter, name) if name in SPLITTERS else None
            if part is not None and part.restoreState(_bytes(state)) and name == HALVES:
                self._splitter.by_hand = True
        self._tabs.refresh()
        if kept.layout:
            self._layouts.choose(kept.layout)
        return bool(self._area.panels())


def _hex(data: QByteArray) -> str:
    return bytes(data.data()).hex()


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromHex(text.encode("ascii", "replace"))
