"""A client with many connections: the table, whom the actions hit, and the conversation folded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QPushButton

from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
from workbench.ui.endpoint.close_buttons import why_no_abort, why_no_half_close
from workbench.ui.endpoint.send_scope import SendScope
from workbench.viewmodel.client_status import is_many, is_open
from workbench.viewmodel.endpoint_status import newest_open
from workbench.viewmodel.message import Sentence, msg

if TYPE_CHECKING:
    from workbench.ui.endpoint.client_panel import ClientPanel

ROWS: Final = 6
"""In sight where there is room for them; at least LEAST_ROWS."""
LEAST_ROWS: Final = 3
NAMED: Final = 8
"""Numbers that a tool tip spells out."""
Ask = Callable[[ConnectionSnapshot | None], Sentence | None]


class ManyClients(QObject):
    """Shows them; with one connection its parts are not there, and None is who is meant.

    Attributes:
        talk: unfolds the conversation. scope: whom the actions hit.
        spare: pixels that it would like to have beyond the least: for rows of the table.
        folded: a presentation has no room for what is needed for setting up only.
    """

    def __init__(self, panel: ClientPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._many = False
        self.folded = False
        self.spare = 0
        self.talk = panel.controls.add(QPushButton(), "talk", "client_talk")
        self.talk.setCheckable(True)
        self.scope = panel.controls.add(SendScope(), "scope")
        for widget in (self.talk, self.scope):
            widget.hide()
        self.talk.toggled.connect(self._on_wish)
        self.scope.activated.connect(self._on_wish)

    @Slot()
    def _on_wish(self) -> None:
        self._panel.refresh()

    def on_choice(self, *, chosen: bool) -> None:
        """Rows were chosen, or none any more."""
        self._show_scope(self._panel.controller.snapshot(self._panel.name))
        self.scope.follow(chosen=chosen)

    # -- whom a command hits ----------------------------------------------------------------------

    @property
    def on_all(self) -> bool:
        return not self._many or self.scope.on_all

    def _targets(self, ask: Ask) -> list[c.Target]:
        if not self._many:
            return [None]
        return self.scope.targets([item for item in self.scope.meant() if ask(item) is None])

    def half_targets(self) -> list[c.Target]:
        return self._targets(why_no_half_close)

    def abort_targets(self) -> list[c.Target]:
        return self._targets(why_no_abort)

    def close_targets(self) -> list[c.Target]:
        if not self._many:
            return [None]
        # one by one: "all" are those with a connection, and close() is for the others too
        return [item.number for item in self.scope.meant()]

    @property
    def chosen_count(self) -> int | None:
        """How many Send goes to; None: to all that are open."""
        return None if self.on_all else len(self.scope.meant())

    def send_targets(self) -> list[c.Target]:
        if self.on_all:
            return [None]
        return [item.number for item in self.scope.meant()]

    # -- showing ----------------------------------------------------------------------------------

    def show_snapshot(self, snapshot: EndpointSnapshot, now_ns: int, *, live: bool) -> None:
        """`live`: there is something to close."""
        panel = self._panel
        datagram = panel.address_line.datagram
        many = is_many(snapshot) and not datagram
        if many != self._many:
            self._many = many
            panel.table.clearSelection()
        shown = not many or self.talk.isChecked()
        panel.table.setVisible(many)
        self.talk.setVisible(many)
        self.scope.setVisible(many)
        panel.talk.view.setVisible(shown)
        panel.talk.box.setVisible(shown and not self.folded)
        panel.talk_caption.setVisible(not many and not self.folded)
        if many:
            panel.choice.show(snapshot, now_ns)
        else:
            panel.talk.show_connections(frozenset())
        self._ask_for_room()
        self._show_scope(snapshot)
        self._enable(snapshot, live=live, datagram=datagram)

    def _ask_for_room(self) -> None:
        """A few rows at least; more where the log can spare them, and then nothing else has it."""
        panel, table = self._panel, self._panel.table
        count = len(table.lines.lines)
        least, full = (table.height_of(min(rows, count)) for rows in (LEAST_ROWS, ROWS))
        around = panel.parentWidget()
        room = around.height() if around is not None else 0
        fits = panel.minimumHeight() - table.minimumHeight() + full <= room
        table.setMinimumHeight(full if fits else least)
        spare = full - table.minimumHeight() if self._many else 0
        if spare != self.spare:
            self.spare = spare
            self._panel.needs.emit()

    def _show_scope(self, snapshot: EndpointSnapshot) -> None:
        chosen = frozenset(item.number for item in self._panel.choice.items())
        self.scope.show_chosen(snapshot.connections, chosen)

    def _enable(self, snapshot: EndpointSnapshot, *, live: bool, datagram: bool) -> None:
        panel, ends = self._panel, self._panel.ends
        meant: list[ConnectionSnapshot | None] = [newest_open(snapshot)]
        if self._many:
            meant = list(self.scope.meant()) or [None]
        nobody = (
            msg("why.nobody_chosen")
            if self._many and not self.scope.on_all and (not self.scope.meant())
            else None
        )
        for button, ask in ((ends.half_close, why_no_half_close), (ends.abort, why_no_abort)):
            button.setVisible(not datagram)
            reasons = [ask(item) for item in meant]
            panel.controls.enable(button, nobody or (None if None in reasons else reasons[0]))
            panel.controls.note(button, self._hits(ask))
        refused = nobody if is_open(snapshot) and not panel.sending.repeating else None
        panel.controls.enable(panel.editor.send, refused)
        panel.controls.enable(ends.close, nobody or (None if live else msg("why.not_connected")))
        panel.controls.note(ends.close, self._hits(lambda _item: None))

    def _hits(self, ask: Ask) -> Sentence | None:
        """Whom a press would hit now, for the tool tip."""
        if not self._many:
            return None
        hit = [item for item in self.scope.meant() if ask(item) is None]
        if not hit:
            return None
        if self.scope.on_all or len(hit) > NAMED:
            return msg("tip.hits_all" if self.scope.on_all else "tip.hits_many", count=len(hit))
        return msg("tip.hits", which=", ".join(f"#{item.number}" for item in hit))
