"""The client panel: a stream that connects, or a datagram socket that sends."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.ui.endpoint.connection_actions import pop_up
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.endpoint.frame_place import FramePlace
from workbench.ui.endpoint.message_editor import MessageEditor
from workbench.ui.endpoint.send_scope import SendScope
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import TextField, badge, group, make_primary, spring
from workbench.viewmodel.client_state import ClientPanelState
from workbench.viewmodel.known_values import KnownValues
from workbench.viewmodel.setup_form import ClientForm

DEFAULT_TEXT = "hello, 服务器\\r\\n"
ROWS: Final = 6
"""Of many clients in sight where there is room for them; at least LEAST_ROWS."""
LEAST_ROWS: Final = 3


class ClientPanel(EndpointPanel):
    """Connect, see what was said, send.

    Attributes:
        editor: what is sent.
        talk_button: of many clients: unfolds the conversation. scope: whom the actions hit.

    Signals:
        port_typed(): a person types another port.
    """

    port_typed = Signal()
    server = False

    def build(self) -> None:
        add, caption, shared = self.controls.add, self.controls.caption, self.shared
        self.bufsize = add(TextField(width=7), "bufsize")
        self.count = add(TextField(width=5), "count")
        self.table.hide()
        self._many = False
        self._folded = False
        self._spare = 0
        self.talk_button = add(QPushButton(), "talk", "client_talk")
        self.talk_button.setCheckable(True)
        self.scope = add(SendScope(), "scope")
        self.talk_button.hide()
        self.scope.hide()
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
        self._build_again()
        self.local = add(TextField(width=18), "local")
        self.more.add_row(shared.receive_gate, shared.send_gate)
        self.more.add_row(
            group(caption("local", self.local), self.local), shared.layers.proxy_field
        )
        self.more.add_row(shared.messages, self.again)
        for row in shared.layers.rows:
            self.more.add_row(*row)
        self.more.add_row(shared.options)
        self.more.add_row(shared.values)
        actions = FlowLayout()
        self.talk_caption = caption("conversation", self.talk.show_as)
        for widget in (
            self.talk_button,
            self.talk_caption,
            self.talk.box,
            spring(),
            self.receive_once,
            self.scope,
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
        self.frames = FramePlace(self.controls, server=False)
        self.column.addWidget(self.frames)
        self.shared.layers.suited.connect(self.frames.suit)

    def _build_again(self) -> None:
        """How often to connect again by itself, after how many seconds, and the longest wait."""
        add, caption = self.controls.add, self.controls.caption
        self.again_times = add(TextField(width=4), "again_times")
        self.again_after = add(TextField(width=5), "again_after")
        self.again_most = add(TextField(width=5), "again_most")
        self.again = QWidget()
        row = QHBoxLayout(self.again)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP - 1)
        for widget in (
            caption("again_times", self.again_times),
            self.again_times,
            caption("again_after", self.again_after),
            self.again_after,
            caption("again_most", self.again_most),
            self.again_most,
        ):
            row.addWidget(widget)
        self.again.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def wire(self) -> None:
        for field in (
            self.bufsize,
            self.count,
            self.local,
            self.again_times,
            self.again_after,
            self.again_most,
        ):
            field.textChanged.connect(self.tell_typed)
        for name, field in (
            ("again_times", self.again_times),
            ("again_after", self.again_after),
            ("again_most", self.again_most),
        ):
            field.editingFinished.connect(lambda name=name: self.tell_live(name))
        self.bufsize.editingFinished.connect(lambda: self.tell_live("bufsize"))
        self.count.editingFinished.connect(lambda: self.tell_live("count"))
        self.local.editingFinished.connect(lambda: self.tell_live("local"))
        for field in (self.bufsize, self.count):
            field.returnPressed.connect(self.start_if_closed)
        self.address_line.port.textEdited.connect(self._on_port_typed)
        self.talk_button.toggled.connect(self._on_talk)

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

    @property
    def after_start(self) -> QWidget:
        return self.editor.send

    # -- the fields -----------------------------------------------------------------------------

    @Slot(object)
    def fill(self, form: ClientForm) -> None:
        """Show a form without telling anyone."""
        self._filling = True
        self.shared.fill(form.set_up)
        self.bufsize.setText(form.bufsize)
        self.count.setText(form.count)
        self.local.setText(form.local)
        self.again_times.setText(form.again_times)
        self.again_after.setText(form.again_after)
        self.again_most.setText(form.again_most)
        self._filling = False

    def read(self) -> ClientForm:
        return ClientForm(
            self.shared.read(),
            self.bufsize.text(),
            self.count.text(),
            self.local.text(),
            self.again_times.text(),
            self.again_after.text(),
            self.again_most.text(),
        )

    # -- showing --------------------------------------------------------------------------------

    @Slot(object)
    def show_client(self, state: ClientPanelState) -> None:
        """Show another state."""
        self.show_state(state)
        controls, line = self.controls, self.address_line
        line.host.offer(state.host_offers)
        if state.port is not None and not line.port.hasFocus() and line.port.text() != state.port:
            line.port.setText(state.port)
        controls.show(line.primary, state.connect)
        make_primary(line.primary, state.primary)
        self.fit_set_up()
        controls.show(self.count, state.count)
        controls.show(self.editor.send, state.send)
        self.frames.enable(state.send.reason)
        self.editor.count_from(state.counter)
        self.editor.fold(live=state.live, presented=self._folded)
        for button, control in (
            (self.ends.half_close, state.half_close),
            (self.ends.abort, state.abort),
            (self.ends.close, state.close),
        ):
            button.setVisible(control.shown)
            controls.show(button, control)
        self.scope.show_scope(state.scope)
        self._show_many(state.scope.many)
        if state.scope.many:
            self.table.show_rows(state.rows)
        self.fit_height()

    def _show_many(self, many: bool) -> None:
        """Of several connections there is a table, and the conversation is folded."""
        self._many = many
        shown = not many or self.talk_button.isChecked()
        self.table.setVisible(many)
        self.talk_button.setVisible(many)
        self.scope.setVisible(many)
        self.talk.view.setVisible(shown)
        self.talk.box.setVisible(shown and not self._folded)
        self.talk_caption.setVisible(not many and not self._folded)

    @Slot()
    def _on_talk(self) -> None:
        self._show_many(self._many)
        self.fit_height()

    def fit_height(self) -> None:
        self._ask_for_room()
        super().fit_height()

    def _ask_for_room(self) -> None:
        """A few rows at least; more where the log can spare them, and then nothing else has it."""
        table = self.table
        count = len(table.lines.lines)
        least, full = (table.height_of(min(rows, count)) for rows in (LEAST_ROWS, ROWS))
        around = self.parentWidget()
        room = around.height() if around is not None else 0
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

    def redraw(self) -> None:
        super().redraw()
        self.editor.text.redraw()

    def fold(self, folded: bool) -> None:
        super().fold(folded)
        self._folded = folded
        self.editor.fold(live=self._live, presented=folded)
        self._show_many(self._many)

    def retranslate(self) -> None:
        super().retranslate()
        self.editor.retranslate()
        self.frames.retranslate()
