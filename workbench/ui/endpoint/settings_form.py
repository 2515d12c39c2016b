"""The set-up fields that a server and a client have alike, and the settings that they mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Pace
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.texts import tr
from workbench.ui.endpoint.address_line import AddressLine
from workbench.ui.endpoint.gate_control import GateControl
from workbench.ui.endpoint.socket_options import SocketOptions, show_value
from workbench.ui.endpoint.timeout_box import TimeoutBox
from workbench.viewmodel.address_form import Where, join_address, role_of, split_address

if TYPE_CHECKING:
    from workbench.ui.endpoint.command_runner import CommandRunner
    from workbench.ui.endpoint.pace_control import PaceControl


class SettingsForm:
    """Address, timeout, gates, pace and options; a panel lays them out.

    Attributes:
        address_line, timeout, receive_gate, send_gate, options: the widgets.
    """

    def __init__(self, panel: CommandRunner, pace: PaceControl, *, server: bool) -> None:
        self._server = server
        self._pace = pace
        self.address_line = AddressLine(panel.controls, server=server)
        self.timeout = panel.controls.add(TimeoutBox(), "timeout")
        self.receive_gate = GateControl(panel, c.Gate.RECEIVE)
        self.send_gate = GateControl(panel, c.Gate.SEND)
        self.options = SocketOptions(panel.controls)
        self.address_line.edited.connect(self._on_address)

    def _on_address(self, field: str) -> None:
        where = self.address_line.where
        if field == "family":
            self.options.follow_family(where.family)
        self.options.suit(where.family, where.type)

    def fill(self, settings: EndpointSettings) -> None:
        """Show settings without telling anyone."""
        host, port = split_address(settings.address)
        self.address_line.set_where(Where(settings.family, settings.type, host, port))
        self.timeout.show_seconds(settings.timeout)
        self._pace.pace.choose(settings.calls.value)
        self.receive_gate.mode.choose(settings.receive.value)
        self.send_gate.mode.choose(settings.send.value)
        self.options.show_options(settings.options)

    def read(self, known: EndpointSettings) -> EndpointSettings:
        """`known` with what stands in these fields.

        Raises:
            Problem: a field cannot be understood.
        """
        where = self.address_line.where
        return replace(
            known,
            role=role_of(where.type, server=self._server),
            family=where.family,
            type=where.type,
            address=join_address(where, bind=self._server),
            timeout=self.timeout.seconds,
            receive=GateMode(self.receive_gate.mode.value()),
            send=GateMode(self.send_gate.mode.value()),
            calls=self._pace.value,
            options=self.options.options,
        )

    def show_snapshot(self, snapshot: EndpointSnapshot, *, live: bool) -> None:
        """`live`: a socket is open, or will be in a moment; its address cannot change."""
        self.address_line.lock(live)
        where = self.address_line.where
        self.options.suit(where.family, where.type)
        has_socket = snapshot.open_count > 0 or live
        self.receive_gate.show_mode(snapshot.receive, live=has_socket)
        self.send_gate.show_mode(snapshot.send, live=has_socket)

    def differences(self, snapshot: EndpointSnapshot) -> list[str]:
        """What differs from the default, in words."""
        words = [
            tr("chips.gate", gate=tr(f"caption.{gate}_gate"))
            for gate, mode in (("receive", snapshot.receive), ("send", snapshot.send))
            if mode is GateMode.PAUSED and snapshot.calls is not Pace.STEP
        ]
        return words + [
            tr("chips.option", name=name, value=show_value(value))
            for name, value in self.options.options
            if name != "SO_REUSEADDR"
        ]

    def retranslate(self, known: EndpointSettings) -> None:
        """`known` is what the endpoint has now."""
        self.address_line.retranslate()
        for box in (self.address_line.family, self.address_line.type):
            box.narrow()  # for the font in force
        self.options.retranslate()
        self.timeout.retranslate(known.timeout)
