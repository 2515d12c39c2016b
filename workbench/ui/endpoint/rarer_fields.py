"""The rarer fields of TLS and WebSocket, built when they are first unfolded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from workbench.engine.model.tls_settings import TlsVersion
from workbench.engine.model.web_address import TLS, WEBSOCKET
from workbench.engine.model.websocket_settings import PongMode, Violations
from workbench.named_tuple import NamedTuple
from workbench.ui.endpoint.template_field import TemplateField
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, group, tone
from workbench.viewmodel.completion import Completion
from workbench.viewmodel.layer_form import LayerForm
from workbench.viewmodel.message import Sentence

BOTH: Final = ""
_PREFIX: Final = {TLS: "tls", WEBSOCKET: "ws"}


def _choices(key: str, *values: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((value, f"choice.{key}_{value}") for value in values)


class _Rare(NamedTuple):
    """One field.

    Attributes:
        layer: the layer it belongs to. name: that of the form's attribute.
        side: "server" or "client": it only has a meaning there.
        width: in characters; 0: it is a check box. choices: it is one of these.
        names: it may name values.
    """

    layer: str
    name: str
    side: str = BOTH
    width: int = 0
    choices: tuple[tuple[str, str | None], ...] = ()
    names: bool = False

    @property
    def control(self) -> str:
        return f"{_PREFIX[self.layer]}_{self.name}"


FIELDS: Final = (
    _Rare(
        TLS,
        "maximum",
        choices=(("", "choice.tls_newest"), *((version.value, None) for version in TlsVersion)),
    ),
    _Rare(TLS, "ciphers", width=22),
    _Rare(TLS, "key_password", width=12),
    _Rare(TLS, "keylog", width=14, names=True),
    _Rare(TLS, "sni", "server", 34, names=True),
    _Rare(TLS, "resume", "client"),
    _Rare(TLS, "close_notify"),
    _Rare(WEBSOCKET, "origin", width=20, names=True),
    _Rare(WEBSOCKET, "max_message", width=10),
    _Rare(WEBSOCKET, "fragment", width=8),
    _Rare(WEBSOCKET, "ping_timeout", width=5),
    _Rare(WEBSOCKET, "pong", choices=_choices("pong", *PongMode)),
    _Rare(WEBSOCKET, "violations", choices=_choices("violations", *Violations)),
    _Rare(WEBSOCKET, "answer_close"),
    _Rare(WEBSOCKET, "method", "client", 7),
    _Rare(WEBSOCKET, "version", "client", 4),
    _Rare(WEBSOCKET, "key", "client", 25),
    _Rare(WEBSOCKET, "status", "server", 5),
    _Rare(WEBSOCKET, "body", "server", 20, names=True),
    _Rare(WEBSOCKET, "accept", "server", 20),
    _Rare(WEBSOCKET, "choose", "server", 12),
    _Rare(WEBSOCKET, "server_bits", width=4),
    _Rare(WEBSOCKET, "client_bits", width=4),
    _Rare(WEBSOCKET, "server_fresh"),
    _Rare(WEBSOCKET, "client_fresh"),
)


class RarerFields(QWidget):
    """Fields for a part of the form; the rest of it they leave as it is.

    Signals:
        edited(): a field has changed.
    """

    edited = Signal()

    def __init__(
        self, controls: NamedControls, complete: Callable[[str], Completion], *, server: bool
    ) -> None:
        super().__init__()
        self._controls = controls
        self._filling = False
        self._shown: dict[str, Any] = {}
        side = "server" if server else "client"
        self.fields: Mapping[_Rare, QWidget] = {
            rare: self._made(rare, complete) for rare in FIELDS if rare.side in (BOTH, side)
        }
        self.timeout = controls.add(TextField(width=5), "handshake_timeout") if server else None
        self._parts: dict[str, QWidget] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for layer in (TLS, WEBSOCKET):
            part = self._parts[layer] = QWidget()
            row = FlowLayout(part)
            row.addWidget(controls.caption(f"rarer_{_PREFIX[layer]}"))
            for rare, field in self.fields.items():
                if rare.layer == layer:
                    row.addWidget(self._beside_caption(rare.control, field))
            column.addWidget(part)
        if self.timeout is not None:
            column.addWidget(self._beside_caption("handshake_timeout", self.timeout))
            self.timeout.textChanged.connect(self._on_edited)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _made(self, rare: _Rare, complete: Callable[[str], Completion]) -> QWidget:
        add = self._controls.add
        if rare.choices:
            choice = add(ChoiceBox(*rare.choices), rare.control)
            choice.activated.connect(self._on_edited)
            return choice
        if not rare.width:
            box = add(QCheckBox(), rare.control)
            box.toggled.connect(self._on_edited)
            return box
        field = add(TemplateField(width=rare.width), rare.control)
        if rare.names:
            field.complete = complete
        if rare.name == "key_password":
            field.setEchoMode(QLineEdit.EchoMode.Password)
        field.textChanged.connect(self._on_edited)
        return field

    def _beside_caption(self, control: str, field: QWidget) -> QWidget:
        if isinstance(field, QCheckBox):
            return field
        return group(self._controls.caption(control, field), field)

    @Slot()
    def _on_edited(self) -> None:
        if not self._filling:
            self.edited.emit()

    # -- the form -------------------------------------------------------------------------------

    def show_form(self, form: LayerForm) -> None:
        """Fill all fields without emitting a signal."""
        self._filling = True
        for rare, field in self.fields.items():
            _fill(field, getattr(_part(form, rare.layer), rare.name))
            self._shown[rare.control] = _value(field)
        if self.timeout is not None and self.timeout.text() != form.handshake_timeout:
            self.timeout.setText(form.handshake_timeout)
        self._filling = False

    def read(self, form: LayerForm) -> LayerForm:
        """The form with what is in these fields.

        What nobody has touched stays as it was, since a line shows no line ends.
        """
        for layer in (TLS, WEBSOCKET):
            changes = {
                rare.name: _value(field)
                for rare, field in self.fields.items()
                if rare.layer == layer and _value(field) != self._shown.get(rare.control)
            }
            part = replace(_part(form, layer), **changes)
            form = replace(form, **{layer: part})
        if self.timeout is not None:
            form = replace(form, handshake_timeout=self.timeout.text())
        return form

    # -- showing --------------------------------------------------------------------------------

    def suit(self, layers: tuple[str, ...]) -> None:
        """Show only the fields of what is above the stream."""
        for layer, part in self._parts.items():
            part.setVisible(layer in layers)

    def judge(self, bad: frozenset[str]) -> None:
        """Mark the fields that cannot be understood."""
        for rare, field in self.fields.items():
            tone(field, "bad" if f"{rare.layer}.{rare.name}" in bad else "")
        if self.timeout is not None:
            tone(self.timeout, "bad" if "handshake_timeout" in bad else "")

    def lock(self, reason: Sentence | None) -> None:
        """Lock the fields; `reason`: why, None: they can be changed."""
        for field in (*self.fields.values(), *filter(None, (self.timeout,))):
            self._controls.enable(field, reason)


def _part(form: LayerForm, layer: str) -> Any:
    return form.tls if layer == TLS else form.websocket


def _fill(field: QWidget, value: Any) -> None:
    if isinstance(field, ChoiceBox):
        field.choose(value)
    elif isinstance(field, QCheckBox):
        field.setChecked(value)
    elif isinstance(field, QLineEdit) and field.text() != value:
        field.setText(value)


def _value(field: QWidget) -> Any:
    if isinstance(field, ChoiceBox):
        return field.value()
    if isinstance(field, QCheckBox):
        return field.isChecked()
    return field.text() if isinstance(field, QLineEdit) else None
