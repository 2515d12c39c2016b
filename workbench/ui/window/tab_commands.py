"""Commands on a tab: rename, duplicate, move, remove."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.texts import Problem
from workbench.viewmodel import tab_names
from workbench.viewmodel.setup_form import ServerForm
from workbench.viewmodel.undo import Deed

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.endpoint_tabs import EndpointTabs
    from workbench.ui.window.tab_area import TabArea
    from workbench.ui.window.tab_copies import TabCopies, TabCopy


class TabCommands(QObject):
    """Carries these commands out on the tab that keys act on, or on that of a context menu.

    Signals:
        told(object): a Problem: why it could not be done.
        done(object): a tab was removed; the Deed.
    """

    told = Signal(object)
    done = Signal(object)

    def __init__(
        self, tabs: EndpointTabs, area: TabArea, copies: TabCopies, controller: Controller
    ) -> None:
        super().__init__()
        self._tabs = tabs
        self._area = area
        self._copies = copies
        self._controller = controller
        for group in area.groups:
            group.name_wanted.connect(self.ask_name)
            group.renamed.connect(self.rename)
            group.twin_wanted.connect(self.duplicate)
            group.unwanted.connect(self.remove)

    @Slot()
    def begin_rename(self) -> None:
        """Open a field for another name, on the tab itself."""
        panel = self._area.focused_panel()
        if panel is not None:
            self.ask_name(panel)

    @Slot(object)
    def ask_name(self, panel: EndpointPanel) -> None:
        """Ask for a new name for a panel's tab."""
        self._area.begin_rename(panel)

    @Slot(object, str)
    def rename(self, panel: EndpointPanel, wished: str) -> None:
        """Give an endpoint another name; links to it follow."""
        before = panel.name
        if wished.strip() == before:
            return
        try:
            name = tab_names.checked(wished, self._controller.session.endpoints)
            self._tabs.rename(panel, name)
        except Problem as problem:
            self._tabs.presenter(before).refuse(problem)
            return
        self._tabs.refresh()

    @Slot()
    def duplicate_focused(self) -> None:
        panel = self._area.focused_panel()
        if panel is not None:
            self.duplicate(panel)

    @Slot(object)
    def duplicate(self, panel: EndpointPanel) -> None:
        """Add a second one like it, beside it, with its own name and a port that no other tab
        has.
        """
        copy = self._copies.copy(panel)
        name = tab_names.name_beside(panel.name, self._controller.session.endpoints)
        form, settings = copy.form, replace(copy.tab.settings, name=name)
        if panel.server:
            taken = {
                (where.host.strip(), where.port.strip())
                for other in self._area.panels()
                if other.server
                for where in [self._tabs.presenter(other.name).form.set_up.where]
            }
            where = tab_names.place_beside(form.set_up.where, taken)
            form = replace(form, set_up=replace(form.set_up, where=where))
            if isinstance(form, ServerForm):  # nobody has typed that port
                form = replace(form, port_untouched=True)
        tab = replace(copy.tab, settings=settings)
        try:
            made = self._copies.put(
                replace(copy, tab=tab, form=form, place=copy.place + 1, front=True)
            )
        except Problem as problem:
            self.told.emit(problem)
            return
        self._tabs.refresh()
        made.address_line.primary.setFocus()

    @Slot()
    def remove_focused(self) -> None:
        panel = self._area.focused_panel()
        if panel is not None:
            self.remove(panel)

    @Slot(object)
    def remove(self, panel: EndpointPanel) -> None:
        """Stop an endpoint and remove its tab; that can be undone, with everything that is filled
        in.
        """
        copy = self._copies.copy(panel)
        self._tabs.remove(panel)
        self.done.emit(Deed("tab", panel.name, partial(self._put_back, copy)))

    def _put_back(self, copy: TabCopy) -> None:
        taken = self._controller.session.endpoints
        if copy.name in taken:
            copy = copy.named(tab_names.name_beside(copy.name, taken))
        made = self._copies.put(copy)
        self._area.bring_to_front(made)
        self._tabs.refresh()

    def move(self, by: int) -> None:
        """Move the tab that keys act on along its bar."""
        panel = self._area.focused_panel()
        if panel is not None:
            side, place = self._area.place_of(panel)
            self._area.put(panel, side, place + by)

    @Slot()
    def move_across(self) -> None:
        """Move the tab to the other side."""
        panel = self._area.focused_panel()
        if panel is not None:
            self._area.move_across(panel)
