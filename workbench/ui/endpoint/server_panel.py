"""The server panel: a listener, or a bound datagram socket."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.snapshot import EndpointSnapshot, Phase
from workbench.texts import Problem
from workbench.ui.endpoint.accept_queue_bar import AcceptQueueBar
from workbench.ui.endpoint.close_buttons import why_no_abort, why_no_half_close
from workbench.ui.endpoint.connection_actions import ConnectionActions, pop_up
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.endpoint.gate_control import GateControl
from workbench.ui.endpoint.remedies import server_ways
from workbench.ui.endpoint.responder_form import ResponderForm
from workbench.ui.endpoint.server_send_bar import ServerSendBar
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.named_controls import group
from workbench.viewmodel import parse_fields
from workbench.viewmodel.address_form import UNIX
from workbench.viewmodel.connection_rows import ConnectionRow
from workbench.viewmodel.endpoint_status import OPEN
from workbench.viewmodel.host_suggestions import bind_hosts
from workbench.viewmodel.message import Remedy, StatusMessage, msg
from workbench.viewmodel.server_status import state_of, status_of

if TYPE_CHECKING:
    from workbench.journal.reader import Row

BACKLOGS: Final = ("0", "1", "2", "5", "128", "4096")


class ServerPanel(EndpointPanel):
    """Listen, see who is connected, answer one or all."""

    server = True

    def build(self) -> None:
        self.reply = ResponderForm(self.controls, self)
        self._build_behaviour()
        self.accept_gate = GateControl(self, c.Gate.ACCEPT)
        self.queue = AcceptQueueBar(
            self.controls, self.more.chips, self.accept_gate, self.receive_once
        )
        self.chosen_row = ConnectionActions(self.controls, self.ends, self.talk)
        self.send_line = ServerSendBar(self.controls, self.reply.encoding)
        self.column.addWidget(self.address_line)
        self.column.addWidget(self.behaviour_row)
        self.column.addWidget(self.reply.rules)
        self.column.addWidget(self.more)
        self.column.addWidget(self.message)
        self.column.addLayout(self.calls)
        self.column.addLayout(self.queue)
        self.column.addWidget(self.table, 1)
        self.column.addWidget(self.chosen_row)
        self.column.addWidget(self.talk.view, 1)
        self.column.addLayout(self.send_line)

    def _build_behaviour(self) -> None:
        caption, shared = self.controls.caption, self.shared
        self.backlog = self.controls.add(HintCombo(4), "backlog")
        self.backlog.offer([(value, "") for value in BACKLOGS])
        self.behaviour_row = QWidget()
        behaviour = FlowLayout(self.behaviour_row)
        for widget in (
            group(caption("backlog", self.backlog), self.backlog),
            group(caption("timeout", shared.timeout), shared.timeout),
            group(caption("responder", self.reply.kind), self.reply.kind),
            group(self.reply.greeting, self.reply.room, self.reply.rules.button, self.more.button),
        ):
            behaviour.addWidget(widget)
        self.more.add_row(
            shared.receive_gate,
            shared.send_gate,
            group(caption("on_peer_close", self.reply.at_end), self.reply.at_end),
        )
        self.more.add_row(shared.options)

    def wire(self) -> None:
        self.address_line.stop.clicked.connect(self._on_stop)
        self.reply.edited.connect(self._on_reply_edited)
        self.reply.submitted.connect(self.start_if_closed)
        self.send_line.submitted.connect(self._on_send)
        self.chosen_row.talk.toggled.connect(self._on_talk)
        self.chosen_row.reply.clicked.connect(self.send_line.begin)
        self.ends.close.clicked.connect(self._on_close)
        self.chosen_row.why.clicked.connect(self._on_why_row)
        self.backlog.settled.connect(self._on_backlog)
        self.backlog.submitted.connect(self.start_if_closed)

    def gates(self) -> list[GateControl]:
        return [self.accept_gate, *super().gates()]

    def redraw(self) -> None:
        super().redraw()
        self.reply.fit()
        self.reply.rules.redraw()

    def tab_text(self) -> str:
        snapshot = self.controller.snapshot(self.name)  # a tab behind others is not refreshed
        port = (snapshot.local or "").rpartition(":")[2]
        return f"{self.name} :{port}" if snapshot.phase in OPEN and port.isdecimal() else self.name

    def set_up_parts(self) -> list[QWidget]:
        return [self.behaviour_row, *super().set_up_parts()]

    def fold(self, folded: bool) -> None:
        super().fold(folded)
        if folded:
            self.reply.rules.button.setChecked(False)

    def differences(self, snapshot: EndpointSnapshot) -> list[str]:
        return super().differences(snapshot) + self.reply.differences(
            datagram=self.address_line.datagram
        )

    # -- settings -------------------------------------------------------------------------------

    def fill(self, settings: EndpointSettings) -> None:
        self.backlog.setEditText(str(settings.backlog))
        self.accept_gate.mode.choose(settings.accept.value)
        self.reply.fill(settings)

    def complete(self, settings: EndpointSettings) -> EndpointSettings:
        return replace(
            settings,
            backlog=parse_fields.parse_backlog(self.backlog.currentText()),
            accept=GateMode(self.accept_gate.mode.value()),
            responder=self.reply.read(settings.responder),
            encoding=self.reply.encoding.value(),
            port_search=self.address_line.port_untouched,
        )

    # -- actions --------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        if self.phase in OPEN and self.phase is not Phase.BOUND:
            return
        if self.phase is Phase.BOUND and self.settings.role is Role.LISTENER:
            self.act("listen", c.Listen(self.name))
        elif self.phase not in OPEN and self.configured("listen"):
            self.act("listen", c.Start(self.name))

    @Slot()
    def _on_stop(self) -> None:
        self.act("stop", c.Stop(self.name))

    @Slot()
    def _on_backlog(self) -> None:
        if self.phase is Phase.LISTENING:
            try:
                backlog = parse_fields.parse_backlog(self.backlog.currentText())
            except Problem as problem:
                self.refuse(problem)
                return
            if backlog != self.settings.backlog:
                self.configured("backlog")
                self.act("backlog", c.Listen(self.name, backlog))
        else:
            self.on_edited("backlog")

    @Slot()
    def _on_reply_edited(self) -> None:
        self.live_change("responder")

    @Slot()
    def _on_send(self) -> None:
        if not self.send_line.button.isEnabled():
            return
        try:
            command = self.send_line.command(self.name)
        except Problem as problem:
            self.refuse(problem)
            return
        self.act("send", command)

    @Slot()
    def _on_close(self) -> None:
        for item in self.choice.items():
            if item.closed_ns is None:
                self.act("close", c.Close(self.name, connection=item.number))

    def half_targets(self) -> list[c.Target]:
        return [item.number for item in self.choice.items() if why_no_half_close(item) is None]

    def abort_targets(self) -> list[c.Target]:
        return [item.number for item in self.choice.items() if why_no_abort(item) is None]

    def on_choice(self, line: ConnectionRow | None) -> None:
        if line is not None:
            self.send_line.aim(line.key)
        self._show_actions()

    @Slot()
    def _on_why_row(self) -> None:
        number = self.choice.number
        if number is not None:
            self.choice.on_why(number)

    @Slot(bool)
    def _on_talk(self, shown: bool) -> None:
        """The conversation of the chosen connection; of all while none is chosen."""
        self.chosen_row.unfold(shown)
        if shown:
            self.talk.feed.again()
        self.refresh()

    @Slot(QPoint)
    def on_menu(self, where: QPoint) -> None:
        row = self.chosen_row
        buttons = [row.talk, *([row.why] if row.why.isVisible() else []), *row.buttons]
        pop_up(self, buttons, self.hide_closed, where)

    def way_out(self, command: c.Command, errno: str | None) -> Remedy | None:
        if errno == "EADDRINUSE" and self.settings.family != UNIX:
            return Remedy("next_port", self._next_port)
        if errno == "EACCES" and self.settings.family != UNIX:
            return Remedy("free_port", self._kernel_port)
        return None

    def ways(self, row: Row) -> tuple[Remedy, ...]:
        return tuple(server_ways(self, row))

    def _next_port(self) -> None:
        self.address_line.port_untouched = True
        self.start()

    def _kernel_port(self) -> None:
        self.address_line.port.setText("0")
        self.start()

    # -- showing --------------------------------------------------------------------------------

    def state_of(self, snapshot: EndpointSnapshot) -> str:
        return state_of(snapshot)

    def ready(self) -> StatusMessage:
        key = "message.udp_ready" if self.address_line.datagram else "message.server_ready"
        return StatusMessage("info", msg(key))

    def status(self, snapshot: EndpointSnapshot) -> StatusMessage:
        return status_of(snapshot, self._select_newest_failure)

    def show_parts(self, snapshot: EndpointSnapshot, now_ns: int) -> None:
        datagram = self.address_line.datagram
        live = snapshot.phase in OPEN
        enable = self.controls.enable
        resumable = snapshot.phase is Phase.BOUND and not datagram
        enable(
            self.address_line.primary, msg("why.already_open") if live and not resumable else None
        )
        self.controls.recaption(self.address_line.primary, "bind" if datagram else "listen")
        enable(
            self.address_line.stop, None if live or snapshot.open_count else msg("why.not_started")
        )
        enable(self.backlog, msg("why.datagram") if datagram else None)
        enable(self.reply.at_end, msg("why.datagram") if datagram else None)
        self._show_port(snapshot, live=live)
        self.reply.offer_greetings(offered=not datagram)
        self.accept_gate.setVisible(not datagram)
        self.accept_gate.show_mode(snapshot.accept, live=live)
        self.receive_once.offer(datagram=datagram, reason=None if live else msg("why.not_started"))
        self.queue.show_snapshot(snapshot, datagram=datagram)
        self.choice.show(snapshot, now_ns)
        self.send_line.show_snapshot(snapshot, self.owner, datagram=datagram)
        self._show_actions()

    def _show_port(self, snapshot: EndpointSnapshot, *, live: bool) -> None:
        """The default port that was taken has moved: the field says where to."""
        port = (snapshot.local or "").rpartition(":")[2]
        field = self.address_line.port
        if live and self.address_line.port_untouched and port.isdecimal() and field.text() != port:
            field.setText(port)

    def _show_actions(self) -> None:
        lines = self.table.chosen_all()
        only = lines[0].key if len(lines) == 1 else None
        self.chosen_row.show_chosen(
            self.choice.items(),
            lines,
            hidden=self.table.hidden_count,
            why=self.table.why(only) if isinstance(only, int) else "",
            datagram=self.address_line.datagram,
        )
        if self.chosen_row.talk.isChecked():
            self.talk.feed.refresh()
        self.table.setMinimumHeight(self.table.height_of(self._least_rows()))

    def _least_rows(self) -> int:
        """Beside a conversation the table keeps some of its rows."""
        most = 3 if self.chosen_row.talk.isChecked() else 1
        return max(1, min(most, len(self.table.lines.lines)))

    def retranslate(self) -> None:
        super().retranslate()
        self.reply.rules.retranslate()
        self.address_line.host.offer(bind_hosts(self.address_line.family.value()))

    @Slot(str)
    def on_edited(self, field: str) -> None:
        if field == "family":
            self.address_line.begin_with(bind_hosts(self.address_line.family.value()))
        super().on_edited(field)
