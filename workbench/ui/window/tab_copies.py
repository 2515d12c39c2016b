"""Copies of tabs with everything that is filled in."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.frozen import dataclass
from workbench.qt.client_presenter import ClientPresenter
from workbench.qt.server_presenter import ServerPresenter
from workbench.texts import Problem
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.viewmodel.known_values import NO_VALUES
from workbench.viewmodel.setup_form import ClientForm, ServerForm
from workbench.viewmodel.workspace import Tab

if TYPE_CHECKING:
    from workbench.engine.model.events import EndpointIdentity
    from workbench.engine.model.settings import EndpointSettings
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.endpoint.panel_factory import Presenter
    from workbench.ui.window.endpoint_tabs import EndpointTabs
    from workbench.ui.window.tab_area import TabArea


@dataclass(frozen=True, slots=True)
class TabCopy:
    """A tab as it was at one moment.

    Attributes:
        form: what is typed, whether it makes sense or not.
        place: its position among the tabs of its side.
        front: it is in front of them.
        identity: the endpoint it belonged to; None: that does not matter.
    """

    tab: Tab
    form: ServerForm | ClientForm
    place: int
    front: bool
    identity: EndpointIdentity | None = None

    @property
    def name(self) -> str:
        return self.tab.settings.name

    def named(self, name: str) -> TabCopy:
        """The copy under another name."""
        return replace(self, tab=replace(self.tab, settings=replace(self.tab.settings, name=name)))


class TabCopies:
    """Makes copies of a window's tabs, and tabs from copies."""

    def __init__(self, tabs: EndpointTabs, area: TabArea) -> None:
        self._tabs = tabs
        self._area = area

    # -- taking ---------------------------------------------------------------------------------

    def tab(self, panel: EndpointPanel, *, leaving: bool = False) -> Tab:
        """What is kept of a panel between runs. `leaving`: include the rule that is being typed."""
        side, _ = self._area.place_of(panel)
        settings = _settings(self._tabs.presenter(panel.name), leaving=leaving)
        tab = Tab(settings, panel.server, side, show_as=panel.talk.chosen)
        if isinstance(panel, ServerPanel):
            return replace(tab, message=panel.send_line.draft, frame=panel.frames.frame)
        if not isinstance(panel, ClientPanel):
            return tab
        editor = panel.editor
        return replace(
            tab,
            message=editor.draft,
            repeat=editor.repeat.text(),
            interval=editor.interval.text(),
            expects=panel.expect.isChecked(),
            frame=panel.frames.frame,
        )

    def copy(self, panel: EndpointPanel) -> TabCopy:
        """All of a tab, as it is now."""
        presenter = self._tabs.presenter(panel.name)
        _, place = self._area.place_of(panel)
        front = self._area.is_in_front(panel)
        return TabCopy(
            self.tab(panel), presenter.form, place, front, self._tabs.identity(panel.name)
        )

    # -- putting back ---------------------------------------------------------------------------

    def restore(
        self, tab: Tab, place: int | None = None, again: EndpointIdentity | None = None
    ) -> EndpointPanel:
        """A panel made from what was kept, at a position of its side; None: after the others.

        `again`: restores the endpoint that was removed.

        Raises:
            Problem: the name is taken.
        """
        panel = self._tabs.restore(tab.settings, server=tab.server, again=again)
        self._fill(panel, tab, place)
        return panel

    def put(self, copy: TabCopy) -> EndpointPanel:
        """A tab like it: of the copied endpoint if that was removed since, else of a new one.

        Raises:
            Problem: the name is taken.
        """
        panel = self.restore(copy.tab, copy.place, copy.identity)
        self._type(panel, copy)
        return panel

    def _fill(self, panel: EndpointPanel, tab: Tab, place: int | None) -> None:
        self._area.put(panel, tab.side, place)
        presenter = self._tabs.presenter(panel.name)
        if isinstance(presenter, ServerPresenter):  # a port that was typed stays
            presenter.fill(replace(presenter.form, port_untouched=tab.settings.port_search))
        panel.talk.choose(tab.show_as)
        if isinstance(panel, ServerPanel) and tab.message is not None:
            panel.send_line.fill(tab.message)
        if isinstance(panel, ServerPanel | ClientPanel) and tab.frame is not None:
            panel.frames.fill(tab.frame)
        if isinstance(panel, ClientPanel):
            if tab.message is not None:
                panel.editor.fill(tab.message)
            panel.editor.repeat.setText(tab.repeat)
            panel.editor.interval.setText(tab.interval)
            panel.expect.setChecked(tab.expects)

    def _type(self, panel: EndpointPanel, copy: TabCopy) -> None:
        """Restore the text as it was typed, which may not make sense yet."""
        presenter = self._tabs.presenter(panel.name)
        if isinstance(copy.form, ServerForm):
            if isinstance(presenter, ServerPresenter):
                presenter.fill(copy.form)
        elif isinstance(presenter, ClientPresenter):
            presenter.fill(copy.form)
        if copy.front:
            self._area.bring_to_front(panel)


def _settings(presenter: Presenter, *, leaving: bool) -> EndpointSettings:
    """The settings that the fields describe, with names of values left in; the endpoint's own if a
    field makes no sense.
    """
    form = presenter.form
    if isinstance(form, ServerForm):
        form = replace(form, reply=replace(form.reply, values=NO_VALUES))
        if leaving and form.reply.draft is not None:
            with suppress(Problem):
                return replace(form, reply=form.reply.as_typed).read(presenter.settings)
    try:
        return form.read(presenter.settings)
    except Problem:
        return presenter.settings
