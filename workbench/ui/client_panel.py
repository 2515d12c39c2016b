"""The client panel: a stream that connects, or a datagram socket that sends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.engine import address
from workbench.engine import commands as c
from workbench.engine.settings import EndpointSettings, Nothing, OnPeerClose, Role
from workbench.engine.snapshot import CloseCause, EndpointSnapshot, Phase
from workbench.texts import Problem, tr
from workbench.ui import fields, theme
from workbench.ui.client_status import (
    connected_datagram,
    is_open,
    newest_open,
    state_of,
    status_of,
)
from workbench.ui.draft import Where, split_address
from workbench.ui.flow_layout import FlowLayout
from workbench.ui.hosts import peer_hosts
from workbench.ui.panel import OPEN, EndpointPanel
from workbench.ui.panel_parts.again import Again
from workbench.ui.panel_parts.composer import content, send_of
from workbench.ui.panel_parts.connections import ConnectionTable
from workbench.ui.panel_parts.controls import TextField, badge, group, spring
from workbench.ui.panel_parts.editor import Editor
from workbench.ui.panel_parts.message_line import Message, WayOut
from workbench.ui.ways import client_ways
from workbench.ui.wording import Text, say

if TYPE_CHECKING:
    from workbench.engine.ticket import Ticket
    from workbench.journal.reader import Row

DEFAULT_TEXT = "hello, 服务器\\r\\n"


class ClientPanel(EndpointPanel):
    """Connect, see what was said, send.

    Attributes:
        press_start, press_accept: press that button of another endpoint's panel (set by the
            window).
    """

    server = False

    def build(self) -> None:
        add, caption = self.controls.add, self.controls.caption
        self.press_start: Callable[[str], None] = lambda _name: None
        self.press_accept: Callable[[str], None] = lambda _name: None
        self._send_after: Ticket | None = None
        self._anyway: Ticket | None = None
        self._just_connected = False  # connect() has come back; the snapshot may not know yet
        self._followed: tuple[str, str, str] | None = None
        self.bufsize = add(TextField(width=7), "bufsize")
        self.count = add(TextField(width=5), "count")
        self.half_close = add(QPushButton(), "half_close")
        self.abort = add(QPushButton(), "abort")
        self.close_it = add(QPushButton(), "close")
        self.table = add(ConnectionTable(client=True), "connections", "client_connections")
        self.table.setMinimumHeight(60)
        self.table.hide()
        self.editor = Editor(self.controls, DEFAULT_TEXT)
        self.behaviour_row = QWidget()
        behaviour = FlowLayout(self.behaviour_row)
        for widget in (
            group(caption("timeout", self.timeout), self.timeout),
            group(caption("bufsize", self.bufsize), self.bufsize),
            group(caption("count", self.count), self.count),
            spring(), self.more.chips, self.more.button,
        ):
            behaviour.addWidget(widget)
        self.again = Again(self.controls)
        self.local = add(TextField(width=18), "local")
        self.more.add_row(self.receive_gate, self.send_gate)
        self.more.add_row(group(caption("local", self.local), self.local), self.again)
        self.more.add_row(self.options)
        actions = FlowLayout()
        self.shown_as = group(caption("conversation", self.talk.show_as), self.talk.show_as)
        for widget in (
            self.shown_as, self.talk.save, spring(), self.receive_once, self.half_close, self.abort,
            self.close_it,
        ):
            actions.addWidget(widget)
        self.column.addWidget(self.address_line)
        self.column.addWidget(self.behaviour_row)
        self.column.addWidget(self.more)
        self.column.addWidget(self.message)
        self.column.addLayout(self.call_row)
        self.column.addLayout(actions)
        self.column.addWidget(self.table, 1)
        self.column.addWidget(self.talk.view, 1)
        self.column.addWidget(self.editor)

    def wire(self) -> None:
        self.table.selectionModel().selectionChanged.connect(self._on_chosen)
        self.half_close.clicked.connect(self._on_half_close)
        self.abort.clicked.connect(self._on_abort)
        self.close_it.clicked.connect(self._on_close)
        self.editor.submitted.connect(self._on_send)
        self.editor.escapes_dropped.connect(self._on_escapes_dropped)
        self.editor.refused.connect(self.refuse)
        self.bufsize.editingFinished.connect(self._on_bufsize)
        self.count.editingFinished.connect(self._on_count)
        for field in (self.bufsize, self.count):
            field.returnPressed.connect(self._start_if_closed)
        self.address_line.port.textEdited.connect(self._on_port_typed)
        self.again.due.connect(self._connect_again)
        self.local.editingFinished.connect(self._on_local)

    def number_steps(self, shown: bool) -> None:
        super().number_steps(shown)
        badge(self.editor.send, 3 if shown else None)

    def redraw(self) -> None:
        super().redraw()
        self.talk.view.setFont(theme.fixed_font())
        self.editor.text.redraw()
        self.table.fit()

    def tab_text(self) -> str:
        snapshot = self.controller.snapshot(self.name)
        if not _many(snapshot):
            return self.name
        waiting = sum(1 for x in snapshot.connections
                      if x.closed_ns is None and x.connected_ns is None)
        return tr("panel.tab_many", name=self.name, count=snapshot.settings.count,
                  open=snapshot.open_count - waiting, waiting=waiting)

    def set_up_parts(self) -> list[QWidget]:
        return [self.behaviour_row, self.shown_as, self.talk.save, *self.editor.details]

    @property
    def answered(self) -> bool:
        """Whether bytes were sent and others came back."""
        newest = self.controller.snapshot(self.name).connections[-1:]
        return bool(newest and newest[0].bytes_out and self.talk.feed.answers_after_send)

    # -- settings -------------------------------------------------------------------------------

    def fill(self, settings: EndpointSettings) -> None:
        self.bufsize.setText(str(settings.bufsize))
        self.count.setText(str(settings.count))
        self.local.setText(settings.bind or "")
        self.editor.encoding.choose(settings.encoding)

    def complete(self, settings: EndpointSettings) -> EndpointSettings:
        keep = settings.responder
        if keep == Nothing() and settings.role is Role.STREAM:
            keep = Nothing(OnPeerClose.KEEP)
        return replace(
            settings,
            bufsize=fields.parse_bufsize(self.bufsize.text()),
            count=fields.parse_count(self.count.text()),
            bind=self._local(settings.family),
            responder=keep,
        )

    def _local(self, family: str) -> str | None:
        """What the socket is bound to before connect; None: the kernel chooses."""
        spec = self.local.text().strip()
        if not spec:
            return None
        address.parse(spec, family)
        return spec

    @property
    def _link(self) -> str | None:
        """The endpoint of ours that the host field names."""
        host = self.address_line.host.currentText().strip()
        return host[1:] if host.startswith("@") else None

    def _linked_address(self) -> tuple[str, str] | None:
        name = self._link
        if name is None or name not in self.controller.session.endpoints:
            return None
        snapshot = self.controller.snapshot(name)
        return split_address(snapshot.local or snapshot.settings.address)

    @Slot()
    def _on_port_typed(self) -> None:
        """An edited port leaves the link: the address is its own from now on."""
        linked = self._linked_address()
        if linked is not None:
            self.address_line.host.setEditText(linked[0])

    # -- actions --------------------------------------------------------------------------------

    def _start_if_closed(self) -> None:
        if self.phase not in OPEN:
            self.start()

    @Slot()
    def start(self) -> None:
        if not self.address_line.primary.isEnabled():
            return
        try:
            self.again.begin()
        except Problem as problem:
            self.refuse(problem)
            return
        self._connect()

    @Slot()
    def _connect_again(self) -> None:
        if self.phase not in OPEN:
            self._connect()

    def _connect(self) -> Ticket | None:
        if self._link is not None and self._link not in self.controller.session.endpoints:
            self.refuse(Problem("problem.unknown_link", name=self._link))
            return None
        if not self.configured("connect"):
            return None
        return self.act("connect", c.Connect(self.name, wait=False))

    @Slot()
    def _on_send(self) -> None:
        if not self.editor.send.isEnabled():
            return
        if self._repeating:
            self.act("send", c.Cancel(self.name))
            return
        snapshot = self.controller.snapshot(self.name)
        if self.address_line.datagram or is_open(snapshot) or self._just_connected:
            self._send(snapshot)
            return
        self.tell(
            "busy", say("message.not_connected"),
            WayOut("connect_and_send", self._connect_and_send),
            # a scenario's `call` takes text: what is hex goes the ordinary way only
            WayOut("send_anyway", self._send_anyway) if self.editor.draft.form == "text" else None,
        )

    def _connect_and_send(self) -> None:
        self._send_after = self._connect()
        if self._send_after is not None and self._send_after.done:
            self._on_connected(self._send_after)

    def _send_anyway(self) -> None:
        """send() on a socket without a connection: what the kernel says is the lesson."""
        try:
            body = content(self.editor.draft)
        except Problem as problem:
            self.refuse(problem)
            return
        if not self.controller.snapshot(self.name).open_count:
            if not self.configured("connect"):
                return
            self._anyway = self.act("other_way", c.Start(self.name))
            if self._anyway is not None and not self._anyway.done:
                return  # send() follows when there is a socket
        self._call_send(body.text or "")

    def _call_send(self, text: str) -> None:
        self._anyway = None
        self.refresh()  # the new state first: it wipes the message line
        self.act("other_way", c.Call(self.name, "send", (text,)))

    @Slot(object)
    def _on_ticket_done(self, ticket: Ticket) -> None:
        super()._on_ticket_done(ticket)
        mine = ticket.command.endpoint == self.name and ticket.outcome is not None
        if mine and isinstance(ticket.command, c.Connect):
            self._just_connected = ticket.outcome is not None and ticket.outcome.ok
        elif mine and isinstance(ticket.command, c.Close | c.Abort | c.Stop):
            self._just_connected = False
        if ticket is self._anyway and ticket.outcome is not None and ticket.outcome.ok:
            with suppress(Problem):  # edited meanwhile: the message line says what is wrong
                self._call_send(content(self.editor.draft).text or "")
        if ticket is self._send_after:
            self._on_connected(ticket)

    def _on_connected(self, ticket: Ticket) -> None:
        self._send_after = None
        if ticket.outcome is not None and ticket.outcome.ok:
            self._send(self.controller.snapshot(self.name))

    def _send(self, snapshot: EndpointSnapshot) -> None:
        draft = self.editor.draft
        try:
            body = content(draft)
            repeat, interval = self.editor.times
        except Problem as problem:
            self.refuse(problem)
            return
        to = None
        if self.address_line.datagram and not connected_datagram(snapshot):
            if not self.configured("connect"):
                return
            to = self.settings.address if self._link is None else f"@{self._link}"
        command = send_of(draft, body, self.name)
        self.act("send", replace(command, connection=self.chosen_number(), to=to, repeat=repeat,
                                 interval=interval, wait=False))
        if self.editor.saved.messages is not None:
            self.editor.saved.messages.sent(draft)

    @Slot()
    def _on_close(self) -> None:
        self.again.stop()
        if self.phase in (Phase.CONNECTING, Phase.SETTING_UP) and self.chosen_number() is None:
            self.act("close", c.Stop(self.name))
        else:
            self.act("close", c.Close(self.name, connection=self.chosen_number()))

    def chosen_number(self) -> int | None:
        line = self.table.chosen() if self.table.isVisible() else None
        return line.key if line is not None and isinstance(line.key, int) else None

    @Slot()
    def _on_chosen(self) -> None:
        if self.table.filling:
            return
        line = self.table.chosen()
        self.talk.show_connection(line.id if line is not None else None)
        if line is not None:
            self.controller.select(endpoint=self.name, connection=line.id)

    @Slot()
    def _on_escapes_dropped(self) -> None:
        self.tell("info", say("message.escapes_dropped"))

    @Slot()
    def _on_bufsize(self) -> None:
        self.live_change("bufsize")

    @Slot()
    def _on_local(self) -> None:
        self.live_change("local")

    @Slot()
    def _on_count(self) -> None:
        self.live_change("count")

    def way_out(self, command: c.Command, errno: str | None) -> WayOut | None:
        if errno == "ECONNREFUSED" and self._link is not None:
            return WayOut("start_server", self._start_link)
        return None

    def ways(self, row: Row) -> tuple[WayOut, ...]:
        return tuple(client_ways(self, row))

    def link_phase(self) -> Phase | None:
        """Where the linked endpoint stands; None without a link."""
        if self._link is None or self._link not in self.controller.session.endpoints:
            return None
        return self.controller.snapshot(self._link).phase

    def accept_one_there(self) -> None:
        """accept() once at the linked server: a place in its accept queue gets free."""
        if self._link is not None:
            self.press_accept(self._link)

    def _start_link(self) -> None:
        if self._link is not None:
            self.press_start(self._link)
            self._trouble = None
            self.tell("info", say("message.now_connect"))

    # -- showing --------------------------------------------------------------------------------

    def state_of(self, snapshot: EndpointSnapshot) -> str:
        return state_of(snapshot)

    def status(self, snapshot: EndpointSnapshot) -> Message:
        return status_of(snapshot, self.ready(), self._select_newest_failure, self.start)

    def ready(self) -> Message:
        key = "message.udp_client_ready" if self.address_line.datagram else "message.client_ready"
        return Message("info", say(key))

    def differences(self, snapshot: EndpointSnapshot) -> list[str]:
        words = super().differences(snapshot)
        if self.local.text().strip():
            words.append(tr("chips.local", address=self.local.text().strip()))
        if self.again.times.text().strip() not in ("", "0"):
            words.append(tr("chips.again", times=self.again.times.text(),
                            seconds=self.again.after.text()))
        return words

    def _connect_again_after(self, snapshot: EndpointSnapshot) -> None:
        """A connection that is gone, and not by us, is tried again where that is wished."""
        last = snapshot.connections[-1] if snapshot.connections else None
        gone = snapshot.open_count == 0 and snapshot.phase in (Phase.CLOSED, Phase.FAILED)
        ours = last is not None and last.close_cause in (CloseCause.LOCAL, CloseCause.ABORTED)
        if not gone or ours or not self.again.left:
            return
        try:
            seconds = self.again.lost()
        except Problem as problem:
            self.again.stop()
            self.refuse(problem)
            return
        if seconds is not None:
            self.tell("busy", say("message.again", seconds=seconds, left=self.again.left))

    def show_parts(self, snapshot: EndpointSnapshot, now_ns: int) -> None:
        datagram = self.address_line.datagram
        enable = self.controls.enable
        connecting = snapshot.phase in (Phase.CONNECTING, Phase.SETTING_UP)
        established = is_open(snapshot)
        self._just_connected = self._just_connected and not established
        line = self.address_line
        reason: Text | None
        if connecting:
            reason = say("why.connecting")
        elif datagram:
            reason = say("why.already_connected") if connected_datagram(snapshot) else None
        else:
            newest = newest_open(snapshot)
            finished = newest is not None and newest.peer_finished
            reason = say("why.already_connected") if established and not finished else None
        enable(line.primary, reason)
        not_open = None if established else say("why.not_connected")
        for button in (self.half_close, self.abort):
            button.setVisible(not datagram)
            enable(button, not_open)
        live = snapshot.open_count > 0 or snapshot.phase in OPEN
        self.receive_once.setVisible(datagram)
        enable(self.receive_once, None if live else say("why.no_socket"))
        enable(self.close_it, None if live else say("why.not_connected"))
        enable(self.count, say("why.datagram") if datagram else
               say("why.locked") if live else None)
        line.host.offer(peer_hosts(line.family.value(), self._others()))
        self._follow_link()
        linked = self._linked_address()
        if linked is not None and not line.port.hasFocus():
            line.port.setText(linked[1])
        self.table.setVisible(_many(snapshot) and not datagram)
        if not self.table.isVisible():
            self.talk.show_connection(None)
        else:
            self.table.show_snapshot(snapshot, self.owner, self.controller.clock_text, now_ns)
        self._caption_connect()
        self.controls.recaption(self.editor.send, "stop_sending" if self._repeating else "send")
        if snapshot.connections or snapshot.connection is not None:
            self.talk.feed.refresh()
        else:
            self.talk.feed.pass_over()
        self._connect_again_after(snapshot)

    @property
    def _repeating(self) -> bool:
        """Whether a repeated Send of this panel is under way."""
        return any(isinstance(ticket.command, c.Send) and ticket.command.repeat > 1
                   and not ticket.done for ticket in self._tickets)

    def _caption_connect(self) -> None:
        """How many a press of Connect makes is said on the button."""
        count = self.count.text().strip()
        many = count.isdecimal() and int(count) > 1 and not self.address_line.datagram
        button = self.address_line.primary
        self.controls.recaption(button, "connect_many" if many else "connect", count=count)

    def _follow_link(self) -> None:
        """Where the linked endpoint becomes another kind (UDP, IPv6 …), so does this one."""
        link = self._link
        if link is None or link not in self.controller.session.endpoints:
            self._followed = None
            return
        other = self.controller.session.settings(link)
        kind = (link, other.family, other.type)
        if kind != self._followed and self.phase not in OPEN:
            line = self.address_line
            if self._followed is not None and self._followed[0] == link:
                line.set_where(Where(other.family, other.type, f"@{link}", line.port.text()))
            self._followed = kind

    def _others(self) -> list[EndpointSettings]:
        session = self.controller.session
        return [session.settings(name) for name in session.endpoints if name != self.name]

    def begin_anew(self) -> None:
        self.again.stop()
        self._send_after = None
        super().begin_anew()
        self.talk.feed.again()

    def retranslate(self) -> None:
        super().retranslate()
        self.editor.retranslate()
        self.talk.feed.again()

    @Slot(str)
    def on_edited(self, field: str) -> None:
        if field == "family" and self._link is None:
            hosts = peer_hosts(self.address_line.family.value(), self._others())
            self.address_line.host.offer(hosts)
            self.address_line.host.setEditText(hosts[0][0])
        super().on_edited(field)


def _many(snapshot: EndpointSnapshot) -> bool:
    """Several connections are meant or live; an earlier one that is gone does not count."""
    return len(snapshot.connections) > 1 and (
        snapshot.settings.count > 1 or snapshot.open_count > 1
    )
