"""Send, as a client's panel does it: now, after a connect, or on a socket without a connection."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.texts import Problem
from workbench.viewmodel.client_status import connected_datagram, is_open
from workbench.viewmodel.message import Remedy, msg
from workbench.viewmodel.payload_form import content, send_of

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket
    from workbench.ui.endpoint.client_panel import ClientPanel


class SendController(QObject):
    """Sends what stands in the editor of a client's panel."""

    def __init__(self, panel: ClientPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._send_after: Ticket | None = None
        self._anyway: Ticket | None = None
        self._just_connected = False  # connect() has come back; the snapshot may not know yet
        panel.controller.ticket_done.connect(self._on_ticket_done)
        panel.editor.submitted.connect(self.send)

    @property
    def repeating(self) -> bool:
        """Whether a repeated Send of this panel is under way."""
        return any(
            isinstance(ticket.command, c.Send) and ticket.command.repeat > 1 and not ticket.done
            for ticket in self._panel.under_way
        )

    def know(self, snapshot: EndpointSnapshot) -> None:
        """A newer snapshot than connect() had."""
        self._just_connected = self._just_connected and not is_open(snapshot)

    def reset_session(self) -> None:
        """Another record: no connect of the old one is waited for."""
        self._send_after = None

    @Slot()
    def send(self) -> None:
        """Send, stop a repeated Send, or offer the ways to a connection."""
        panel = self._panel
        if not panel.editor.send.isEnabled():  # by Ctrl+Enter: its reason is said in sight
            panel.tell("busy", msg("message.send_to_nobody"))
            return
        if self.repeating:
            panel.act("send", c.Cancel(panel.name))
            return
        snapshot = panel.controller.snapshot(panel.name)
        if panel.address_line.datagram or is_open(snapshot) or self._just_connected:
            self._send(snapshot)
            return
        panel.tell(
            "busy",
            msg("message.not_connected"),
            Remedy("connect_and_send", self._connect_and_send),
            # a scenario's `call` takes text: what is hex goes the ordinary way only
            Remedy("send_anyway", self._send_anyway) if panel.editor.draft.form == "text" else None,
        )

    def _connect_and_send(self) -> None:
        self._send_after = self._panel.connect_once()
        if self._send_after is not None and self._send_after.done:
            self._on_connected(self._send_after)

    def _send_anyway(self) -> None:
        """send() on a socket without a connection: what the kernel says is the lesson."""
        panel = self._panel
        try:
            body = content(panel.editor.draft)
        except Problem as problem:
            panel.refuse(problem)
            return
        if not panel.controller.snapshot(panel.name).open_count:
            if not panel.configured("connect"):
                return
            self._anyway = panel.act("other_way", c.Start(panel.name))
            if self._anyway is not None and not self._anyway.done:
                return  # send() follows when there is a socket
        self._call_send(body.text or "")

    def _call_send(self, text: str) -> None:
        self._anyway = None
        self._panel.refresh()  # the new state first: it wipes the message line
        self._panel.act("other_way", c.Call(self._panel.name, "send", (text,)))

    @Slot(object)
    def _on_ticket_done(self, ticket: Ticket) -> None:
        ok = ticket.outcome is not None and ticket.outcome.ok
        mine = ticket.command.endpoint == self._panel.name and ticket.outcome is not None
        if mine and isinstance(ticket.command, c.Connect):
            self._just_connected = ok
        elif mine and isinstance(ticket.command, c.Close | c.Abort | c.Stop):
            self._just_connected = False
        if ticket is self._anyway and ok:
            with suppress(Problem):  # edited meanwhile: the message line says what is wrong
                self._call_send(content(self._panel.editor.draft).text or "")
        if ticket is self._send_after:
            self._on_connected(ticket)

    def _on_connected(self, ticket: Ticket) -> None:
        self._send_after = None
        if ticket.outcome is not None and ticket.outcome.ok:
            self._send(self._panel.controller.snapshot(self._panel.name))

    def _send(self, snapshot: EndpointSnapshot) -> None:
        panel = self._panel
        draft = panel.editor.draft
        try:
            body = content(draft)
            repeat, interval = panel.editor.times
        except Problem as problem:
            panel.refuse(problem)
            return
        targets = panel.send_targets()
        if not targets:  # they have closed since the button was drawn
            panel.tell("busy", msg("message.send_to_nobody"))
            return
        to = None
        if panel.address_line.datagram and not connected_datagram(snapshot):
            if not panel.configured("connect"):
                return
            link = panel.link.name
            to = panel.settings.address if link is None else f"@{link}"
        command = send_of(draft, body, panel.name)
        for target in targets:
            panel.act(
                "send",
                replace(
                    command, connection=target, to=to, repeat=repeat, interval=interval, wait=False
                ),
            )
        if panel.editor.saved.messages is not None:
            panel.editor.saved.messages.sent(draft)
