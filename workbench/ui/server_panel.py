"""The server panel: a listener, or a bound datagram socket."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench import payload
from workbench.engine import commands as c
from workbench.engine.settings import EndpointSettings, GateMode, Greet, Role
from workbench.engine.snapshot import EndpointSnapshot, Phase
from workbench.texts import Problem, tr
from workbench.ui import fields, theme
from workbench.ui.client_status import setting_up
from workbench.ui.draft import RESPONDERS, UNIX, responder, responder_kind
from workbench.ui.flow_layout import FlowLayout
from workbench.ui.hosts import bind_hosts
from workbench.ui.panel import OPEN, EndpointPanel
from workbench.ui.panel_parts.chosen_row import ChosenRow
from workbench.ui.panel_parts.composer import Draft, content
from workbench.ui.panel_parts.connections import ConnectionTable, named
from workbench.ui.panel_parts.controls import ChoiceBox, NotedBox, TextField, group, spring
from workbench.ui.panel_parts.gate import GateBox
from workbench.ui.panel_parts.message_line import Message, WayOut
from workbench.ui.ways import server_ways
from workbench.ui.wording import say

if TYPE_CHECKING:
    from workbench.journal.reader import Row

BACKLOGS: Final = ("0", "1", "2", "5", "128", "4096")
LOOPBACK: Final = ("127.", "[::1]", "::1", "/", "abstract:", "localhost", "temp:")
MOST_TARGETS: Final = 200
NEWEST: Final = ""
MOST_GREETING: Final = 24
"""Digits' widths that a long greeting asks for at most."""


class ServerPanel(EndpointPanel):
    """Listen, see who is connected, answer one or all."""

    server = True

    def build(self) -> None:
        self._greeted: str | None = None  # the reply that TCP had, while UDP is chosen
        self._build_behaviour()
        self._build_queue()
        self._build_actions()
        self._build_send()
        self.column.addWidget(self.address_line)
        self.column.addWidget(self.behaviour_row)
        self.column.addWidget(self.more)
        self.column.addWidget(self.message)
        self.column.addLayout(self.call_row)
        self.column.addLayout(self.queue_row)
        self.column.addWidget(self.table, 1)
        self.column.addWidget(self.chosen_row)
        self.column.addWidget(self.talk_box, 2)
        self.column.addLayout(self.send_row)

    def _build_behaviour(self) -> None:
        add, caption = self.controls.add, self.controls.caption
        self.backlog = add(NotedBox(4), "backlog")
        self.backlog.offer([(value, "") for value in BACKLOGS])
        self.responder = add(
            ChoiceBox(*((kind, f"responder.{kind}") for kind in RESPONDERS)), "responder"
        )
        self.greeting = add(TextField(), "greeting")
        self.greeting.textChanged.connect(self._fit_greeting)
        self.encoding = add(
            ChoiceBox(*((name, f"encoding.{name}") for name in payload.ENCODINGS)), "encoding"
        )
        self.behaviour_row = QWidget()
        self.behaviour = FlowLayout(self.behaviour_row)
        self.backlog_group = group(caption("backlog", self.backlog), self.backlog)
        for widget in (
            self.backlog_group,
            group(caption("timeout", self.timeout), self.timeout),
            group(caption("responder", self.responder), self.responder),
            self.more.chips, group(self.greeting, self.more.button),
        ):
            self.behaviour.addWidget(widget)
        self.more.add_row(self.receive_gate, self.send_gate)
        self.more.add_row(self.options)

    def _build_queue(self) -> None:
        self.accept_gate = GateBox(self.controls, "accept")
        self.queue_label = self.controls.caption("queue")
        self.queue_bar = QProgressBar()
        self.queue_bar.setTextVisible(False)
        self.queue_bar.setFixedSize(70, 12)
        self.queue = self.controls.add(QLabel(), "queue")
        self.queue_row = QHBoxLayout()
        for widget in (self.queue_label, self.queue_bar, self.queue, spring(), self.accept_gate,
                       self.receive_once):
            self.queue_row.addWidget(widget)

    def _build_actions(self) -> None:
        self.table = self.controls.add(ConnectionTable(), "connections")
        self.table.setMinimumHeight(50)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.chosen_row = ChosenRow(self.controls)
        self.half_close = self.chosen_row.half_close
        self.abort = self.chosen_row.abort
        self.close_one = self.chosen_row.close_one
        self.talk_box = QWidget()
        box = QVBoxLayout(self.talk_box)
        box.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        caption = self.controls.caption("conversation", self.talk.show_as)
        for widget in (caption, self.talk.show_as, spring(), self.talk.save):
            head.addWidget(widget)
        box.addLayout(head)
        box.addWidget(self.talk.view)
        self.talk_box.hide()

    def _build_send(self) -> None:
        self.target = self.controls.add(QComboBox(), "target")
        self.target.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.target.setMinimumContentsLength(15)
        self.payload = self.controls.add(TextField("reply\\r\\n"), "payload")
        self.send = self.controls.add(QPushButton(), "send")
        self.send_row = QHBoxLayout()
        for widget in (
            self.controls.caption("target", self.target), self.target, self.payload,
            self.encoding, self.send,
        ):
            self.send_row.addWidget(widget)

    def wire(self) -> None:
        self.address_line.stop.clicked.connect(self._on_stop)
        self.responder.activated.connect(self._on_responder)
        self.encoding.activated.connect(self._on_responder)
        self.greeting.editingFinished.connect(self._on_responder)
        self.greeting.returnPressed.connect(self._start_if_closed)
        self.accept_gate.moded.connect(self._on_accept_mode)
        self.accept_gate.stepped.connect(self._on_accept_one)
        self.send.clicked.connect(self._on_send)
        self.payload.returnPressed.connect(self._on_send)
        self.chosen_row.talk.toggled.connect(self._on_talk)
        self.chosen_row.reply.clicked.connect(self._on_reply)
        self.half_close.clicked.connect(self._on_half_close)
        self.abort.clicked.connect(self._on_abort)
        self.close_one.clicked.connect(self._on_close)
        self.table.selectionModel().selectionChanged.connect(self._on_chosen)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.backlog.activated.connect(self._on_backlog)
        edit = self.backlog.lineEdit()
        if edit is not None:
            edit.editingFinished.connect(self._on_backlog)
            edit.returnPressed.connect(self._start_if_closed)

    def _fit_greeting(self) -> None:
        """As wide as its text, where that is of a usual length: it shall be read whole."""
        metrics = self.greeting.fontMetrics()
        wanted = metrics.horizontalAdvance(self.greeting.text())
        self.greeting.setMinimumWidth(
            max(64, min(wanted, metrics.horizontalAdvance("0" * MOST_GREETING)) + 16))

    def redraw(self) -> None:
        super().redraw()
        self._fit_greeting()
        self.table.fit()
        self.talk.view.setFont(theme.fixed_font())

    def tab_text(self) -> str:
        local = self.controller.snapshot(self.name).local
        port = (local or "").rpartition(":")[2]
        return f"{self.name} :{port}" if self.phase in OPEN and port.isdecimal() else self.name

    def set_up_parts(self) -> list[QWidget]:
        return [self.behaviour_row]

    # -- settings -------------------------------------------------------------------------------

    def fill(self, settings: EndpointSettings) -> None:
        self.backlog.setEditText(str(settings.backlog))
        self.accept_gate.mode.choose(settings.accept.value)
        kind = responder_kind(settings.responder)
        if kind == "rules":
            self.responder.offer([(k, f"responder.{k}") for k in (*RESPONDERS, "rules")])
        self.responder.choose(kind)
        if isinstance(settings.responder, Greet):
            self.greeting.setText(payload.escape(settings.responder.text))
            self.greeting.setCursorPosition(0)
            self.encoding.choose(settings.responder.encoding)
        else:
            self.encoding.choose(settings.encoding)

    def complete(self, settings: EndpointSettings) -> EndpointSettings:
        encoding = self.encoding.value()
        kind = self.responder.value()
        reply = settings.responder
        if kind != "rules":
            greeting = ""
            if kind.startswith("greet"):
                text = content(Draft(self.greeting.text(), encoding=encoding)).text
                if text is None:
                    raise Problem("problem.greeting_bytes")
                greeting = text
            reply = responder(kind, greeting, encoding)
        return replace(
            settings,
            backlog=fields.parse_backlog(self.backlog.currentText()),
            accept=GateMode(self.accept_gate.mode.value()),
            responder=reply,
            encoding=encoding,
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

    def _start_if_closed(self) -> None:
        if self.phase not in OPEN:
            self.start()

    @Slot()
    def _on_stop(self) -> None:
        self.act("stop", c.Stop(self.name))

    @Slot()
    def _on_backlog(self) -> None:
        if self.phase is Phase.LISTENING:
            try:
                backlog = fields.parse_backlog(self.backlog.currentText())
            except Problem as problem:
                self.refuse(problem)
                return
            if backlog != self.settings.backlog:
                self.configured("backlog")
                self.act("backlog", c.Listen(self.name, backlog))
        else:
            self.on_edited("backlog")

    @Slot()
    def _on_responder(self) -> None:
        self.controls.enable(
            self.greeting,
            None if self.responder.value().startswith("greet") else say("why.no_greeting"),
        )
        self.live_change("responder")

    @Slot(str)
    def _on_accept_mode(self, mode: str) -> None:
        self.switch_gate("accept_gate", c.Gate.ACCEPT, mode)

    @Slot()
    def _on_accept_one(self) -> None:
        self.act("accept_one", c.Step(self.name, c.Gate.ACCEPT, wait=False))

    @Slot()
    def _on_send(self) -> None:
        if not self.send.isEnabled():
            return
        encoding = self.encoding.value()
        try:
            body = content(Draft(self.payload.text(), encoding=encoding))
        except Problem as problem:
            self.refuse(problem)
            return
        target = self.target.currentData()
        to = target if isinstance(target, str) and target not in (NEWEST, c.ALL) else None
        connection: c.Target = target if isinstance(target, int) else None
        if target == c.ALL:
            connection = c.ALL
        self.act("send", c.Send(
            self.name, text=body.text, hex=body.hex,
            encoding=encoding if body.text is not None else None, connection=connection, to=to,
        ))

    def chosen_number(self) -> int | None:
        line = self.table.chosen()
        return line.key if line is not None and isinstance(line.key, int) else None

    @Slot()
    def _on_close(self) -> None:
        number = self.chosen_number()
        if number is not None:
            self.act("close", c.Close(self.name, connection=number))

    @Slot()
    def _on_chosen(self) -> None:
        if self.table.filling:
            return
        line = self.table.chosen()
        self.talk.show_connection(line.id if line is not None else None)
        if line is None:
            return
        index = self.target.findData(line.key)
        if index >= 0:
            self.target.setCurrentIndex(index)
        self.controller.select(endpoint=self.name, connection=line.id)
        self._show_actions(self.controller.snapshot(self.name))

    @Slot(bool)
    def _on_talk(self, shown: bool) -> None:
        """The conversation of the chosen connection; of all while none is chosen."""
        self.talk_box.setVisible(shown)
        if shown:
            self.talk.feed.again()
        self._fit_height()

    @Slot()
    def _on_reply(self) -> None:
        """What is typed next goes to the chosen connection."""
        self.payload.setFocus()
        self.payload.selectAll()

    @Slot(QPoint)
    def _on_menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        for button in self.chosen_row.buttons:
            action = menu.addAction(button.text(), button.click)
            action.setEnabled(button.isEnabled())
            action.setToolTip(button.toolTip())
        menu.popup(self.table.viewport().mapToGlobal(where))

    def way_out(self, command: c.Command, errno: str | None) -> WayOut | None:
        if errno == "EADDRINUSE" and self.settings.family != UNIX:
            return WayOut("next_port", self._next_port)
        if errno == "EACCES" and self.settings.family != UNIX:
            return WayOut("free_port", self._kernel_port)
        return None

    def ways(self, row: Row) -> tuple[WayOut, ...]:
        return tuple(server_ways(self, row))

    def _next_port(self) -> None:
        self.address_line.port_untouched = True
        self.start()

    def _kernel_port(self) -> None:
        self.address_line.port.setText("0")
        self.start()

    # -- showing --------------------------------------------------------------------------------

    def state_of(self, snapshot: EndpointSnapshot) -> str:
        return {
            Phase.LISTENING: "LISTEN", Phase.BOUND: "BOUND", Phase.OPEN: "OPEN",
            Phase.SETTING_UP: "SETTING UP", Phase.FAILED: "FAILED",
        }.get(snapshot.phase, "CLOSED")

    def ready(self) -> Message:
        key = "message.udp_ready" if self.address_line.datagram else "message.server_ready"
        return Message("info", say(key))

    def status(self, snapshot: EndpointSnapshot) -> Message:
        local = snapshot.local or ""
        if snapshot.phase in (Phase.LISTENING, Phase.BOUND, Phase.OPEN):
            datagram = snapshot.settings.role is Role.DATAGRAM
            if snapshot.phase is Phase.BOUND and not datagram:
                return Message("busy", say("message.bound_only", local=local))
            kind = "bound" if datagram else "listening"
            wished = snapshot.settings.address.rpartition(":")[2]
            if local and not local.startswith(LOOPBACK):
                return Message("busy", say(f"message.{kind}_open", local=local))
            if wished not in ("0", "") and self._moved(snapshot):
                return Message("busy", say(f"message.{kind}_moved", local=local, port=wished))
            return Message("good" if datagram else "info", say(f"message.{kind}", local=local))
        if snapshot.phase is Phase.SETTING_UP:
            return setting_up(snapshot)
        if snapshot.phase is Phase.CLOSED:
            return Message("info", say("message.server_stopped"))
        return Message("bad", say("message.failed_before"), why=self._select_newest_failure)

    def _moved(self, snapshot: EndpointSnapshot) -> bool:
        if snapshot.settings.family == UNIX or snapshot.local is None:
            return False
        return snapshot.local.rpartition(":")[2] != snapshot.settings.address.rpartition(":")[2]

    def show_parts(self, snapshot: EndpointSnapshot, now_ns: int) -> None:
        datagram = self.address_line.datagram
        live = snapshot.phase in OPEN
        enable = self.controls.enable
        resumable = snapshot.phase is Phase.BOUND and not datagram
        enable(self.address_line.primary, say("why.already_open")
               if live and not resumable else None)
        self.controls.recaption(self.address_line.primary, "bind" if datagram else "listen")
        enable(self.address_line.stop, None if live or snapshot.open_count
               else say("why.not_started"))
        enable(self.backlog, say("why.datagram") if datagram else None)
        self._offer_greetings(greets=not datagram)
        self.accept_gate.setVisible(not datagram)
        self.accept_gate.show_mode(snapshot.accept, live=live)
        self.receive_once.setVisible(datagram)
        enable(self.receive_once, None if live else say("why.not_started"))
        self._show_queue(snapshot, datagram=datagram)
        self.table.show_snapshot(snapshot, self.owner, self.controller.clock_text, now_ns)
        self._show_targets(snapshot, datagram=datagram)
        self._show_actions(snapshot)
        someone = bool(snapshot.peers) if datagram else snapshot.open_count > 0
        enable(self.send, None if someone else say("why.no_peer"))

    def _offer_greetings(self, *, greets: bool) -> None:
        """A greeting needs a connection: with datagrams what would greet and echo just echoes."""
        reason = None if greets else tr("why.no_greeting_udp")
        for kind in ("greet", "greet_echo", "greet_close"):
            self.responder.forbid(kind, reason)
        if not greets and self.responder.value().startswith("greet"):
            self._greeted = self.responder.value()
            self.responder.choose("echo")
            self._on_responder()
        elif greets and self._greeted is not None:
            self.responder.choose(self._greeted)
            self._greeted = None
            self._on_responder()

    def _show_queue(self, snapshot: EndpointSnapshot, *, datagram: bool) -> None:
        self.controls.recaption(self.queue_label, "peers" if datagram else "queue")
        self.queue_bar.setVisible(not datagram)
        if datagram:
            self.queue.setText(
                "" if snapshot.drops is None else tr("panel.drops", count=snapshot.drops)
            )
            return
        if snapshot.queue is None:
            self.queue.setText("-")
            self.queue_bar.setValue(0)
            return
        waiting, limit = snapshot.queue
        self.queue.setText(tr("panel.queue", waiting=waiting, room=limit + 1))
        self.queue_bar.setMaximum(limit + 1)
        self.queue_bar.setValue(min(waiting, limit + 1))

    def _show_targets(self, snapshot: EndpointSnapshot, *, datagram: bool) -> None:
        entries: list[tuple[str, object]] = []
        if datagram:
            entries.append((tr("panel.newest_peer"), NEWEST))
            entries += [(named(p.address, self.owner), p.address) for p in snapshot.peers]
        else:
            still = [item for item in snapshot.connections if item.closed_ns is None]
            entries += [(tr("panel.newest"), NEWEST), (tr("panel.all"), c.ALL)]
            entries += [
                (f"#{item.number} {named(item.peer, self.owner)}", item.number)
                for item in still[-MOST_TARGETS:]
            ]
        known = [
            (self.target.itemText(i), self.target.itemData(i)) for i in range(self.target.count())
        ]
        if known == entries or self.target.view().isVisible():
            return
        kept = self.target.currentData()
        self.target.clear()
        for text, data in entries:
            self.target.addItem(text, data)
        self.target.setCurrentIndex(max(0, self.target.findData(kept)))

    def _show_actions(self, snapshot: EndpointSnapshot) -> None:
        number = self.chosen_number()
        self.chosen_row.setVisible(not self.address_line.datagram)
        self.chosen_row.show_chosen(self.in_question(snapshot) if number is not None else None)
        if self.talk_box.isVisible():
            self.talk.feed.refresh()

    def retranslate(self) -> None:
        super().retranslate()
        self.table.lines.retranslate()
        self.talk.feed.again()
        self.address_line.host.offer(bind_hosts(self.address_line.family.value()))

    @Slot(str)
    def on_edited(self, field: str) -> None:
        if field == "family":
            hosts = bind_hosts(self.address_line.family.value())
            self.address_line.host.offer(hosts)
            self.address_line.host.setEditText(hosts[0][0])
        super().on_edited(field)
