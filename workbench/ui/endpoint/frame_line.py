"""The fields of *Make frame*, and the buttons for a ping and a Close frame."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.websocket_settings import OPCODES
from workbench.texts import Problem, tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.named_controls import (
    ChoiceBox,
    NamedControls,
    TextField,
    group,
    spring,
    tone,
)
from workbench.viewmodel.frame_form import AUTO, BREAKS, FORMS, MASKS, FrameForm
from workbench.viewmodel.message import Sentence

_CLOSE: Final = "1000"


class FrameLine(Retranslatable, QWidget):
    """The fields of a frame, and the buttons that send it, a ping or a Close frame.

    Attributes:
        open: unfolds them; buttons: Ping and Close frame. Both are placed elsewhere, the latter
            beside the ways to end a connection.

    Signals:
        submitted(object): perform this command (for no endpoint yet); or a Problem: what was typed
            is not a frame.
    """

    submitted = Signal(object)

    def __init__(self, controls: NamedControls, *, server: bool) -> None:
        super().__init__()
        self._controls = controls
        self._client = not server
        self._filling = False
        add, caption = controls.add, controls.caption
        opcodes = [(name, None) for name in OPCODES]
        reserved = [(str(number), None) for number in (3, 11)]
        self.opcode = add(ChoiceBox(*opcodes, *reserved), "frame_opcode")
        self.fin = add(QCheckBox(), "frame_fin")
        self.rsv = add(TextField("0", width=2), "frame_rsv")
        self.masking = add(HintCombo(9), "frame_mask")
        self.length = add(TextField(width=6), "frame_length")
        self.form = add(
            ChoiceBox(*((form, f"choice.frame_form_{form or 'auto'}") for form in FORMS)),
            "frame_form",
        )
        self.payload = add(TextField("hello", width=14), "frame_payload")
        self.breaks = add(
            ChoiceBox((AUTO, "choice.break_nothing"), *((b, f"choice.break_{b}") for b in BREAKS)),
            "frame_break",
        )
        self.preview = add(QLabel(), "frame_preview")
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        self.send = add(QPushButton(), "frame_send")
        self.ping = add(QPushButton(), "frame_ping")
        self.code = add(TextField(_CLOSE, width=5), "frame_code")
        self.close_frame = add(QPushButton(), "frame_close")
        self.open = add(QPushButton(), "frame_open")
        self.open.setCheckable(True)
        fields = FlowLayout(self)
        for widget in (
            group(caption("frame_opcode", self.opcode), self.opcode),
            self.fin,
            group(caption("frame_rsv", self.rsv), self.rsv),
            group(caption("frame_mask", self.masking), self.masking),
            group(caption("frame_length", self.length), self.length, self.form),
            group(caption("frame_payload", self.payload), self.payload),
            group(caption("frame_break", self.breaks), self.breaks),
            self.preview,
            spring(),
            self.send,
        ):
            fields.addWidget(widget)
        self.buttons = group(self.ping, self.close_frame, self.code)
        self._wire()
        self.retranslate()
        self._show(FrameForm())

    def _wire(self) -> None:
        for field in (self.rsv, self.length, self.payload):
            field.textChanged.connect(self._on_edited)
        self.masking.editTextChanged.connect(self._on_edited)
        self.fin.toggled.connect(self._on_edited)
        for box in (self.opcode, self.form):
            box.activated.connect(self._on_edited)
        self.breaks.activated.connect(self._on_break)
        self.payload.returnPressed.connect(self._on_send)
        self.send.clicked.connect(self._on_send)
        self.ping.clicked.connect(lambda: self.submitted.emit(c.Ping("", wait=False)))
        self.close_frame.clicked.connect(self._on_close)

    @property
    def frame(self) -> FrameForm:
        return FrameForm(
            self.opcode.value(),
            self.fin.isChecked(),
            self.rsv.text(),
            self.masking.currentText().strip(),
            self.length.text(),
            self.form.value(),
            self.payload.text(),
        )

    def fill(self, frame: FrameForm) -> None:
        """Put a kept frame into the fields."""
        self.breaks.choose(AUTO)
        self._show(frame)

    def _show(self, frame: FrameForm) -> None:
        self._filling = True
        self.opcode.choose(frame.opcode)
        self.fin.setChecked(frame.fin)
        self.masking.setEditText(frame.mask)
        self.form.choose(frame.form)
        for field, text in (
            (self.rsv, frame.rsv),
            (self.length, frame.length),
            (self.payload, frame.payload),
        ):
            field.setText(text)
        self._filling = False
        self._judge()

    @Slot()
    def _on_edited(self) -> None:
        if not self._filling:
            self.breaks.choose(AUTO)
            self._judge()

    @Slot()
    def _on_break(self) -> None:
        """Put what a way of breaking a frame changes into the fields, where it can be seen and
        edited.
        """
        self._show(self.frame.broken(self.breaks.value()))

    def _judge(self) -> None:
        try:
            text = f"= {self.frame.preview(client=self._client)}"
            tone(self.preview, "")
        except Problem as problem:
            text = problem.text
            tone(self.preview, "bad")
        self.preview.setText(text)

    @Slot()
    def _on_send(self) -> None:
        if self.send.isEnabled():
            try:
                self.submitted.emit(self.frame.command())
            except Problem as problem:
                self.submitted.emit(problem)

    @Slot()
    def _on_close(self) -> None:
        """Send a Close frame; an empty field means one without a code."""
        typed = self.code.text().strip()
        if typed and not typed.isdecimal():
            self.submitted.emit(Problem("problem.close_code", value=typed))
            return
        code = int(typed[:6]) if typed else None
        self.submitted.emit(c.CloseWebSocket("", code=code, wait=False))

    def enable(self, reason: Sentence | None) -> None:
        """Enable sending; `reason`: why it is disabled, None: it is not."""
        for button in (self.send, self.ping, self.close_frame):
            self._controls.enable(button, reason)

    def retranslate(self) -> None:
        """Word the choices for the mask, with their meaning."""
        self.masking.offer([(mask, tr(f"choice.mask_{mask or 'auto'}")) for mask in MASKS])
        self._judge()
