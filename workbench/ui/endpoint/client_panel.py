"""The client panel: a stream that connects, or a datagram socket that sends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QWidget

from workbench.engine.model import address
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Nothing, OnPeerClose, Role
from workbench.engine.model.snapshot import (
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
    Reconnecting,
)
from workbench.texts import Problem, tr
from workbench.ui.endpoint.connection_actions import pop_up
from workbench.ui.endpoint.endpoint_link import EndpointLink
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.endpoint.many_clients import ManyClients
from workbench.ui.endpoint.message_editor import MessageEditor
from workbench.ui.endpoint.reconnect import ReconnectForm
from workbench.ui.endpoint.remedies import client_ways
from workbench.ui.endpoint.send_controller import SendController
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import TextField, badge, group, make_primary, spring
from workbench.viewmodel import parse_fields
from workbench.viewmodel.client_status import is_many, state_of, status_of, why_not_connect
from workbench.viewmodel.connection_rows import ConnectionRow
from workbench.viewmodel.endpoint_status import OPEN
from workbench.viewmodel.message import Remedy, StatusMessage, msg
from workbench.viewmodel.reset_cause import ResetCauses

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket
    from workbench.journal.reader import Row

NOBODY_THERE = frozenset({"ECONNREFUSED", "ENOENT"})
"""Nobody has the address: over AF_UNIX there is no file of that name either."""
DEFAULT_TEXT = "hello, 服务器\\r\\n"


class ClientPanel(EndpointPanel):
    """Connect, see what was said, send."""

    server = False

    def build(self) -> None:
        self._again_known: Reconnecting | None = None
        add, caption, shared = self.controls.add, self.controls.caption, self.shared
        self.link = EndpointLink(self.controller, self.name, self.address_line)
        self.bufsize = add(TextField(width=7), "bufsize")
        self.count = add(TextField(width=5), "count")
        self.table.hide()
        self.many = ManyClients(self)
        self._resets = ResetCauses()
        self.editor = MessageEditor(self.controls, DEFAULT_TEXT)
        self.behaviour_row = QWidget()
        behaviour = FlowLayout(self.behaviour_row)
        for widget in (
            group(caption("timeout", shared.timeout), shared.timeout),
            group(caption("bufsize", self.bufsize), self.bufsize),
            group(caption("count", self.count), self.count),
            spring(),
            self.more.chips,
            self.more.button,
        ):
            behaviour.addWidget(widget)
        self.again = ReconnectForm(self.controls)
        self.local = add(TextField(width=18), "local")
        self.more.add_row(shared.receive_gate, shared.send_gate)
        self.more.add_row(group(caption("local", self.local), self.local), self.again)
        self.more.add_row(shared.options)
        actions = FlowLayout()
        self.talk_caption = caption("conversation", self.talk.show_as)
        for widget in (
            self.many.talk,
            self.talk_caption,
            self.talk.box,
            spring(),
            self.receive_once,
            self.many.scope,
            self.ends.half_close,
            self.ends.abort,
            self.ends.close,
        ):
            actions.addWidget(widget)
        self.column.addWidget(self.address_line)
        self.column.addWidget(self.behaviour_row)
        self.column.addWidget(self.more)
        self.column.addWidget(self.message)
        self.column.addLayout(self.calls)
        self.column.addLayout(actions)
        self.column.addWidget(self.table, 2)
        self.column.addWidget(self.talk.view, 1)
        self.column.addWidget(self.editor)

    def wire(self) -> None:
        self.ends.close.clicked.connect(self._on_close)
        self.sending = SendController(self)
        self.editor.escapes_dropped.connect(self._on_escapes_dropped)
        self.editor.refused.connect(self.refuse)
        self.editor.mended.connect(self.withdraw)
        self.bufsize.editingFinished.connect(self._on_bufsize)
        self.count.editingFinished.connect(self._on_count)
        for field in (self.bufsize, self.count):
            field.returnPressed.connect(self.start_if_closed)
        self.address_line.port.textEdited.connect(self._on_port_typed)
        self.again.edited.connect(self.live_change)
        self.local.editingFinished.connect(self._on_local)

    def number_steps(self, shown: bool) -> None:
        super().number_steps(shown)
        badge(self.editor.send, 3 if shown else None)

    def redraw(self) -> None:
        super().redraw()
        self.editor.text.redraw()

    def tab_text(self) -> str:
        snapshot = self.controller.snapshot(self.name)
        if not is_many(snapshot):
            return self.name
        waiting = sum(
            1 for x in snapshot.connections if x.closed_ns is None and x.connected_ns is None
        )
        return tr(
            "panel.tab_many",
            name=self.name,
            count=snapshot.settings.count,
            open=snapshot.open_count - waiting,
            waiting=waiting,
        )

    def set_up_parts(self) -> list[QWidget]:
        return [self.behaviour_row, *self.editor.details, *super().set_up_parts()]

    def fold(self, folded: bool) -> None:
        super().fold(folded)
        self.many.folded = folded

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
        self.again.fill(settings.reconnect)
        self.editor.encoding.choose(settings.encoding)

    def complete(self, settings: EndpointSettings) -> EndpointSettings:
        keep = settings.responder
        if keep == Nothing() and settings.role is Role.STREAM:
            keep = Nothing(OnPeerClose.KEEP)
        return replace(
            settings,
            bufsize=parse_fields.parse_bufsize(self.bufsize.text()),
            count=parse_fields.parse_count(self.count.text()),
            bind=self._local(settings.family),
            responder=keep,
            reconnect=self.again.reconnect if settings.role is Role.STREAM else None,
        )

    def _local(self, family: str) -> str | None:
        """What the socket is bound to before connect; None: the kernel chooses."""
        spec = self.local.text().strip()
        if not spec:
            return None
        address.parse(spec, family)
        return spec

    @Slot()
    def _on_port_typed(self) -> None:
        self.link.leave()

    # -- actions --------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        if self.address_line.primary.isEnabled():
            self.connect_once()

    def connect_once(self) -> Ticket | None:
        """Connect with the settings of the fields; None where that cannot be asked for."""
        if self.link.name is not None and not self.link.is_known:
            self.refuse(Problem("problem.unknown_link", name=self.link.name))
            return None
        if not self.configured("connect"):
            return None
        return self.act("connect", c.Connect(self.name, wait=False))

    @Slot()
    def _on_close(self) -> None:
        if self.phase in (Phase.CONNECTING, Phase.SETTING_UP) and self.many.on_all:
            self.act("close", c.Stop(self.name))
            return
        for target in self.many.close_targets():
            self.act("close", c.Close(self.name, connection=target))

    def half_targets(self) -> list[c.Target]:
        return self.many.half_targets()

    def abort_targets(self) -> list[c.Target]:
        return self.many.abort_targets()

    def send_targets(self) -> list[c.Target]:
        """Whom Send goes to."""
        return self.many.send_targets()

    def on_choice(self, line: ConnectionRow | None) -> None:
        self.many.on_choice(chosen=line is not None)
        self.refresh()

    @Slot(QPoint)
    def on_menu(self, where: QPoint) -> None:
        ends = (self.ends.half_close, self.ends.abort, self.ends.close)
        pop_up(self, [self.many.talk, *ends], self.hide_closed, where)

    @property
    def wished_height(self) -> int:
        return super().wished_height + self.many.spare

    def several(self, snapshot: EndpointSnapshot) -> bool:
        return is_many(snapshot)

    @Slot()
    def _on_escapes_dropped(self) -> None:
        self.tell("info", msg("message.escapes_dropped"))

    @Slot()
    def _on_bufsize(self) -> None:
        self.live_change("bufsize")

    @Slot()
    def _on_local(self) -> None:
        self.live_change("local")

    @Slot()
    def _on_count(self) -> None:
        self.live_change("count")

    def _show_outcome(self, ticket: Ticket) -> None:
        """Of many connects the counted message says it, not the first that failed; where it
        connects again by itself, when it does.
        """
        problem = ticket.outcome is not None and ticket.outcome.problem is not None
        settings = self.settings
        several = settings.count > 1 or settings.reconnect is not None
        goes_on = self.controller.snapshot(self.name).reconnecting is not None
        if not problem and (goes_on or (isinstance(ticket.command, c.Connect) and several)):
            self.refresh()
        else:
            super()._show_outcome(ticket)

    def way_out(self, command: c.Command, errno: str | None) -> Remedy | None:
        if errno in NOBODY_THERE and self.link.name is not None:
            caption = "bind_server" if self.address_line.datagram else "start_server"
            return Remedy(caption, self._start_link)
        return None

    def ways(self, row: Row) -> tuple[Remedy, ...]:
        return tuple(client_ways(self, row))

    def _start_link(self) -> None:
        if self.link.name is not None:
            self.link.start()
            datagram = self.address_line.datagram
            self.tell("info", msg("message.now_send" if datagram else "message.now_connect"))
            self.address_line.primary.setFocus()  # the pressed button goes, this comes next

    # -- showing --------------------------------------------------------------------------------

    def state_of(self, snapshot: EndpointSnapshot) -> str:
        return state_of(snapshot)

    def status(self, snapshot: EndpointSnapshot) -> StatusMessage:
        way = self.way_out(c.Connect(self.name), "ECONNREFUSED")
        if way is not None and self.link.phase is Phase.LISTENING:
            way = None  # it listens by now
        return status_of(
            snapshot,
            self.ready(),
            self._select_newest_failure,
            self.start,
            way,
            self.many.chosen_count,
            self._abandoned_by,
        )

    def _abandoned_by(self, item: ConnectionSnapshot) -> str | None:
        committed = self.controller.session.journal.committed
        return self._resets.of(item, self.controller.reader, committed)

    def show_state(self, snapshot: EndpointSnapshot) -> None:
        """Of many there is no one state while one is open: how many of them are."""
        if is_many(snapshot) and snapshot.open_count:
            self.address_line.state.set_many(
                sum(
                    1
                    for x in snapshot.connections
                    if x.closed_ns is None and x.connected_ns is not None
                ),
                max(snapshot.settings.count, snapshot.open_count),
            )
        else:
            super().show_state(snapshot)

    def ready(self) -> StatusMessage:
        key = "message.udp_client_ready" if self.address_line.datagram else "message.client_ready"
        return StatusMessage("info", msg(key))

    def differences(self, snapshot: EndpointSnapshot) -> list[str]:
        words = super().differences(snapshot)
        if self.local.text().strip():
            words.append(tr("chips.local", address=self.local.text().strip()))
        return words + self.again.differences()

    def show_parts(self, snapshot: EndpointSnapshot, now_ns: int) -> None:
        datagram = self.address_line.datagram
        enable = self.controls.enable
        self.sending.know(snapshot)
        self.editor.count_from(snapshot.counter)
        enable(self.address_line.primary, why_not_connect(snapshot, datagram=datagram))
        live = snapshot.open_count > 0 or snapshot.phase in OPEN
        make_primary(self.address_line.primary, not (datagram and live))
        self.receive_once.offer(datagram=datagram, reason=None if live else msg("why.no_socket"))
        enable(self.count, msg("why.datagram") if datagram else msg("why.locked") if live else None)
        self.link.follow(live=snapshot.phase in OPEN)
        again = snapshot.reconnecting
        if again != self._again_known:
            self._again_known = again
            self._trouble = self._trouble if again is None else None  # what failed led to this
        to_end = live or (again is not None and again.wait is not None)
        self.many.show_snapshot(snapshot, now_ns, live=to_end)
        self._caption_connect()
        self.controls.recaption(
            self.editor.send, "stop_sending" if self.sending.repeating else "send"
        )
        if snapshot.connections or snapshot.connection is not None:
            self.talk.feed.refresh()
        else:
            self.talk.feed.pass_over()

    def _caption_connect(self) -> None:
        """How many a press of Connect makes is said on the button."""
        count = self.count.text().strip()
        many = count.isdecimal() and int(count) > 1 and not self.address_line.datagram
        button = self.address_line.primary
        self.controls.recaption(button, "connect_many" if many else "connect", count=count)

    def reset_session(self) -> None:
        self._resets = ResetCauses()
        self.sending.reset_session()
        super().reset_session()
        self.talk.feed.again()

    def retranslate(self) -> None:
        super().retranslate()
        self.editor.retranslate()

    @Slot(str)
    def on_edited(self, field: str) -> None:
        if field == "family" and self.link.name is None:
            self.address_line.begin_with(self.link.offers())
        super().on_edited(field)
