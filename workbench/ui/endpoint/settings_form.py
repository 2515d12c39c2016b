"""The set-up fields that servers and clients share; a panel lays them out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.ui.endpoint.address_line import AddressLine
from workbench.ui.endpoint.pace_control import PaceControl
from workbench.ui.endpoint.timeout_box import TimeoutBox
from workbench.ui.widgets.named_controls import NamedControls
from workbench.viewmodel.panel_state import PanelState
from workbench.viewmodel.setup_form import SetUpForm

if TYPE_CHECKING:
    from workbench.ui.endpoint.more_options import MoreOptions
    from workbench.viewmodel.pasted_command import PastedCommand


class SettingsForm(QObject):
    """Address, timeout and pace, and the contents of More.

    Attributes:
        address_line, timeout, pace: the widgets.

    Signals:
        typed(): a field has changed.
    """

    typed = Signal()

    def __init__(
        self, controls: NamedControls, more: MoreOptions, parent: QObject, *, server: bool
    ) -> None:
        super().__init__(parent)
        self._more = more
        self.address_line = AddressLine(controls, server=server)
        self.timeout = controls.add(TimeoutBox(), "timeout")
        self.pace = PaceControl(controls)
        line = self.address_line
        line.edited.connect(self._on_address)
        line.path_pasted.connect(self._on_path)
        more.typed.connect(self.typed)
        for box in (line.family, line.type, self.pace.pace, line.host):
            box.activated.connect(self.typed)
        for changed in (
            line.host.editTextChanged,
            line.port.textChanged,
            self.timeout.editTextChanged,
        ):
            changed.connect(self.typed)

    def take(self, command: PastedCommand) -> None:
        """Take what a pasted command line says besides the address."""
        if command.path:
            self._more.part.layers.path.setText(command.path)
        if command.where is not None and command.where.over:
            self._more.part.layers.verify.setChecked(command.verify)
        if command.timeout:
            self.timeout.setEditText(command.timeout)
            self.timeout.settled.emit()

    @Slot(str)
    def _on_address(self, field: str) -> None:
        self._more.suit(self.address_line.where, field)

    @Slot(str)
    def _on_path(self, path: str) -> None:
        """Take the path of an address that was pasted."""
        self._more.part.layers.path.setText(path)

    def fill(self, form: SetUpForm) -> None:
        """Show a form without emitting a signal."""
        where = form.where
        if self.address_line.port.hasFocus():
            where = replace(where, port=self.address_line.port.text())
        self.address_line.set_where(where)
        self.timeout.setEditText(form.timeout)
        self.pace.pace.choose(form.calls.value)
        self._more.fill(form)

    def read(self) -> SetUpForm:
        """The form that is in the fields."""
        where = self.address_line.where
        return replace(
            self._more.read(where.over),
            where=where,
            timeout=self.timeout.currentText(),
            calls=self.pace.value,
        )

    def show(self, state: PanelState) -> None:
        """Show what is locked, and which call is next."""
        line = self.address_line
        line.lock(state.live)
        line.show_badge(state.badge)
        self._more.show_state(state, line.where)
        self.pace.show_next(state.by_hand, state.next_call)
