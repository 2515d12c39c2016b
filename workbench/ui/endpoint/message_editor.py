"""The editor of a client: text, hex or a file, and how it is sent."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.engine.model.tail import Append
from workbench.named_tuple import NamedTuple
from workbench.payload import notation
from workbench.payload.checksum import CHECKSUMS
from workbench.qt.tips import plain_tip
from workbench.texts import Problem, tr
from workbench.ui.endpoint.checksum_fields import ChecksumFields
from workbench.ui.endpoint.file_picker import FilePicker
from workbench.ui.endpoint.payload_edit import LONGEST_PASTE, PayloadEdit
from workbench.ui.endpoint.payload_problem_bar import PayloadProblemBar, places
from workbench.ui.endpoint.saved_menu import SavedMenu
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.fitting_label import FittingLabel
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.late_part import LatePart
from workbench.ui.widgets.name_line import NameLine, NameWords
from workbench.ui.widgets.named_controls import (
    ChoiceBox,
    NamedControls,
    TextField,
    group,
    spring,
    tone,
)
from workbench.viewmodel import parse_fields
from workbench.viewmodel.completion import NOTHING, Completion, complete
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.message import msg
from workbench.viewmodel.payload_form import (
    PayloadForm,
    compose,
    converted,
    sending_differences,
    unknown_names,
)

SAVE_WORDS: Final = NameWords("save_name", "save_message", "save_replace", "save_cancel")
ENDING: Final = 2
"""Bytes of what is appended that the preview has room for: a line end, a CRC-16."""
ROOM: Final = "≈ 99,999 B: 00 00 00 00 …"
LEAST_ROOM: Final = "≈ 99,999 B"
"""What the preview has room for, whatever it says: what stands beside it does not move."""
MOST_HEX: Final = 4
"""Bytes in hex beside the count; as many as there is room for."""
MOST_REPEATED: Final = 10_000_000
PROMPT: Final = 20_000
"""Characters that are understood with each key; more of them when typing pauses."""
PAUSE_MS: Final = 150


class KeptMessage(NamedTuple):
    """What was in the editor.

    Attributes:
        draft: the message. text: of the text field, which a file hides.
        typed: somebody has typed it, so that it is not to be lost.
    """

    draft: PayloadForm
    text: str
    typed: bool


class MessageEditor(Retranslatable, QWidget):
    """The editor and the send line of a client.

    Attributes:
        details: what is set less often; while it is folded because something is open, what differs
            from the default is shown in words. opened: unfolds it.

    Signals:
        submitted(Composed): Send, or Ctrl+Enter.
        blocked(): Ctrl+Enter while Send is disabled.
        escapes_dropped(): a pasted backslash turned escapes off for this message.
        refused(object): a Problem: what was pasted or typed cannot be used here.
        replaced(str, object): a typed message was replaced by another one: how (a key for
            `undo.KEY`), and what restores it.
        enter_switched(bool): the user wants Enter to send, or to break the line.
        mended(str): what this sentence (its key) said is no longer true.
    """

    submitted = Signal(object)
    blocked = Signal()
    escapes_dropped = Signal()
    refused = Signal(object)
    replaced = Signal(str, object)
    enter_switched = Signal(bool)
    mended = Signal(str)

    def __init__(self, controls: NamedControls, text: str) -> None:
        super().__init__()
        self._controls = controls
        self._counter = 1
        self._known = NO_VALUES
        self._live = False
        self._presented = False
        self._tight = False
        self._sparing = False
        self._form_before = "text"
        self._put: PayloadForm | None = None  # put there by the program, not typed
        self._composed = compose(PayloadForm(""))
        self._numbers: tuple[int, float] | Problem = (1, 0.0)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self.text = controls.add(PayloadEdit(text), "payload")
        self.file = LatePart(self._make_file)
        self.trouble = PayloadProblemBar(controls)
        self.save = NameLine(controls, SAVE_WORDS)
        self._add_form(controls)
        self._add_sending(controls)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for part in (self.text, self.file, self.trouble, self.save):
            column.addWidget(part)
        self.details = QWidget()
        details = QVBoxLayout(self.details)
        details.setContentsMargins(0, 0, 0, 0)
        details.setSpacing(GAP)
        for widgets in (  # what the bytes are, and how they are sent
            (self.escapes, self.placeholders, self._append, self.checksum),
            (self._again, self.enter_sends),
        ):
            line = FlowLayout()
            for widget in widgets:
                line.addWidget(widget)
            details.addLayout(line)
        column.addWidget(self.details)
        self.row = QWidget()
        row = FlowLayout(self.row)
        for widget in (
            self.form,
            self.encoding,
            self.preview,
            self._differing,
            spring(),
            self.opened,
            self.saved,
            self.send,
        ):
            row.addWidget(widget)
        column.addWidget(self.row)
        self._wire()
        self.retranslate()

    def _make_file(self) -> FilePicker:
        file = FilePicker(self._controls)
        file.edited.connect(self._on_edited)
        file.submitted.connect(self._on_submit)
        return file

    def _add_form(self, controls: NamedControls) -> None:
        forms = tuple((name, f"choice.form_{name}") for name in ("text", "hex", "file"))
        self.form = controls.add(ChoiceBox(*forms), "form")
        self.encoding = controls.add(
            ChoiceBox(*((name, f"encoding.{name}") for name in notation.ENCODINGS)), "encoding"
        )
        self.escapes = controls.add(QCheckBox(), "escapes")
        self.escapes.setChecked(True)
        self.placeholders = controls.add(QCheckBox(), "placeholders")
        self.append = controls.add(
            ChoiceBox(*((item.value, f"append.{item.value}") for item in Append)), "append"
        )
        self._append = group(controls.caption("append", self.append), self.append)
        self.enter_sends = controls.add(QCheckBox(), "enter_sends")
        self.checksum = ChecksumFields(controls)
        self.preview = controls.add(FittingLabel(ROOM, LEAST_ROOM), "preview")

    def _add_sending(self, controls: NamedControls) -> None:
        self.saved = SavedMenu(controls)
        self.repeat = controls.add(TextField("1", width=5), "repeat")
        self.interval = controls.add(TextField("0", width=4), "interval")
        self._again = group(
            controls.caption("repeat", self.repeat),
            self.repeat,
            controls.caption("interval", self.interval),
            self.interval,
        )
        self._differing = controls.add(ElidedLabel(), "send_chips")
        self._differing.setTextFormat(Qt.TextFormat.PlainText)
        self._differing.setProperty("muted", True)
        self._differing.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._differing.hide()
        self.opened = controls.add(QToolButton(), "send_options")
        self.opened.setCheckable(True)
        self.opened.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.opened.hide()
        self.send = controls.add(QPushButton(), "send")
        self.send.setProperty("primary", False)  # it may become the primary one

    def _wire(self) -> None:
        self._pause.timeout.connect(self._understand)
        self.text.textChanged.connect(self._on_edited)
        self.text.complete = self._complete
        self.text.completed.connect(self._on_completed)
        self.text.submitted.connect(self._on_submit)
        self.text.pasted_backslash.connect(self._on_pasted_backslash)
        self.text.pasted_too_much.connect(self._on_pasted_too_much)
        self.text.file_dropped.connect(self._on_file_dropped)
        self.trouble.wanted.connect(self._on_encoding_wanted)
        self.form.activated.connect(self._on_form)
        for box in (self.encoding, self.append):
            box.currentIndexChanged.connect(self._on_edited)
        for switch in (self.escapes, self.placeholders):
            switch.toggled.connect(self._on_edited)
        self.escapes.toggled.connect(self._on_escapes)
        self.enter_sends.toggled.connect(self._on_enter)
        self.enter_sends.clicked.connect(self.enter_switched)
        self.checksum.edited.connect(self._on_edited)
        self.checksum.number_left.connect(self._on_number)
        self.checksum.number_typed.connect(self._on_number_typed)
        for field in (self.repeat, self.interval):
            field.editingFinished.connect(self._on_number)
            field.textChanged.connect(self._on_number_typed)
        self.repeat.textChanged.connect(self._count_anew)
        self.saved.chosen.connect(self.put)
        self.saved.save_wanted.connect(self.save.begin)
        self.save.is_taken = self.saved.has
        self.save.agreed.connect(lambda name: self.saved.save(name, self.draft))
        self.save.left.connect(self.text.setFocus)
        self.send.clicked.connect(self._on_submit)
        self.opened.toggled.connect(self._fit)

    @property
    def field(self) -> QWidget:
        """The field of the message: its text, or the path of a file."""
        return self.file.part.path if self.form.value() == "file" else self.text

    @property
    def draft(self) -> PayloadForm:
        """The message to send. An invalid range counts as everything here; `times` reports what is
        wrong.
        """
        form = self.form.value()
        typed = self.file.part.path.text() if form == "file" else self.text.toPlainText()
        if form == "hex":  # spaces as in text pasted from a web page
            typed = typed.replace("\u00a0", " ").replace("\u2028", "\n")
        return replace(self._choices, typed=typed)

    @property
    def _choices(self) -> PayloadForm:
        """A draft without the typed text."""
        start, last = self.checksum.known
        return PayloadForm(
            "",
            self.form.value(),
            self.encoding.value(),
            self.escapes.isChecked(),
            Append(self.append.value()),
            self.checksum.order,
            start,
            self.placeholders.isChecked(),
            last,
        )

    @property
    def times(self) -> tuple[int, float]:
        """How often to send, and the seconds between. Raises Problem: not a number."""
        _ = self.checksum.covered
        return self._repeated(), parse_fields.parse_seconds(self.interval.text())

    def _repeated(self) -> int:
        return parse_fields.parse_whole(self.repeat.text(), least=0, most=MOST_REPEATED)

    @Slot(object)
    def put(self, draft: PayloadForm) -> None:
        """Replace what is typed with a saved message, or one that was pasted elsewhere."""
        before = self.keep()
        if self.replace(draft) and before.typed:
            self.replaced.emit("payload", partial(self.put_back, before))

    def replace(self, draft: PayloadForm) -> bool:
        """As `put`, by somebody who offers to undo it; returns whether anything was changed."""
        before = self.draft
        self.fill(draft)
        self._put = self.draft
        return before != self._put

    def keep(self) -> KeptMessage:
        """What is in it now, for `put_back`."""
        draft = self.draft
        typed = bool(draft.typed) and draft != self._put
        return KeptMessage(draft, self.text.toPlainText(), typed)

    def put_back(self, kept: KeptMessage) -> None:
        """Restore what was in it; what was typed since can be restored in turn."""
        self.put(kept.draft)
        if kept.draft.form == "file":
            self.text.setPlainText(kept.text)
        if kept.typed:
            self._put = None

    def fill(self, draft: PayloadForm) -> None:
        """Show a kept message with everything that belongs to it."""
        self.form.choose(draft.form)
        self._form_before = draft.form
        self.encoding.choose(draft.encoding)
        self.escapes.setChecked(draft.escapes)
        self.placeholders.setChecked(draft.placeholders)
        self.append.choose(draft.append.value)
        self.checksum.show_range(draft.order, draft.start, draft.last)
        if draft.form == "file":
            self.file.part.path.setText(draft.typed)
        elif draft.typed != self.text.toPlainText():  # else what was typed can be taken back still
            self.text.setPlainText(draft.typed)
        self._on_edited()

    def fold(self, *, live: bool, presented: bool, tight: bool) -> None:
        """Fold the details, which are in the way once something is open; a projector has only room
        for Send. `tight`: other fields are open in a low window.
        """
        if live != self._live:
            self._live = live
            self.opened.setChecked(False)
        self._presented = presented
        self._tight = tight
        self._fit()

    def spare_height(self, sparing: bool) -> None:
        """Follow whether the window is low: then the text begins with one line, the choices beside
        Send take no more room than they need, and Send stays in its row.
        """
        self._sparing = sparing
        self.text.spare_height(sparing)
        self._fit_boxes()

    def _fit_boxes(self) -> None:
        self.append.narrow()
        for box in (self.form, self.encoding):
            if self._sparing:
                box.narrow()
            else:
                box.widen()

    @Slot()
    def _fit(self) -> None:
        shown = not self._presented
        foldable = self._live or self._tight
        folded = foldable and not self.opened.isChecked()
        self.details.setVisible(shown and not folded)
        for widget in (self.form, self.encoding, self.preview, self.saved):
            widget.setVisible(shown)
        self.opened.setVisible(shown and foldable)
        self.opened.setIcon(icons.icon("chevron-up" if self.opened.isChecked() else "chevron-down"))
        self.opened.setIconSize(theme.small_icon())
        self._word_details()

    def _word_details(self) -> None:
        """Say in words what differs from the default, while its controls are folded."""
        enter = self.enter_sends.isChecked()
        words = sending_differences(
            self._choices, self.repeat.text(), self.interval.text(), enter_sends=enter
        )
        if words != self._differing.text():
            self._differing.setText(words)
        self._differing.setVisible(bool(words) and not self._presented and self.details.isHidden())

    def count_from(self, counter: int) -> None:
        """The value of {counter} in the next single send."""
        if counter != self._counter:
            self._counter = counter
            self._count_anew()

    @Slot()
    def _count_anew(self) -> None:
        if self.placeholders.isChecked():
            self._on_edited()

    def _upcoming(self) -> int:
        """The value of {counter} in the next message; a repeated send counts for itself."""
        return self._counter if self.repeat.text().strip() in {"", "1"} else 1

    def know(self, known: KnownValues) -> None:
        """Learn the values that a message may name from now on."""
        if known != self._known:
            self._known = known
            self._on_edited()

    def _complete(self, before: str) -> Completion:
        """What the end of a line may be completed to. In text that is not a template a brace is
        usually literal, so a letter must follow it; choosing a completion then makes it a template.
        """
        form = self.form.value()
        if form == "text" and before.endswith("{") and not self.placeholders.isChecked():
            return NOTHING
        return complete(before, len(before), self._known.values, as_hex=form == "hex")

    @Slot()
    def _on_completed(self) -> None:
        if self.form.value() == "text":
            self.placeholders.setChecked(True)

    def retranslate(self) -> None:
        self._fit_boxes()
        self._on_edited()

    @Slot()
    def _on_submit(self) -> None:
        if not self.send.isEnabled():
            self.blocked.emit()
            return
        if self._pause.isActive():
            self._understand()
        composed = self._composed
        if composed.draft.form == "file":  # it may have been added or removed meanwhile
            composed = compose(composed.draft, self._upcoming(), self._known)
        send = composed.send
        if isinstance(self._numbers, Problem):
            self.opened.setChecked(self._live)  # what is wrong can be seen
            tone(self._wrong_number(), "bad")
            send = send if isinstance(send, Problem) else self._numbers
        elif not isinstance(send, Problem):
            repeat, interval = self._numbers
            send = replace(send, repeat=repeat, interval=interval)
        self.submitted.emit(replace(composed, send=send))

    @Slot()
    def _on_number_typed(self) -> None:
        """React to a number that is being typed: how often, or how fast."""
        try:
            self._numbers = self.times
        except Problem as problem:
            self._numbers = problem
        self._word_details()

    @Slot()
    def _on_form(self) -> None:
        form = self.form.value()
        before, self._form_before = self._form_before, form
        made = converted(replace(self.draft, form=before), form)
        if made is not None:
            self.escapes.setChecked(made.escapes)
            self.text.setPlainText(made.typed)
        self._on_edited()
        if self.form.value() == "file":
            self.file.part.path.setFocus()

    @Slot(str)
    def _on_file_dropped(self, path: str) -> None:
        self.form.choose("file")
        self._form_before = "file"
        self.file.part.path.setText(path)
        self._on_edited()

    @Slot(str)
    def _on_encoding_wanted(self, encoding: str) -> None:
        self.encoding.choose(encoding)
        self._on_edited()
        self.text.setFocus()

    @Slot()
    def _on_edited(self) -> None:
        self._fit_boxes()
        draft = self.draft
        file = draft.form == "file"
        self.text.setVisible(not file)
        self.file.setVisible(file)
        reason = None if draft.form == "text" else msg("why.not_text")
        for widget in (self.encoding, self.escapes, self.placeholders):
            self._controls.enable(widget, reason)
        self.checksum.setVisible(draft.append.value in CHECKSUMS)
        if draft.append is Append.NOTHING:
            self._controls.recaption(self.enter_sends, "enter_sends")
        else:
            added = tr(f"append.{draft.append.value}")
            self._controls.recaption(self.enter_sends, "enter_sends_added", what=added)
        self._word_details()
        if len(draft.typed) > PROMPT:
            self.preview.offer([tr("panel.preview_none")])
            self._pause.start()
        else:
            self._understand()

    @Slot()
    def _understand(self) -> None:
        """Parse the draft into bytes, or report what is wrong with it."""
        self._pause.stop()
        draft = self.draft
        file = draft.form == "file"
        composed = self._composed = compose(draft, self._upcoming(), self._known)
        problem = composed.problem
        if problem is not None:
            found = places(draft, problem)
            self.text.mark(found if not file else [])
            said = self.trouble.show_problem(draft, problem, found)
            self.preview.offer([tr("panel.preview_none")])
            self.preview.setToolTip(plain_tip(f"{tr('tip.preview')}\n{said}"))
            return
        doubtful = unknown_names(draft, self._known)
        self.text.mark([at for gap in doubtful for at in range(gap.begin, gap.end)], doubtful=True)
        self.trouble.show_unknown(doubtful)
        head = composed.head
        self._show_preview(
            composed.size,
            head.removesuffix(" …").split(),
            about=composed.varies,
            end=draft.append is not Append.NOTHING,
        )

    def _show_preview(self, count: int, head: list[str], *, about: bool, end: bool) -> None:
        """Show as many bytes in hex as fit; the tool tip has more.

        `end`: show the end, since something is appended.
        """
        key = "panel.preview_about" if about else "panel.preview"
        texts = []
        for shown in range(min(MOST_HEX, len(head)), -1, -1):
            begun, rest = head[:shown], " …" if count > shown and shown else ""
            if end and shown > ENDING and rest and count == len(head):
                begun, rest = head[: shown - ENDING], " … " + " ".join(head[-ENDING:])
            text = tr(key, count=f"{count:,}", head=" ".join(begun) + rest)
            texts.append(text.rstrip(" :："))
        self.preview.offer(texts)
        whole = " ".join(head) + (" …" if count > len(head) else "")
        tip = [tr("tip.preview"), whole]
        if about:
            tip.append(tr("panel.preview_varies"))
        self.preview.setToolTip("\n".join(tip))

    def _wrong_number(self) -> TextField:
        """The first field with a wrong number, which need not be the one just left."""
        wrong = self.checksum.wrong
        if wrong is not None:
            return wrong
        try:
            self._repeated()
        except Problem:
            return self.repeat
        return self.interval

    @Slot()
    def _on_number(self) -> None:
        """Report what is wrong with a number when its field is left."""
        for field in (self.repeat, self.interval, *self.checksum.numbers):
            tone(field, "")
        try:
            _ = self.times
        except Problem as problem:
            tone(self._wrong_number(), "bad")
            self.refused.emit(problem)
            return
        self.mended.emit("problem.number_text")
        self.mended.emit("problem.number_range")

    @Slot(bool)
    def _on_enter(self, sends: bool) -> None:
        self.text.enter_sends = sends
        self._word_details()

    @Slot(bool)
    def _on_escapes(self, on: bool) -> None:
        if on:
            self.mended.emit("message.escapes_dropped")

    @Slot(int)
    def _on_pasted_too_much(self, count: int) -> None:
        self.refused.emit(
            Problem("problem.paste_large", count=f"{count:,}", most=f"{LONGEST_PASTE:,}")
        )

    @Slot()
    def _on_pasted_backslash(self) -> None:
        if self.escapes.isChecked():
            self.escapes.setChecked(False)
            self.escapes_dropped.emit()
