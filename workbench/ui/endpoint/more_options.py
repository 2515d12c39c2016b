"""*More*: fields needed less often, built when first opened; what differs from the default is shown
in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton

from workbench.engine.model import commands as c
from workbench.engine.model.web_address import TLS
from workbench.ui.style import icons
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.late_part import OpenedPart
from workbench.viewmodel.known_values import NO_VALUES, KnownValues, TypedValue
from workbench.viewmodel.layer_form import LAYERED

if TYPE_CHECKING:
    from workbench.ui.endpoint.gate_control import GateControl
    from workbench.ui.endpoint.more_fields import MoreFields
    from workbench.ui.widgets.named_controls import NamedControls
    from workbench.viewmodel.address_form import Where
    from workbench.viewmodel.panel_state import PanelState
    from workbench.viewmodel.setup_form import SetUpForm


class MoreOptions(Retranslatable, OpenedPart["MoreFields"]):
    """The place of these fields; it keeps their values until they are built.

    Attributes:
        button: opens and folds it; it is in another row.
        chips: names what differs from the default, also while folded.

    Signals:
        typed(): a field has changed.
        messages_edited(): messages end elsewhere.
        suited(str): what is above the stream now, one of LAYERED.
        gate_chosen(object, object): a commands.Gate, and the GateMode that is wanted.
        step_wanted(object): let one call through this gate.
        option_wanted(str, object): this option is wanted with this value.
        option_unwanted(): one is not wanted any more.
        values_edited(object): the values from now on.
        refused(object): a Problem: what is typed cannot be understood.
    """

    typed = Signal()
    messages_edited = Signal()
    suited = Signal(str)
    gate_chosen = Signal(object, object)
    step_wanted = Signal(object)
    option_wanted = Signal(str, object)
    option_unwanted = Signal()
    values_edited = Signal(object)
    refused = Signal(object)

    def __init__(
        self, controls: NamedControls, lay_out: Callable[[MoreFields], None], *, server: bool
    ) -> None:
        """`lay_out`: puts the fields into rows, beside those that only the panel has."""
        super().__init__(self._make)
        self._controls = controls
        self._lay_out = lay_out
        self._server = server
        self._form: SetUpForm | None = None
        self._shown: tuple[PanelState, Where] | None = None
        self._rows: tuple[TypedValue, ...] = ()
        self._known = NO_VALUES
        self.button = controls.add(QToolButton(), "more")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.toggled.connect(self._on_toggled)
        self.chips = ElidedLabel()
        self.chips.setTextFormat(Qt.TextFormat.PlainText)
        self.chips.setProperty("muted", True)
        self.chips.hide()
        controls.add(self.chips, "chips")
        self.redraw()

    # -- building -------------------------------------------------------------------------------

    def _make(self) -> MoreFields:
        from workbench.ui.endpoint.more_fields import MoreFields

        fields = MoreFields(self._controls, server=self._server)
        self._lay_out(fields)
        if self._form is not None:
            fields.fill(self._form)
        if self._shown is not None:
            fields.show_state(*self._shown)
        fields.values.show_rows(self._rows)
        fields.layers.know(self._known)
        self._wire(fields)
        self._controls.retranslate()
        return fields

    def _wire(self, fields: MoreFields) -> None:
        self._wire_gate(fields.receive_gate, c.Gate.RECEIVE)
        self._wire_gate(fields.send_gate, c.Gate.SEND)
        fields.messages.edited.connect(self.typed)
        fields.messages.edited.connect(self.messages_edited)
        fields.layers.edited.connect(self.typed)
        fields.layers.suited.connect(self.suited)
        for changed in (fields.options.wanted, fields.options.unwanted):
            changed.connect(self.typed)
        fields.options.wanted.connect(self.option_wanted)
        fields.options.unwanted.connect(self.option_unwanted)
        fields.values.edited.connect(self.values_edited)
        for refused in (fields.options.refused, fields.values.refused):
            refused.connect(self.refused)

    def _wire_gate(self, control: GateControl, gate: c.Gate) -> None:
        control.mode.activated.connect(self.typed)
        control.mode_chosen.connect(lambda mode: self.gate_chosen.emit(gate, mode))
        control.step_wanted.connect(lambda: self.step_wanted.emit(gate))

    # -- the fields -----------------------------------------------------------------------------

    def fill(self, form: SetUpForm) -> None:
        """Show a form without emitting a signal."""
        self._form = form
        if self.built is not None:
            self.built.fill(form)
        else:
            self.suited.emit(form.layers.over)

    def read(self, over: str) -> SetUpForm:
        """The form with what is in these fields; `over`: the chosen layers."""
        form, fields = self._form, self.built
        assert form is not None, "filled as soon as it is there"
        if fields is None:
            return replace(form, layers=replace(form.layers, over=over))
        return replace(
            form,
            receive=fields.receive_gate.value,
            send=fields.send_gate.value,
            options=fields.options.options,
            messages=fields.messages.form,
            layers=fields.layers.form(over),
        )

    def suit(self, where: Where, field: str) -> None:
        """Show the fields that another address needs.

        `field`: which field of it has changed.
        """
        begins_tls = field == "type" and TLS in LAYERED[where.over]
        if self.built is None and not begins_tls and where.family != "AF_UNIX":
            self.suited.emit(where.over)
            return
        fields = self.part
        if field == "family":
            fields.options.follow_family(where.family)
        fields.options.suit(where.family, where.type)
        fields.layers.suit(where.over)
        if field == "type":
            fields.layers.begin(where.host)

    # -- showing --------------------------------------------------------------------------------

    def show_state(self, state: PanelState, where: Where) -> None:
        """Show what is locked, and the modes of the gates."""
        self._shown = (state, where)
        if self.built is not None:
            self.built.show_state(state, where)

    def show_values(self, rows: tuple[TypedValue, ...], known: KnownValues) -> None:
        """Show the values of the window, and what fields may name from now on."""
        self._rows, self._known = rows, known
        if self.built is not None:
            self.built.values.show_rows(rows)
            self.built.layers.know(known)

    def show_differences(self, words: list[str]) -> None:
        text = " · ".join(words)
        if text != self.chips.text():
            self.chips.setText(text)
            self.chips.setVisible(bool(text))

    def retranslate(self) -> None:
        """Nothing to do: the place has no words of its own."""

    def redraw(self) -> None:
        """Draw the icon in the colours of the scheme; if there is no room, the word alone says
        it.
        """
        opened = self.button.isChecked()
        self.button.setIcon(icons.icon("chevron-down") if opened else QIcon())

    @Slot(bool)
    def _on_toggled(self, opened: bool) -> None:
        self.setVisible(opened)
        self.redraw()
