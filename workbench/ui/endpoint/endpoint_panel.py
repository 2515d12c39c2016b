"""What the panels of servers and clients share: they show states and emit signals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from workbench.ui.endpoint.call_strip import CallStrip
from workbench.ui.endpoint.close_buttons import CloseButtons
from workbench.ui.endpoint.connection_table import ConnectionTable
from workbench.ui.endpoint.conversation_pane import ConversationPane
from workbench.ui.endpoint.message_editor import KeptMessage
from workbench.ui.endpoint.more_options import MoreOptions
from workbench.ui.endpoint.settings_form import SettingsForm
from workbench.ui.style.retranslatable import TellsWhenWorded
from workbench.ui.style.theme import BESIDE, GAP, NEAR, TIGHT
from workbench.ui.widgets.late_part import OpenedPart
from workbench.ui.widgets.message_bar import MessageBar
from workbench.ui.widgets.named_controls import NamedControls, badge, make_primary
from workbench.ui.widgets.sighted import Sighted
from workbench.viewmodel.known_values import KnownValues, TypedValue
from workbench.viewmodel.panel_state import PanelState
from workbench.viewmodel.setup_form import ClientForm, ServerForm
from workbench.viewmodel.undo import Deed, taken_back

if TYPE_CHECKING:
    from workbench.ui.endpoint.more_fields import MoreFields
    from workbench.viewmodel.pasted_command import PastedCommand

Form = ServerForm | ClientForm
Kept = tuple[KeptMessage, Callable[[], None]]
"""A message, and what puts it back."""


class EndpointPanel(TellsWhenWorded, Sighted):
    """The panel of one endpoint: its fields, its state and its controls.

    Attributes:
        name: of the endpoint.
        controls: all that have a name. message, strip, shared, more, receive_once, talk, ends: the
            parts.
        tab_text: what its tab says.
        hide_closed: the window's entry that hides closed connections (set by the window).
        steps: the buttons that may be the next step.
        next_step: which of them is; None: none is.

    Signals:
        needs(): it needs another height than before.
        renamed(): its tab has another text.
        next_changed(): another button is the next step, or none is.
        worded(): its texts have been made again, in the current language and font.
        closed_hidden(bool): leave out closed connections, or show them.
        typed(object): the fields have changed: the whole form.
        settled(str): a field of the address has its new value; the field.
        live_changed(str): a setting that may change while a socket is open has its new value; the
            control.
        start_wanted(), start_if_closed(): by the primary button, by Enter in a field.
        rows_chosen(tuple, object), rows_seen(frozenset), mark_clicked(int): as `chosen_changed`,
            `seen_changed` and `why_wanted` of the table.
        gate_chosen(object, object): a commands.Gate, and the GateMode that is wanted.
        step_wanted(object): let one call through this gate.
        undoable(Deed): what was pasted has filled fields.
    """

    needs = Signal()
    renamed = Signal()
    next_changed = Signal()
    worded = Signal()
    closed_hidden = Signal(bool)
    typed = Signal(object)
    settled = Signal(str)
    live_changed = Signal(str)
    start_wanted = Signal()
    start_if_closed = Signal()
    rows_chosen = Signal(object, object)
    rows_seen = Signal(object)
    mark_clicked = Signal(int)
    gate_chosen = Signal(object, object)
    step_wanted = Signal(object)
    undoable = Signal(object)
    server: bool
    behaviour_row: QWidget
    steps: tuple[QPushButton, ...]

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.hide_closed: QAction | None = None
        self.tab_text = name
        self._filling = False
        self._before: tuple[Form, Kept | None] | None = None
        self._live = False
        self._presented = False
        self._by_hand = False
        self._sparing = False
        self.next_step: QPushButton | None = None
        self._leads = False
        self._encoding: str | None = None
        self._scrolled_away = 0  # pixels of opened parts that there is no room for
        self.controls = controls = NamedControls("server" if self.server else "client")
        self.message = MessageBar(controls)
        self.strip = CallStrip(controls)
        self.more = MoreOptions(controls, self.lay_out_more, server=self.server)
        self.shared = SettingsForm(controls, self.more, self, server=self.server)
        self.address_line = self.shared.address_line
        self.receive_once = controls.add(QPushButton(), "recvfrom_once")
        self.talk = ConversationPane(controls, self)
        self.ends = CloseButtons(controls)
        self.calls = QHBoxLayout()
        self.calls.setSpacing(BESIDE)
        self.calls.addWidget(self.strip, 1)
        self.calls.addWidget(self.shared.pace)
        self.column = QVBoxLayout(self)
        self._space(sparing=False)
        self.opened_parts: tuple[OpenedPart[Any], ...] = (self.more,)
        self.build()
        self._wire()
        self.controls.settle()

    # -- for the two kinds of panel -------------------------------------------------------------

    def build(self) -> None:
        """Lay out the lines."""
        raise NotImplementedError

    def lay_out_more(self, fields: MoreFields) -> None:
        """Put the contents of More into rows, when it is first opened."""
        raise NotImplementedError

    def read(self) -> ServerForm | ClientForm:
        """The form that the fields hold."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """The icon of its endpoint: one of KINDS in workbench.viewmodel.listed_endpoints."""
        return "datagram" if self.address_line.datagram else "server" if self.server else "client"

    @property
    def message_field(self) -> QWidget:
        """The field in which a message is typed."""
        raise NotImplementedError

    @property
    def table(self) -> ConnectionTable:
        """The connections or peers; made now if it was not."""
        raise NotImplementedError

    def wire(self) -> None:
        """Connect the parts that only this kind of panel has."""
        raise NotImplementedError

    def on_menu(self, where: QPoint) -> None:
        """Show a menu of what can be done with the chosen rows, at a point of the screen."""
        raise NotImplementedError

    def make_table(self) -> ConnectionTable:
        """The table, for the place that it has in this kind of panel."""
        key = None if self.server else "client_connections"
        table = ConnectionTable(client=not self.server)
        table.menu_wanted.connect(self.on_menu)
        table.chosen_changed.connect(self.rows_chosen)
        table.seen_changed.connect(self.rows_seen)
        table.why_wanted.connect(self.mark_clicked)
        return self.controls.add(table, "connections", key)

    # -- what a person does ---------------------------------------------------------------------

    def _wire(self) -> None:
        line = self.address_line
        line.edited.connect(self._on_edited)
        line.filling.connect(self._on_filling)
        line.filled.connect(self._on_filled)
        line.submitted.connect(self._on_start)
        line.primary.clicked.connect(self._on_start)
        line.set_up.toggled.connect(self.fit_set_up)
        for part in self.opened_parts:
            part.changed.connect(self.fit_height)
        self.more.button.toggled.connect(self._on_opened)
        self.shared.typed.connect(self.tell_typed)
        self.shared.timeout.submitted.connect(self.start_if_closed)
        self.shared.timeout.settled.connect(lambda: self.tell_live("timeout"))
        self.more.gate_chosen.connect(self.gate_chosen)
        self.more.step_wanted.connect(self.step_wanted)
        self.wire()

    @Slot()
    def tell_typed(self) -> None:
        """A field was edited."""
        if not self._filling:
            self.typed.emit(self.read())

    @Slot(str)
    def _on_edited(self, field: str) -> None:
        self.tell_typed()
        self.settled.emit(field)

    def tell_live(self, control: str) -> None:
        """Report a changed setting that open sockets can take."""
        self.tell_typed()
        self.live_changed.emit(control)

    def fill_any(self, form: Form) -> None:
        """Show a form, which is of the kind of this panel, without emitting a signal."""
        raise NotImplementedError

    def keep_message(self) -> Kept | None:
        """The message that is there now, and what restores it; None: this panel has none."""
        return None

    @property
    def pasting(self) -> bool:
        """Whether what was pasted fills the fields just now, which is undone as a whole."""
        return self._before is not None

    @Slot(str)
    def _on_filling(self, host: str) -> None:
        form = self.read()
        where = replace(form.set_up.where, host=host)
        before = replace(form, set_up=replace(form.set_up, where=where))
        self._before = before, self.keep_message()

    @Slot(bool)
    def _on_filled(self, filled: bool) -> None:
        before, self._before = self._before, None
        if before is None or not filled:
            return
        form, kept = before
        after, now = self.read(), self.keep_message()
        replaced = kept is not None and now is not None and kept[0].draft != now[0].draft
        restore = kept[1] if kept is not None and replaced else None
        lost = replaced and kept is not None and kept[0].typed
        if form != after or lost:
            key = "pasted_message" if lost else "pasted"
            back = partial(self._take_back, form, after, restore)
            valid = partial(self._may_take_back, message=replaced)
            self.undoable.emit(Deed(key, self.name, back, valid))

    def _may_take_back(self, *, message: bool) -> bool:
        """Whether something would be undone: an open socket locks all but the message."""
        return isValid(self) and (message or not self._live)

    def _take_back(self, before: Form, after: Form, restore: Callable[[], None] | None) -> None:
        """Undo a paste: the message, and what no open socket locks."""
        if restore is not None:
            restore()
        if self._live:
            return
        form = taken_back(self.read(), before, after)
        self.fill_any(form)
        self.address_line.port.setText(form.set_up.where.port)  # also while the cursor is in it
        self._on_edited("host")

    def take(self, command: PastedCommand) -> None:
        """Take what a pasted command line says besides the address."""
        self.shared.take(command)
        if command.program:  # everything is filled in: the next thing is the button
            self.address_line.primary.setFocus()

    @Slot()
    def _on_start(self) -> None:
        self.tell_typed()
        self.start_wanted.emit()

    # -- showing --------------------------------------------------------------------------------

    def show_state(self, state: PanelState) -> None:
        """Show what the panels of servers and clients share."""
        self._by_hand = state.by_hand
        self.shared.show(state)
        self.strip.show_chips(state.chips)
        self.more.show_differences(list(state.differences))
        self.controls.show(self.receive_once, state.receive_once)
        self.receive_once.setVisible(state.receive_once.shown)
        self.talk.follow(state.encoding)
        self.message.show_message(state.message)
        self.address_line.summarise(state.summary)
        if state.live != self._live:
            self._live = state.live
            self.address_line.set_up.setChecked(state.live and self.is_set_up_open())

    def set_next(self, button: QPushButton | None) -> None:
        """Set which of `steps` is next; None: none is."""
        if button is not self.next_step:
            self.next_step = button
            self._mark_next()
            self.next_changed.emit()

    def lead(self, leads: bool) -> None:
        """Make the next step the primary button, or not: the window has one at a time."""
        self._leads = leads
        self._mark_next()

    def _mark_next(self) -> None:
        for button in self.steps:
            make_primary(button, self._leads and button is self.next_step)

    @Slot(object, object)
    def show_values(self, rows: tuple[TypedValue, ...], known: KnownValues) -> None:
        """Show the values of the window, and what messages may name from now on."""
        self.more.show_values(rows, known)
        self.know(known)

    def know(self, known: KnownValues) -> None:
        """Learn the names that messages may contain from now on."""
        raise NotImplementedError

    @Slot(object)
    def tick(self, now_ns: int) -> None:
        """Show running times as of this time of the record."""
        self.strip.tick(now_ns)

    @Slot(str)
    def rename(self, text: str) -> None:
        """Set the tab's text: the name, and what matters most while it is open."""
        self.tab_text = text
        self.renamed.emit()

    def number_steps(self, shown: bool) -> None:
        """Show or hide the numbers of the first steps on this panel's buttons."""
        badge(self.address_line.primary, (1 if self.server else 2) if shown else None)

    def fold(self, folded: bool) -> None:
        """Show or hide what is needed for setting up only: on a projector there is no room for
        it.
        """
        self._presented = folded
        if folded:
            self.more.button.setChecked(False)
        self.fit_set_up()

    def spare_height(self, sparing: bool) -> None:
        """Take less height around the content while the window is low, and use fewer words."""
        self._sparing = sparing
        self._space(sparing=sparing)
        self.address_line.spare_height(sparing)
        self.talk.spare_height(sparing)
        self.fit_set_up()
        if self.isVisible():  # else as soon as it has a width
            self.fit_height()

    def _space(self, *, sparing: bool) -> None:
        self.column.setContentsMargins(GAP, NEAR, GAP, NEAR)
        self.column.setSpacing(TIGHT if sparing else NEAR)

    @Slot()
    def fit_set_up(self) -> None:
        """Show the fields or, while a socket is open, the line that sums them up."""
        line = self.address_line
        folded = self._live and not line.set_up.isChecked()
        line.set_up.setVisible(self._live and not self._presented)
        line.fold(folded)
        for widget in (line.family, line.type, self.behaviour_row):
            widget.setVisible(not (folded or self._presented))
        if folded:
            self.more.button.setChecked(False)
        if self.is_tight and self._live:
            line.fold(True)  # none of its fields can be changed
        line.draw()

    def show_calls(self, shown: bool) -> None:
        """Show or hide the line of the calls; made one by one, they are what is worked with."""
        shown = shown or self._by_hand
        self.strip.setVisible(shown)
        self.shared.pace.setVisible(shown)

    @property
    def is_tight(self) -> bool:
        """Whether fields are open in a low window: what is not needed beside them gives way."""
        return self._sparing and self.more.button.isChecked()

    def enter(self, control: str) -> bool:
        """Focus the first field that can be changed of those that a key unfolds; False: there is
        none. `control`: the button that they belong to.
        """
        fields: list[QWidget] = []
        if control == "set_up":
            fields = [self.address_line.host, *self.behaviour_row.findChildren(QWidget)]
        elif control == "more":
            fields = [self.more.part.receive_gate.mode]
        return enter_first(fields)

    @Slot(bool)
    def _on_opened(self, opened: bool) -> None:
        """Unfold the fields together with what is opened from among them."""
        if opened and self._live:
            self.address_line.set_up.setChecked(True)
        self.fit_set_up()

    def is_set_up_open(self) -> bool:
        """Whether a part of the set-up is open, so that it must not close under the mouse."""
        return self.more.button.isChecked()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the height: rows that wrap need more, and a splitter only asks for the minimum."""
        super().resizeEvent(event)
        self.fit_height()

    def event(self, event: QEvent) -> bool:
        """Update the height when something inside wants another size."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit_height()
        return handled

    def heightForWidth(self, width: int) -> int:
        """The least height: a panel that has to scroll must not ask for all that its parts could
        use.
        """
        return self.column.minimumHeightForWidth(width)

    @Slot()
    def fit_height(self) -> None:
        """Make it as high as its rows need now: some wrap, and some come and go."""
        self._divide_height()
        needed = self.column.minimumHeightForWidth(self.width())
        if needed != self.minimumHeight():
            self.setMinimumHeight(needed)
            self.needs.emit()

    def _divide_height(self) -> None:
        """Give the opened parts what the other rows leave them, so that these stay in sight."""
        around, margins = self.parent(), self.column.contentsMargins()
        room = around.height() if isinstance(around, QWidget) else 0
        wide = self.width() - margins.left() - margins.right()
        full = {part: part.full_height(wide) for part in self.opened_parts}
        least = {part: min(high, part.least_lines) for part, high in full.items()}
        others = self.column.minimumHeightForWidth(self.width()) - sum(
            part.minimumHeight() for part, high in full.items() if high
        )
        spare = max(0, room - others - sum(least.values()))
        away = 0
        for part, high in full.items():
            more = min(spare, high - least[part])
            spare -= more
            away += high - least[part] - more
            if high:
                part.give(least[part] + more)
        if away != self._scrolled_away:
            self._scrolled_away = away
            self.needs.emit()

    @property
    def wished_height(self) -> int:
        """The height it would like if the record can spare it; at least its minimum."""
        return self.minimumHeight() + self._scrolled_away

    def retranslate(self) -> None:
        """Nothing to do: the parts do that themselves."""
        self.controls.retranslate()


def enter_first(fields: Iterable[QWidget]) -> bool:
    """Focus the first of these that Tab could reach; False: none is in sight and enabled."""
    for field in fields:
        tab = bool(field.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if tab and field.isEnabled() and field.isVisible():
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
    return False
