"""The set-up fields that a server and a client have alike; a panel lays them out."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model import commands as c
from workbench.ui.endpoint.address_line import AddressLine
from workbench.ui.endpoint.gate_control import GateControl
from workbench.ui.endpoint.layers_fields import LayersFields
from workbench.ui.endpoint.messages_field import MessagesField
from workbench.ui.endpoint.pace_control import PaceControl
from workbench.ui.endpoint.socket_options import SocketOptions
from workbench.ui.endpoint.timeout_box import TimeoutBox
from workbench.ui.endpoint.values_field import ValuesField
from workbench.ui.widgets.named_controls import NamedControls
from workbench.viewmodel.address_form import DATAGRAM
from workbench.viewmodel.panel_state import PanelState
from workbench.viewmodel.setup_form import SetUpForm


class SettingsForm(QObject):
    """Address, timeout, gates, pace and options.

    Attributes:
        address_line, timeout, receive_gate, send_gate, pace, options, messages, values: the
            widgets.

    Signals:
        typed(): a field has other words.
    """

    typed = Signal()

    def __init__(self, controls: NamedControls, parent: QObject, *, server: bool) -> None:
        super().__init__(parent)
        self.address_line = AddressLine(controls, server=server)
        self.timeout = controls.add(TimeoutBox(), "timeout")
        self.receive_gate = GateControl(controls, c.Gate.RECEIVE)
        self.send_gate = GateControl(controls, c.Gate.SEND)
        self.pace = PaceControl(controls)
        self.options = SocketOptions(controls)
        self.messages = MessagesField(controls)
        self.layers = LayersFields(controls, self, server=server)
        self.layers.edited.connect(self.typed)
        self.values = ValuesField(controls)
        self.messages.edited.connect(self.typed)
        line = self.address_line
        line.edited.connect(self._on_address)
        line.path_pasted.connect(self.layers.path.setText)
        for box in (line.family, line.type, self.pace.pace, line.host):
            box.activated.connect(self.typed)
        for gate in (self.receive_gate, self.send_gate):
            gate.mode.activated.connect(self.typed)
        for changed in (
            line.host.editTextChanged,
            line.port.textChanged,
            self.timeout.editTextChanged,
        ):
            changed.connect(self.typed)

    @Slot(str)
    def _on_address(self, field: str) -> None:
        where = self.address_line.where
        if field == "family":
            self.options.follow_family(where.family)
        self.options.suit(where.family, where.type)
        self.layers.suit(where.over)
        if field == "type":
            self.layers.begin(where.host)

    def fill(self, form: SetUpForm) -> None:
        """Show a form without telling anyone."""
        where = form.where
        if self.address_line.port.hasFocus():
            where = replace(where, port=self.address_line.port.text())
        self.address_line.set_where(where)
        self.timeout.setEditText(form.timeout)
        self.pace.pace.choose(form.calls.value)
        self.receive_gate.mode.choose(form.receive.value)
        self.send_gate.mode.choose(form.send.value)
        self.options.show_options(form.options)
        self.messages.show_form(form.messages)
        self.layers.show_form(form.layers)

    def read(self) -> SetUpForm:
        """What stands in the fields."""
        return SetUpForm(
            self.address_line.where,
            self.timeout.currentText(),
            self.pace.value,
            self.receive_gate.value,
            self.send_gate.value,
            self.options.options,
            self.messages.form,
            self.layers.form(self.address_line.where.over),
        )

    def show(self, state: PanelState) -> None:
        """What is locked, and how the gates are."""
        line = self.address_line
        line.lock(state.live)
        line.show_badge(state.badge)
        where = line.where
        self.options.suit(where.family, where.type)
        self.messages.lock(state.live, datagram=where.type == DATAGRAM)
        self.layers.lock(state.live)
        self.receive_gate.show_state(state.gates[c.Gate.RECEIVE])
        self.send_gate.show_state(state.gates[c.Gate.SEND])
        self.pace.show_next(state.by_hand, state.next_call)

    def retranslate(self) -> None:
        self.address_line.retranslate()
        for box in (self.address_line.family, self.address_line.type):
            box.narrow()  # for the font in force
        self.options.retranslate()
        self.layers.retranslate()
        self.values.retranslate()
        self.timeout.retranslate()
