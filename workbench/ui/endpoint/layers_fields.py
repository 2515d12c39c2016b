"""The fields of TLS, WebSocket and proxy in *More*."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QPushButton, QSizePolicy, QToolButton, QWidget

from workbench.certificates.kinds import PREFIX, ROOT, CertificateKind
from workbench.engine.model.tls_settings import AskClient, TlsVersion
from workbench.engine.model.web_address import TLS, WEBSOCKET
from workbench.texts import tr
from workbench.ui.endpoint.header_table import HeaderTable
from workbench.ui.endpoint.template_field import TemplateField
from workbench.ui.style import icons
from workbench.ui.style.retranslatable import RetranslatablePart
from workbench.ui.widgets.file_dialogs import ask_file
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.late_part import LatePart
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, group, tone
from workbench.viewmodel.completion import Completion, complete
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.layer_form import LayerForm
from workbench.viewmodel.message import Sentence, msg

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.ui.endpoint.rarer_fields import RarerFields

_FILES: Final = ("tls_cert", "tls_key", "tls_ca")


class LayersFields(RetranslatablePart, QObject):
    """A row for each layer; a panel lays them out.

    Attributes:
        rows: those of TLS and WebSocket, and what unfolds the rarer fields. proxy_field: for a
            client.
        unused: what this kind lacks. rarer: the place of the rarer fields.

    Signals:
        edited(): a field has changed.
        suited(str): what is above the stream now, one of LAYERED.
    """

    edited = Signal()
    suited = Signal(str)

    def __init__(self, controls: NamedControls, parent: QObject, *, server: bool) -> None:
        super().__init__(parent)
        self._controls = controls
        self._server = server
        self._form = LayerForm()
        self._known = NO_VALUES
        self._locked: Sentence | None = None
        self._filling = False
        self._add_tls(controls)
        self._add_websocket(controls)
        self.proxy = self._template(controls.add(TemplateField(width=26, least=14), "proxy"))
        self.proxy_field = group(controls.caption("proxy", self.proxy), self.proxy)
        self.open = controls.add(QToolButton(), "rarer")
        self.open.setCheckable(True)
        self.open.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.rarer = LatePart(self._make_rarer)
        policy = self.rarer.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        self.rarer.setSizePolicy(policy)
        self.rows: tuple[tuple[QWidget, ...], ...] = (
            self._tls,
            self._websocket,
            (self.open,),
            (self.rarer,),
        )
        self._judged = {
            self.key: "tls.key",
            self.name: "tls.server_name",
            self.alpn: "tls.alpn",
            self.path: "websocket.path",
            self.subprotocols: "websocket.subprotocols",
            self.ping: "websocket.ping",
        }
        unused = (self.name, self.verify, self.check_name, self.proxy_field)
        self.unused: tuple[QWidget, ...] = unused if server else (self.ask,)
        self._wire()
        self.retranslate()
        self.show_form(LayerForm())

    def _add_tls(self, controls: NamedControls) -> None:
        add, caption, server = controls.add, controls.caption, self._server
        self.cert = add(
            HintCombo(14, least=10), "tls_cert", f"tls_cert_{'server' if server else 'client'}"
        )
        self.key = self._template(add(TemplateField(width=14, least=9), "tls_key"))
        self.ca = add(
            HintCombo(14, least=10), "tls_ca", f"tls_ca_{'server' if server else 'client'}"
        )
        self._file_buttons = tuple(add(QPushButton(), f"{name}_file") for name in _FILES)
        self.name = self._template(add(TemplateField(width=14, least=9), "tls_name"))
        self.verify = add(QCheckBox(), "tls_verify")
        self.check_name = add(QCheckBox(), "tls_check_name")
        self.alpn = add(TextField(width=12, least=8), "tls_alpn")
        self.minimum = add(
            ChoiceBox(*((version.value, None) for version in TlsVersion)), "tls_minimum"
        )
        self.ask = add(
            ChoiceBox(*((ask.value, f"choice.ask_{ask.value}") for ask in AskClient)), "tls_ask"
        )
        self._chosen_files: dict[str, HintCombo | TextField] = dict(
            zip(_FILES, (self.cert, self.key, self.ca), strict=True)
        )
        of_client = () if server else (
            group(caption("tls_name", self.name), self.name),
            group(self.verify, self.check_name),
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

    def _add_websocket(self, controls: NamedControls) -> None:
        add, caption = controls.add, controls.caption
        self.path = self._template(add(TemplateField(width=18, least=10), "ws_path"))
        self.subprotocols = self._template(add(TemplateField(width=14, least=9), "ws_subprotocols"))
        self.deflate = add(QCheckBox(), "ws_deflate")
        self.ping = add(TextField(width=5), "ws_ping")
        self.headers = add(HeaderTable(), "ws_headers")
        self._row_buttons = tuple(
            add(QPushButton(), f"ws_headers_{name}") for name in ("remove", "up", "down")
        )
        self._websocket = (
            group(caption("ws_path", self.path), self.path),
            group(caption("ws_subprotocols", self.subprotocols), self.subprotocols),
            self.deflate,
            group(caption("ws_ping", self.ping), self.ping),
            group(caption("ws_headers", self.headers), self.headers, *self._row_buttons),
        )

    def _template(self, field: TemplateField) -> TemplateField:
        """A field that may name values."""
        field.complete = self._complete
        return field

    def _make_rarer(self) -> RarerFields:
        from workbench.ui.endpoint.rarer_fields import RarerFields

        made = RarerFields(self._controls, self._complete, server=self._server)
        made.show_form(self._form)
        made.suit(self._form.layers)
        made.lock(self._locked)
        made.edited.connect(self._on_edited)
        self._controls.retranslate()
        return made

    @Slot(bool)
    def _on_open(self, opened: bool) -> None:
        self._draw()
        self.rarer.setVisible(opened and bool(self._form.layers))

    def _draw(self) -> None:
        """Draw the icon in the colours of the scheme; if there is no room, the word alone says
        it.
        """
        self.open.setIcon(icons.icon("chevron-down") if self.open.isChecked() else QIcon())

    def _wire(self) -> None:
        self.open.toggled.connect(self._on_open)
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
        """Ask for a file and put its path into the field."""
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
        bad = self.form(self._form.over).bad
        tone(self.headers, "bad" if "websocket.headers" in bad else "")
        for field, name in self._judged.items():
            tone(field, "bad" if name in bad else "")
        if self.rarer.built is not None:
            self.rarer.built.judge(bad)

    def form(self, over: str) -> LayerForm:
        """The form with what is in the fields; what has no field stays as it was."""
        form = self._form if self.rarer.built is None else self.rarer.built.read(self._form)
        return replace(
            form,
            over=over,
            tls=replace(
                form.tls,
                cert=self.cert.currentText(),
                key=self.key.text(),
                ca=self.ca.currentText(),
                server_name=self.name.text(),
                verify=self.verify.isChecked(),
                check_name=self.check_name.isChecked(),
                alpn=self.alpn.text(),
                minimum=self.minimum.value(),
                ask_client=self.ask.value(),
            ),
            websocket=replace(
                form.websocket,
                path=self.path.text(),
                subprotocols=self.subprotocols.text(),
                headers=self.headers.rows,
                deflate=self.deflate.isChecked(),
                ping=self.ping.text(),
            ),
            proxy=self.proxy.text(),
            values=self._known,
        )

    def know(self, known: KnownValues) -> None:
        """Learn the values that path and headers may name from now on."""
        if known != self._known:
            self._known = known
            self.headers.know(known)
            self._on_edited()

    def _complete(self, before: str) -> Completion:
        return complete(before, len(before), self._known.values, as_hex=False, built_in=False)

    def show_form(self, form: LayerForm) -> None:
        """Fill all fields without emitting a signal."""
        self._filling = True
        self._form = form
        tls, websocket = form.tls, form.websocket
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
        if self.rarer.built is not None:
            self.rarer.built.show_form(form)
        self._filling = False
        self.suit(form.over)

    def begin(self, host: str) -> None:
        """Fill in what works at once, if the fields are empty, because TLS was chosen."""
        if TLS not in self._form.layers:
            return
        if self._server and not self.cert.currentText():
            self.cert.setEditText(f"{PREFIX}{CertificateKind.GOOD}")
        ours = host.startswith(("@", "127.", "::1", "localhost"))
        if not self._server and ours and not self.ca.currentText():
            self.ca.setEditText(f"{PREFIX}{ROOT}")

    def suit(self, over: str) -> None:
        """Show only the fields of the chosen layers."""
        self._form = replace(self._form, over=over)
        layers = self._form.layers
        for layer, row in ((TLS, self._tls), (WEBSOCKET, self._websocket)):
            for widget in row:
                widget.setVisible(layer in layers)
        self.open.setVisible(bool(layers))
        self.rarer.setVisible(self.open.isChecked() and bool(layers))
        if self.rarer.built is not None:
            self.rarer.built.suit(layers)
        self.suited.emit(over)

    def lock(self, locked: bool) -> None:
        """Lock the fields: an open connection keeps its layers."""
        self._locked = reason = msg("why.locked") if locked else None
        if self.rarer.built is not None:
            self.rarer.built.lock(reason)
        for widget in (
            self.cert, self.key, self.ca, self.name, self.verify, self.check_name, self.alpn,
            self.minimum, self.ask, self.path, self.subprotocols, self.deflate, self.ping,
            self.headers, self.proxy, *self._row_buttons, *self._file_buttons,
        ):  # fmt: skip
            self._controls.enable(widget, reason)

    def retranslate(self) -> None:
        """Word the notes beside the choices."""
        of_client = (CertificateKind.CLIENT, CertificateKind.CLIENT_BAD)
        kinds = [kind for kind in CertificateKind if (kind in of_client) is not self._server]
        self.cert.offer([(f"{PREFIX}{kind}", tr(f"certificate.{kind}")) for kind in kinds])
        self.ca.offer([(f"{PREFIX}{ROOT}", tr("certificate.root"))])
        self._draw()


def _put(field: HintCombo | TextField, path: Path) -> None:
    if isinstance(field, HintCombo):
        field.setEditText(str(path))
    else:
        field.setText(str(path))
