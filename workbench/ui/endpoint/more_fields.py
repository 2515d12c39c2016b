"""The fields of *More* that servers and clients share: gates, messages, layers, options, values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workbench.engine.model import commands as c
from workbench.ui.endpoint.gate_control import GateControl
from workbench.ui.endpoint.layers_fields import LayersFields
from workbench.ui.endpoint.messages_field import MessagesField
from workbench.ui.endpoint.socket_options import SocketOptions
from workbench.ui.endpoint.values_field import ValuesField
from workbench.ui.style import theme
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.viewmodel.address_form import DATAGRAM

if TYPE_CHECKING:
    from workbench.ui.widgets.named_controls import NamedControls
    from workbench.viewmodel.address_form import Where
    from workbench.viewmodel.panel_state import PanelState
    from workbench.viewmodel.setup_form import SetUpForm


class MoreFields(QFrame):
    """The fields; a panel lays them out, with those of its own.

    Attributes:
        receive_gate, send_gate, messages, layers, options, values: the fields.
    """

    def __init__(self, controls: NamedControls, *, server: bool) -> None:
        super().__init__()
        self.setProperty("more", True)
        self.receive_gate = GateControl(controls, c.Gate.RECEIVE)
        self.send_gate = GateControl(controls, c.Gate.SEND)
        self.messages = MessagesField(controls)
        self.layers = LayersFields(controls, self, server=server)
        self.options = SocketOptions(controls)
        self.values = ValuesField(controls)
        # without a parent it would be left to the garbage collector
        for widget in self.layers.unused:
            widget.setParent(self)
            widget.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        self._column.setSpacing(theme.GAP)

    def add_row(self, *widgets: QWidget) -> None:
        row = FlowLayout()
        for widget in widgets:
            row.addWidget(widget)
        self._column.addLayout(row)

    def fill(self, form: SetUpForm) -> None:
        """Show a form without emitting a signal."""
        self.receive_gate.mode.choose(form.receive.value)
        self.send_gate.mode.choose(form.send.value)
        self.options.show_options(form.options)
        self.messages.show_form(form.messages)
        self.layers.show_form(form.layers)

    def show_state(self, state: PanelState, where: Where) -> None:
        """Show what is locked, what suits such an address, and the state of the gates."""
        self.options.suit(where.family, where.type)
        self.messages.lock(state.live, datagram=where.type == DATAGRAM)
        self.layers.lock(state.live)
        self.receive_gate.show_state(state.gates[c.Gate.RECEIVE])
        self.send_gate.show_state(state.gates[c.Gate.SEND])
