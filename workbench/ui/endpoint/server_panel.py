"""The server panel: a listener, or a bound datagram socket."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.settings import GateMode
from workbench.texts import Problem, language
from workbench.ui.endpoint.accept_queue_bar import AcceptQueueBar
from workbench.ui.endpoint.connection_actions import ConnectionActions, pop_up
from workbench.ui.endpoint.connection_table import ConnectionTable
from workbench.ui.endpoint.endpoint_panel import EndpointPanel, Form
from workbench.ui.endpoint.frame_place import FramePlace
from workbench.ui.endpoint.gate_control import GateControl
from workbench.ui.endpoint.responder_form import ResponderForm
from workbench.ui.endpoint.server_send_bar import ServerSendBar
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.named_controls import group
from workbench.viewmodel.control_commands import FrameCommand
from workbench.viewmodel.host_suggestions import bind_hosts
from workbench.viewmodel.known_values import KnownValues
from workbench.viewmodel.panel_state import is_alike
from workbench.viewmodel.server_state import ChosenState, ServerPanelState
from workbench.viewmodel.setup_form import ServerForm

if TYPE_CHECKING:
    from workbench.ui.endpoint.more_fields import MoreFields
    from workbench.viewmodel.rule_trial import TriedMessage

LOW_ROWS: Final = 3
"""Of the table in a low window, beside the conversation of one of them."""
BACKLOGS: Final = ("0", "1", "2", "5", "128", "4096")


class ServerPanel(EndpointPanel):
    """The panel of a server.

    Signals:
        backlog_settled(): the backlog has its new value.
        conversation_wanted(bool): unfold it, or fold it.
        frame_wanted(object): perform this command on a WebSocket; or a Problem.
    """

    backlog_settled = Signal()
    conversation_wanted = Signal(bool)
    frame_wanted = Signal(object)
    server = True

    def build(self) -> None:
        self._table = self.make_table()
        self.steps = (self.address_line.primary,)
        self._shown: tuple[str, ServerPanelState | None] = ("", None)
        self._chosen: ChosenState | None = None
        self._talk_by_hand = False
        self.reply = ResponderForm(self.controls, self)
        self.opened_parts = (self.reply.rules, self.more)
        self.reply.rules.try_out = self._try_out
        self._build_behaviour()
        self.accept_gate = GateControl(self.controls, c.Gate.ACCEPT)
        self.queue = AcceptQueueBar(
            self.controls, self.more.chips, self.accept_gate, self.receive_once
        )
        self.queue_row = QWidget()
        self.queue.setContentsMargins(0, 0, 0, 0)
        self.queue_row.setLayout(self.queue)
        self.frames = FramePlace(self.controls, server=True)
        self.chosen_row = ConnectionActions(self.controls, self.ends, self.talk, self.frames)
        self.send_line = ServerSendBar(self.controls, self.reply.encoding)
        self.column.addWidget(self.address_line)
        self.column.addWidget(self.behaviour_row)
        self.column.addWidget(self.reply.rules)
        self.column.addWidget(self.more)
        self.column.addWidget(self.message)
        self.column.addLayout(self.calls)
        self.column.addWidget(self.queue_row)
        self.column.addWidget(self.table, 3)
        self.column.addStretch(0)  # where the table is hidden
        self.column.addWidget(self.chosen_row)
        self.column.addWidget(self.talk.view, 2)
        self.column.addLayout(self.send_line)
        self.column.addWidget(self.frames)
        self.more.suited.connect(self.frames.suit)

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

    @property
    def message_field(self) -> QWidget:
        return self.send_line.payload

    @property
    def table(self) -> ConnectionTable:
        return self._table

    def lay_out_more(self, fields: MoreFields) -> None:
        at_end = self.reply.make_at_end()
        self._show_end()
        fields.add_row(
            fields.receive_gate,
            fields.send_gate,
            group(self.controls.caption("on_peer_close", at_end), at_end),
            fields.messages,
        )
        for row in fields.layers.rows:
            fields.add_row(*row)
        fields.add_row(fields.options)
        fields.add_row(fields.values)

    def wire(self) -> None:
        accept = self.accept_gate
        accept.mode_chosen.connect(lambda mode: self.gate_chosen.emit(c.Gate.ACCEPT, mode))
        accept.step_wanted.connect(lambda: self.step_wanted.emit(c.Gate.ACCEPT))
        accept.mode.activated.connect(self.tell_typed)
        self.address_line.port.textEdited.connect(self.tell_typed)
        self.reply.rules.button.toggled.connect(self.fit_set_up)
        self.reply.edited.connect(lambda: self.tell_live("responder"))
        self.reply.drafted.connect(self.tell_typed)
        self.reply.greeting.textChanged.connect(self.tell_typed)
        self.reply.submitted.connect(self.start_if_closed)
        self.more.messages_edited.connect(self.reply.rules.judge)
        self.backlog.editTextChanged.connect(self.tell_typed)
        self.backlog.settled.connect(self.backlog_settled)
        self.backlog.submitted.connect(self.start_if_closed)
        self.chosen_row.talk.toggled.connect(self._on_talk)
        self.chosen_row.talk.clicked.connect(self._on_talk_pressed)
        self.frames.submitted.connect(self._on_frame)
        form = self.send_line.form
        form.currentIndexChanged.connect(lambda: self.talk.follow_editor(form.value()))
        self.chosen_row.reply.clicked.connect(self.send_line.begin)
        self.table.chosen_changed.connect(self._on_chosen)
        # headings are higher in Chinese: the rows to keep then need more
        self.table.horizontalHeader().geometriesChanged.connect(self._keep_rows)

    @Slot(object, object)
    def _on_chosen(self, _keys: object, current: int | str | None) -> None:
        """Send to whoever is chosen, and show the conversation with them."""
        if current is not None:
            self.send_line.aim(current)
            if not self._talk_by_hand:
                self.chosen_row.talk.setChecked(True)

    @Slot(object)
    def _on_frame(self, asked: FrameCommand | Problem) -> None:
        """Send a frame to the targets of the line above."""
        if not isinstance(asked, Problem):
            asked = replace(asked, connection=self.send_line.connection)
        self.frame_wanted.emit(asked)

    @Slot()
    def _on_talk_pressed(self) -> None:
        """Show the conversation from now on where a person wants it."""
        self._talk_by_hand = True

    @Slot(bool)
    def _on_talk(self, shown: bool) -> None:
        """Show the conversation of the chosen connection; of all, if none is chosen."""
        self._unfold()
        self.conversation_wanted.emit(shown)
        self._show_chosen()
        self.fit_height()

    def know(self, known: KnownValues) -> None:
        self.send_line.know(known)
        self.reply.know(known)

    @Slot(QPoint)
    def on_menu(self, where: QPoint) -> None:
        row = self.chosen_row
        buttons = [row.talk, *([row.why] if row.why.isVisible() else []), *row.buttons]
        pop_up(self, buttons, self.hide_closed, where)

    def _try_out(self, text: str, as_hex: bool) -> tuple[TriedMessage, ...]:
        """What the rules answer to a message, with the fields as they are. Raises Problem."""
        form = self.reply.read().as_typed
        messages = self.shared.read().messages.read(form.encoding, None)
        from workbench.viewmodel.rule_trial import try_out  # imported when a rule is first tried

        return try_out(form, messages, text, as_hex=as_hex)

    # -- the fields -----------------------------------------------------------------------------

    @Slot(object)
    def fill(self, form: ServerForm) -> None:
        """Show a form without emitting a signal."""
        self._filling = True
        self.shared.fill(form.set_up)
        self.address_line.port_untouched = form.port_untouched
        self.address_line.host.offer(bind_hosts(form.set_up.where.family))
        self.backlog.setEditText(form.backlog)
        self.accept_gate.mode.choose(form.accept.value)
        self.reply.fill(form.reply)
        self._filling = False

    def fill_any(self, form: Form) -> None:
        assert isinstance(form, ServerForm)
        self.fill(form)

    def read(self) -> ServerForm:
        return ServerForm(
            self.shared.read(),
            self.backlog.currentText(),
            self.accept_gate.value,
            self.reply.read(),
            self.address_line.port_untouched,
        )

    # -- showing --------------------------------------------------------------------------------

    @Slot(object)
    def show_server(self, state: ServerPanelState) -> None:
        """Show another state."""
        (spoken, before), self._shown = self._shown, (language(), state)
        if before is None or spoken != language() or not is_alike(before, state):
            self._show_still(state)
            before = None
        else:
            self.strip.show_chips(state.chips)
        if before is None or before.queue != state.queue:
            self.queue.show(state.queue, datagram=state.datagram)
        self.table.show_rows(state.rows)
        if before is None or before.targets != state.targets:
            self.send_line.show(state.send, state.targets)
        count = len(state.rows.rows)
        if before is None or (before.chosen, len(before.rows.rows)) != (state.chosen, count):
            self._chosen = state.chosen
            self._show_chosen()
            self.fit_height()

    def _show_still(self, state: ServerPanelState) -> None:
        """Show what does not change while rows flow by."""
        self.show_state(state)
        controls, line = self.controls, self.address_line
        controls.show(line.primary, state.listen)
        self.set_next(line.primary if state.listen.reason is None else None)
        controls.show(line.stop, state.stop)
        self.fit_set_up()
        controls.show(self.backlog, state.backlog)
        self._show_end()
        if state.port is not None:
            line.port.setText(state.port)
        self.reply.offer_greetings(offered=not state.datagram)
        self.accept_gate.setVisible(not state.datagram)
        self.accept_gate.show_state(state.gates[c.Gate.ACCEPT])
        self.frames.enable(state.send.reason)

    def _show_end(self) -> None:
        state = self._shown[1]
        if state is not None and self.reply.at_end is not None:
            self.controls.show(self.reply.at_end, state.at_end)

    @Slot(object)
    def tick(self, now_ns: int) -> None:
        super().tick(now_ns)
        self.table.tick(now_ns)
        self.chosen_row.show_why(self._why())

    def _why(self) -> str:
        """The sentence of the chosen row's mark; "": there is none, or several rows are chosen."""
        rows = self.table.chosen_all()
        only = rows[0].key if len(rows) == 1 else None
        return self.table.why(only) if isinstance(only, int) else ""

    def _show_chosen(self) -> None:
        if self._chosen is not None:
            self.chosen_row.show_chosen(self._chosen, self._why())
        self._keep_rows()

    @Slot()
    def _keep_rows(self) -> None:
        self.table.setMinimumHeight(self.table.height_of(self._least_rows()))

    def _least_rows(self) -> int:
        """Keep some of the table's rows in sight beside a conversation."""
        if self.is_tight:
            return 1
        if self._sparing and self.chosen_row.talk.isChecked():
            return LOW_ROWS
        most = 4 if self.chosen_row.talk.isChecked() else 1
        return max(1, min(most, len(self.table.lines.lines)))

    def redraw(self) -> None:
        super().redraw()
        self.reply.fit()

    def fold(self, folded: bool) -> None:
        super().fold(folded)
        self.send_line.fold(folded)
        if folded:
            self.reply.rules.button.setChecked(False)

    def spare_height(self, sparing: bool) -> None:
        self.column.setStretchFactor(self.table, 1 if sparing else 3)
        self.column.setStretchFactor(self.talk.view, 1 if sparing else 2)
        self._show_chosen()
        self.frames.spare_height(sparing)
        self.reply.rules.spare_height(sparing)
        super().spare_height(sparing)

    @Slot()
    def fit_set_up(self) -> None:
        super().fit_set_up()
        if self._live and not self.address_line.set_up.isChecked():
            self.reply.rules.button.setChecked(False)  # its button is folded with the rest
        tight, rules = self.is_tight, self.reply.rules.button.isChecked()
        shown = not (tight or (rules and self._live))
        self.show_calls(shown)
        held = self.accept_gate.value is not GateMode.AUTO
        self.queue_row.setVisible(held or shown or self._by_hand)
        # nobody is there, and nobody was: Send stays in sight below the fields
        someone = self._live or self.table.lines.rowCount() > 0
        self.table.setVisible(someone or not tight)
        self.chosen_row.setVisible(not tight)
        self._unfold()
        self._keep_rows()

    def _unfold(self) -> None:
        """Show the conversation if it is wanted and there is room for it."""
        self.chosen_row.unfold(self.chosen_row.talk.isChecked() and not self.is_tight)

    @property
    def is_tight(self) -> bool:
        return super().is_tight or (self._sparing and self.reply.rules.button.isChecked())

    def is_set_up_open(self) -> bool:
        return super().is_set_up_open() or self.reply.rules.button.isChecked()

    def retranslate(self) -> None:
        super().retranslate()
        self.address_line.host.offer(bind_hosts(self.address_line.family.value()))
