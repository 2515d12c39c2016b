"""The client panel: a stream that connects, or a datagram socket that sends."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from workbench.texts import Problem
from workbench.ui.endpoint.connection_actions import pop_up
from workbench.ui.endpoint.connection_table import ConnectionTable
from workbench.ui.endpoint.conversation_pane import TalkRow
from workbench.ui.endpoint.endpoint_panel import EndpointPanel, Form, Kept, enter_first
from workbench.ui.endpoint.frame_place import FramePlace
from workbench.ui.endpoint.message_editor import MessageEditor
from workbench.ui.endpoint.send_scope import SendScope
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.late_part import LatePart
from workbench.ui.widgets.named_controls import GivingButton, TextField, badge, group
from workbench.viewmodel.client_state import ClientPanelState
from workbench.viewmodel.known_values import KnownValues
from workbench.viewmodel.setup_form import ClientForm

if TYPE_CHECKING:
    from workbench.ui.endpoint.more_fields import MoreFields
    from workbench.ui.endpoint.reconnect_fields import ReconnectFields
    from workbench.viewmodel.pasted_command import HttpRequest, PastedCommand

DEFAULT_TEXT = "hello, 服务器\\r\\n"
ROWS: Final = 6
"""Of many clients in sight where there is room for them; at least LEAST_ROWS."""
LEAST_ROWS: Final = 3


class ClientPanel(EndpointPanel):
    """The panel of a client.

    Attributes:
        editor: what is sent. again: fields in More, once that has been opened.
        talk_button: with many clients, unfolds the conversation.

    Signals:
        port_typed(): the user types another port.
        aimed(bool): of many clients: the actions hit all of them; False: the chosen ones.
    """

    port_typed = Signal()
    aimed = Signal(bool)
    server = False

    def build(self) -> None:
        add, caption, shared = self.controls.add, self.controls.caption, self.shared
        self.bufsize = add(TextField(width=7), "bufsize")
        self.count = add(TextField(width=5), "count")
        self._table = LatePart(self.make_table)
        self._form: ClientForm | None = None
        self.again: ReconnectFields | None = None
        self._many = False
        self._folded = False
        self._spare = 0
        self.talk_button = add(GivingButton(), "talk", "client_talk")
        self.talk_button.setCheckable(True)
        self.talk_button.hide()
        self._scope = LatePart(self._make_scope)
        self._request: HttpRequest | None = None
        self.editor = MessageEditor(self.controls, DEFAULT_TEXT)
        self.steps = (self.address_line.primary, self.editor.send)
        self.expect = add(QCheckBox(), "expect_answer")
        self.expect.hide()
        self.behaviour_row = QWidget()
        behaviour = FlowLayout(self.behaviour_row)
        for widget in (
            group(caption("timeout", shared.timeout), shared.timeout),
            self.expect,
            group(caption("bufsize", self.bufsize), self.bufsize),
            group(caption("count", self.count), self.count),
        ):
            behaviour.addWidget(widget)
        behaviour.add_room()
        for widget in (self.more.chips, self.more.button):
            behaviour.addWidget(widget)
        self.frames = FramePlace(self.controls, server=False)
        self.actions_row = TalkRow(self.talk)
        actions = self.actions_row.row
        self.talk_caption = caption("conversation", self.talk.show_as)
        for widget in (self.talk_button, self.talk_caption, self.talk.box, self.frames.opener):
            actions.addWidget(widget)
        actions.add_room()
        ends = group(self.ends.half_close, self.ends.abort, self.ends.close)
        for widget in (self.receive_once, self._scope, self.frames.buttons, ends):
            actions.addWidget(widget)
        self.column.addWidget(self.address_line)
        self.column.addWidget(self.behaviour_row)
        self.column.addWidget(self.more)
        self.column.addWidget(self.message)
        self.column.addLayout(self.calls)
        self.column.addWidget(self.actions_row)
        self.column.addWidget(self._table, 2)
        self.column.addWidget(self.talk.view, 1)
        self.column.addStretch(0)  # where that is hidden
        self.column.addWidget(self.editor)
        self.column.addWidget(self.frames)
        self.more.suited.connect(self.frames.suit)

    def _make_scope(self) -> SendScope:
        scope = self.controls.add(SendScope(), "scope")
        scope.aimed.connect(self.aimed)
        return scope

    def enter(self, control: str) -> bool:
        """As the base class does; of what is sent besides, the first field is what is appended."""
        if control == "send_options":
            return enter_first((self.editor.append, self.editor.repeat))
        return super().enter(control)

    @property
    def message_field(self) -> QWidget:
        return self.editor.field

    @property
    def table(self) -> ConnectionTable:
        return self._table.part

    def lay_out_more(self, fields: MoreFields) -> None:
        from workbench.ui.endpoint.reconnect_fields import ReconnectFields

        again = self.again = ReconnectFields(self.controls)
        fields.add_row(fields.receive_gate, fields.send_gate)
        fields.add_row(again.local_field, fields.layers.proxy_field)
        fields.add_row(fields.messages, again)
        for row in fields.layers.rows:
            fields.add_row(*row)
        fields.add_row(fields.options)
        fields.add_row(fields.values)
        if self._form is not None:
            again.fill(self._form)
        again.edited.connect(self.tell_typed)
        again.settled.connect(self.tell_live)

    def wire(self) -> None:
        self.bufsize.editingFinished.connect(lambda: self.tell_live("bufsize"))
        self.count.editingFinished.connect(lambda: self.tell_live("count"))
        for field in (self.bufsize, self.count):
            field.textChanged.connect(self.tell_typed)
            field.returnPressed.connect(self.start_if_closed)
        self.address_line.port.textEdited.connect(self._on_port_typed)
        self.talk_button.toggled.connect(self._on_talk)
        self.message.remedy_wanted.connect(self._on_remedy)
        form = self.editor.form
        form.currentIndexChanged.connect(lambda: self.talk.follow_editor(form.value()))

    @Slot()
    def _on_port_typed(self) -> None:
        self.tell_typed()
        self.port_typed.emit()

    def know(self, known: KnownValues) -> None:
        self.editor.know(known)

    @Slot(QPoint)
    def on_menu(self, where: QPoint) -> None:
        ends = (self.ends.half_close, self.ends.abort, self.ends.close)
        pop_up(self, [self.talk_button, *ends], self.hide_closed, where)

    def keep_message(self) -> Kept | None:
        before = self.editor.keep()
        return before, partial(self.editor.put_back, before)

    def take(self, command: PastedCommand) -> None:
        if command.local:
            self.fill(replace(self.read(), local=command.local))
            self.tell_typed()
        # imported late: not needed at the start
        from workbench.viewmodel.pasted_command import message_of

        self._request = command.request
        if command.request is not None:
            put = self.editor.replace if self.pasting else self.editor.put
            put(message_of(command.request))
        if command.append is not None:
            self.editor.fill(replace(self.editor.draft, append=command.append))
        super().take(command)

    @Slot(str)
    def _on_remedy(self, remedy: str) -> None:
        """Read the file of a pasted request."""
        if self._request is None:
            return
        from workbench.viewmodel.pasted_command import READ_BODY, message_of

        if remedy != READ_BODY:
            return
        try:
            whole = self._request.read()
        except Problem as problem:
            self.editor.refused.emit(problem)
            return
        self.editor.put(message_of(whole))
        self.editor.mended.emit("pasted.and")

    # -- the fields -----------------------------------------------------------------------------

    @Slot(object)
    def fill(self, form: ClientForm) -> None:
        """Show a form without telling anyone."""
        self._filling = True
        self.shared.fill(form.set_up)
        self.bufsize.setText(form.bufsize)
        self.count.setText(form.count)
        if self.again is not None:
            self.again.fill(form)
        self._form = form
        self._filling = False

    def fill_any(self, form: Form) -> None:
        assert isinstance(form, ClientForm)
        self.fill(form)

    def read(self) -> ClientForm:
        assert self._form is not None, "filled as soon as it is there"
        form = replace(
            self._form,
            set_up=self.shared.read(),
            bufsize=self.bufsize.text(),
            count=self.count.text(),
        )
        return form if self.again is None else self.again.read(form)

    # -- showing --------------------------------------------------------------------------------

    @Slot(object)
    def show_client(self, state: ClientPanelState) -> None:
        """Show another state."""
        self.show_state(state)
        controls, line = self.controls, self.address_line
        line.host.offer(state.host_offers)
        self.expect.setVisible(line.datagram)
        if state.port is not None and not line.port.hasFocus() and line.port.text() != state.port:
            line.port.setText(state.port)
        controls.show(line.primary, state.connect)
        controls.show(self.count, state.count)
        controls.show(self.editor.send, state.send)
        self._show_next(state)
        # Send may connect first, but a frame cannot
        self.frames.enable(state.send.reason if state.can_send else state.abort.reason)
        self.editor.count_from(state.counter)
        for button, control in (
            (self.ends.half_close, state.half_close),
            (self.ends.abort, state.abort),
            (self.ends.close, state.close),
        ):
            button.setVisible(control.shown)
            controls.show(button, control)
        self._many = state.scope.many
        self.fit_set_up()
        if state.scope.many:
            self._scope.part.show_scope(state.scope)
            self.table.show_rows(state.rows)
        self.fit_height()

    def _show_next(self, state: ClientPanelState) -> None:
        """Set the next step: Connect, then Send; neither while it is disabled."""
        steps = (
            (self.address_line.primary, state.connect_next and state.connect.reason is None),
            (self.editor.send, state.send_next and state.send.reason is None),
        )
        self.set_next(next((button for button, wanted in steps if wanted), None))

    @Slot()
    def fit_set_up(self) -> None:
        super().fit_set_up()
        self.show_calls(not self.is_tight)
        self.editor.fold(live=self._live, presented=self._folded, tight=self.is_tight)
        self._show_many()

    def _show_many(self) -> None:
        """Show the conversation or, of several connections, a table, with that folded."""
        many = self._many
        there = self._live or not self.is_tight  # else Send stays in sight below the fields
        shown = there and (not many or self.talk_button.isChecked())
        self.actions_row.setVisible(there)
        self._table.setVisible(many)
        self.talk_button.setVisible(many)
        self._scope.setVisible(many)
        self.talk.view.setVisible(shown)
        self.talk.box.setVisible(shown and not self._folded)
        self.talk_caption.setVisible(not (many or self._folded or self._sparing))

    @Slot(object)
    def tick(self, now_ns: int) -> None:
        super().tick(now_ns)
        if self._many:
            self.table.tick(now_ns)

    @Slot()
    def _on_talk(self) -> None:
        self._show_many()
        self.fit_height()

    def fit_height(self) -> None:
        self._ask_for_room()
        super().fit_height()

    def _ask_for_room(self) -> None:
        """Ask for height for a few rows at least, and for more if the log can spare it."""
        table = self._table.built
        if table is None:
            return
        count = len(table.lines.lines)
        least, full = (table.height_of(min(rows, count)) for rows in (LEAST_ROWS, ROWS))
        around = self.parent()  # a viewport: see known_viewport
        room = around.height() if isinstance(around, QWidget) else 0
        fits = self.minimumHeight() - table.minimumHeight() + full <= room
        table.setMinimumHeight(full if fits else least)
        spare = full - table.minimumHeight() if self._many else 0
        if spare != self._spare:
            self._spare = spare
            self.needs.emit()

    @property
    def wished_height(self) -> int:
        return super().wished_height + self._spare

    def number_steps(self, shown: bool) -> None:
        super().number_steps(shown)
        badge(self.editor.send, 3 if shown else None)

    def fold(self, folded: bool) -> None:
        super().fold(folded)
        self._folded = folded
        self.fit_set_up()

    def spare_height(self, sparing: bool) -> None:
        self.editor.spare_height(sparing)
        self.frames.spare_height(sparing)
        super().spare_height(sparing)
