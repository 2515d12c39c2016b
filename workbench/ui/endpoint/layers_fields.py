"""The fields of TLS, of WebSocket and of a proxy, in More: those of what stands over the stream."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from workbench.certificates.kinds import PREFIX, ROOT, CertificateKind
from workbench.engine.model.tls_settings import AskClient, TlsVersion
from workbench.engine.model.web_address import TLS, WEBSOCKET
from workbench.texts import tr
from workbench.ui.endpoint.header_table import HeaderTable
from workbench.ui.endpoint.template_field import TemplateField
from workbench.ui.widgets.file_dialogs import ask_file
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, group, tone
from workbench.viewmodel.completion import Completion, complete
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.layer_form import LayerForm, TlsForm, WebSocketForm
from workbench.viewmodel.message import msg

if TYPE_CHECKING:
    from pathlib import Path

_FILES: Final = ("tls_cert", "tls_key", "tls_ca")


class LayersFields(QObject):
    """A row of each layer; a panel lays them out.

    Attributes:
        rows: of TLS, and of WebSocket. proxy_field: of a client. unused: what this kind lacks.

    Signals:
        edited(): a field says something else.
        suited(str): this stands over the stream now, one of LAYERED.
    """

    edited = Signal()
    suited = Signal(str)

    def __init__(self, controls: NamedControls, parent: QObject, *, server: bool) -> None:
        super().__init__(parent)
        self._controls = controls
        self._server = server
        self._form = LayerForm()
        self._known = NO_VALUES
        self._key_password = ""
        self._filling = False
        add, caption = controls.add, controls.caption
        self.cert = add(HintCombo(14), "tls_cert", f"tls_cert_{'server' if server else 'client'}")
        self.key = add(TextField(width=14), "tls_key")
        self.ca = add(HintCombo(14), "tls_ca", f"tls_ca_{'server' if server else 'client'}")
        self._file_buttons = tuple(add(QPushButton(), f"{name}_file") for name in _FILES)
        self.name = add(TextField(width=14), "tls_name")
        self.verify = add(QCheckBox(), "tls_verify")
        self.check_name = add(QCheckBox(), "tls_check_name")
        self.alpn = add(TextField(width=12), "tls_alpn")
        self.minimum = add(
            ChoiceBox(*((version.value, None) for version in TlsVersion)), "tls_minimum"
        )
        self.ask = add(
            ChoiceBox(*((ask.value, f"choice.ask_{ask.value}") for ask in AskClient)), "tls_ask"
        )
        self.path = add(TemplateField(width=18), "ws_path")
        self.path.complete = self._complete
        self.subprotocols = add(TextField(width=14), "ws_subprotocols")
        self.deflate = add(QCheckBox(), "ws_deflate")
        self.ping = add(TextField(width=5), "ws_ping")
        self.headers = add(HeaderTable(), "ws_headers")
        self._row_buttons = tuple(
            add(QPushButton(), f"ws_headers_{name}") for name in ("remove", "up", "down")
        )
        self.proxy = add(TextField(width=26), "proxy")
        self.proxy_field = group(caption("proxy", self.proxy), self.proxy)
        self._chosen_files: dict[str, HintCombo | TextField] = dict(
            zip(_FILES, (self.cert, self.key, self.ca), strict=True)
        )
        of_client = () if server else (
            group(caption("tls_name", self.name), self.name),
            self.verify,
            self.check_name,
        )  # fmt: skip
        self._tls = (
            *(
                group(caption(name, field), field, button)
                for (name, field), button in zip(
                    self._chosen_files.items(), self._file_buttons, strict=True
                )
            ),
            *of_client,
            *((group(caption("tls_ask", self.ask), self.ask),) if server else ()),
            group(caption("tls_alpn", self.alpn), self.alpn),
            group(caption("tls_minimum", self.minimum), self.minimum),
        )
        self._websocket = (
            group(caption("ws_path", self.path), self.path),
            group(caption("ws_subprotocols", self.subprotocols), self.subprotocols),
            self.deflate,
            group(caption("ws_ping", self.ping), self.ping),
            group(caption("ws_headers", self.headers), self.headers, *self._row_buttons),
        )
        self.rows: tuple[tuple[QWidget, ...], ...] = (self._tls, self._websocket)
        unused = (self.name, self.verify, self.check_name, self.proxy_field)
        self.unused: tuple[QWidget, ...] = unused if server else (self.ask,)
        self._wire()
        self.retranslate()
        self.show_form(LayerForm())

    def _wire(self) -> None:
        for field in (
            self.key, self.name, self.alpn, self.path, self.subprotocols, self.ping, self.proxy,
        ):  # fmt: skip
            field.textChanged.connect(self._on_edited)
        for combo in (self.cert, self.ca):
            combo.editTextChanged.connect(self._on_edited)
        for box in (self.verify, self.check_name, self.deflate):
            box.toggled.connect(self._on_edited)
        for choice in (self.minimum, self.ask):
            choice.activated.connect(self._on_edited)
        self.headers.edited.connect(self._on_edited)
        for name, button in zip(_FILES, self._file_buttons, strict=True):
            button.clicked.connect(partial(self._look_for_file, name))
        remove, up, down = self._row_buttons
        remove.clicked.connect(self.headers.remove)
        up.clicked.connect(lambda: self.headers.move_row(-1))
        down.clicked.connect(lambda: self.headers.move_row(1))

    def _look_for_file(self, name: str) -> None:
        """Its path stands in the field then."""
        field = self._chosen_files[name]
        kinds = "certificate_files" if name == "tls_ca" else "key_files"
        filters = f"{tr(f'more_files.{kinds}')};;{tr('more_files.all')}"
        ask_file(field.window(), tr(f"tip.{name}_file"), partial(_put, field), filters=filters)

    @Slot()
    def _on_edited(self) -> None:
        if not self._filling:
            self._judge()
            self.edited.emit()

    def _judge(self) -> None:
        wrong = self.form(self._form.over).fault is not None
        tone(self.headers, "bad" if wrong else "")

    def form(self, over: str) -> LayerForm:
        """What stands in the fields, with this over the stream."""
        return LayerForm(
            over,
            TlsForm(
                self.cert.currentText(),
                self.key.text(),
                self.ca.currentText(),
                self.name.text(),
                self.verify.isChecked(),
                self.check_name.isChecked(),
                self.alpn.text(),
                self.minimum.value(),
                self.ask.value(),
                self._key_password,
            ),
            WebSocketForm(
                self.path.text(),
                self.subprotocols.text(),
                self.headers.rows,
                self.deflate.isChecked(),
                self.ping.text(),
            ),
            self.proxy.text(),
            self._known,
        )

    def know(self, known: KnownValues) -> None:
        """The values that path and headers may name from now on."""
        if known != self._known:
            self._known = known
            self.headers.know(known)
            self._on_edited()

    def _complete(self, before: str) -> Completion:
        return complete(before, len(before), self._known.values, as_hex=False, built_in=False)

    def show_form(self, form: LayerForm) -> None:
        """Fill all of them without telling anyone."""
        self._filling = True
        tls, websocket = form.tls, form.websocket
        self._key_password = tls.key_password
        for combo, text in ((self.cert, tls.cert), (self.ca, tls.ca)):
            if combo.currentText() != text:
                combo.setEditText(text)
        for field, text in (
            (self.key, tls.key),
            (self.name, tls.server_name),
            (self.alpn, tls.alpn),
            (self.path, websocket.path),
            (self.subprotocols, websocket.subprotocols),
            (self.ping, websocket.ping),
            (self.proxy, form.proxy),
        ):
            if field.text() != text:
                field.setText(text)
        self.headers.show_rows(websocket.headers)
        self.verify.setChecked(tls.verify)
        self.check_name.setChecked(tls.check_name)
        self.deflate.setChecked(websocket.deflate)
        self.minimum.choose(tls.minimum)
        self.ask.choose(tls.ask_client)
        self._filling = False
        self.suit(form.over)

    def begin(self, host: str) -> None:
        """TLS was chosen: what works at once, where nothing stands in the fields yet."""
        if TLS not in self._form.layers:
            return
        if self._server and not self.cert.currentText():
            self.cert.setEditText(f"{PREFIX}{CertificateKind.GOOD}")
        ours = host.startswith(("@", "127.", "::1", "localhost"))
        if not self._server and ours and not self.ca.currentText():
            self.ca.setEditText(f"{PREFIX}{ROOT}")

    def suit(self, over: str) -> None:
        """Only the fields of what stands over the stream are there."""
        self._form = LayerForm(over)
        for layer, row in zip((TLS, WEBSOCKET), self.rows, strict=True):
            for widget in row:
                widget.setVisible(layer in self._form.layers)
        self.suited.emit(over)

    def lock(self, locked: bool) -> None:
        """An open connection keeps what it began with."""
        reason = msg("why.locked") if locked else None
        for widget in (
            self.cert, self.key, self.ca, self.name, self.verify, self.check_name, self.alpn,
            self.minimum, self.ask, self.path, self.subprotocols, self.deflate, self.ping,
            self.headers, self.proxy, *self._row_buttons, *self._file_buttons,
        ):  # fmt: skip
            self._controls.enable(widget, reason)

    def retranslate(self) -> None:
        """The notes beside what can be chosen, and the height of the headers."""
        of_client = (CertificateKind.CLIENT, CertificateKind.CLIENT_BAD)
        kinds = [kind for kind in CertificateKind if (kind in of_client) is not self._server]
        self.cert.offer([(f"{PREFIX}{kind}", tr(f"certificate.{kind}")) for kind in kinds])
        self.ca.offer([(f"{PREFIX}{ROOT}", tr("certificate.root"))])
        self.headers.retranslate()


def _put(field: HintCombo | TextField, path: Path) -> None:
    if isinstance(field, HintCombo):
        field.setEditText(str(path))
    else:
        field.setText(str(path))
