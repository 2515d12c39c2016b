"""A server's line to send by hand: to the newest, to all, or to one connection or peer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QComboBox, QPushButton

from workbench.engine.model import commands as c
from workbench.texts import Problem
from workbench.ui.endpoint.template_field import TemplateField
from workbench.ui.style.theme import TIGHT, WIDE
from workbench.ui.widgets.fitting_label import CaptionedRow, GivingLabel
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls
from workbench.viewmodel.completion import NOTHING, Completion, complete
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.panel_state import Control
from workbench.viewmodel.payload_form import PayloadForm, content, send_of
from workbench.viewmodel.server_state import NEWEST

LEAST_SHOWN: Final = 9
"""Characters of what is to be sent that are in sight in the narrowest window."""


class _TargetBox(QComboBox):
    """A choice as wide as a name and number or, with little room, as a short form of them."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(15)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(hint.width() - self.fontMetrics().horizontalAdvance("x"), hint.height())


class _ReplyField(TemplateField):
    """A field that is always wide enough for a word."""

    def minimumSizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.text()[:LEAST_SHOWN])
        return QSize(wide + WIDE + TIGHT, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """It takes what is left, and asks for no more: the caption would give way to it."""
        return QSize(self.minimumSizeHint().width(), super().sizeHint().height())


class ServerSendBar(CaptionedRow):
    """The target, the text or hex, its encoding, and Send.

    Signals:
        submitted(object): perform this commands.Send (for no endpoint yet); or a Problem: what was
        typed cannot be sent.
    """

    submitted = Signal(object)

    def __init__(self, controls: NamedControls, encoding: ChoiceBox) -> None:
        super().__init__(caption := GivingLabel())
        self._controls = controls
        self._encoding = encoding
        self._known = NO_VALUES
        self.target = controls.add(_TargetBox(), "target")
        self.payload = controls.add(_ReplyField("reply\\r\\n"), "payload")
        self.payload.complete = self._complete
        forms = tuple((name, f"choice.form_{name}") for name in ("text", "hex"))
        self.form = controls.add(ChoiceBox(*forms), "form")
        self.button = controls.add(QPushButton(), "send")
        controls.caption("target", self.target, caption)
        for widget in (self.target, self.payload, self.form, encoding, self.button):
            self.addWidget(widget)
        self.button.clicked.connect(self._on_submit)
        self.payload.returnPressed.connect(self._on_submit)

    @Slot()
    def _on_submit(self) -> None:
        if not self.button.isEnabled():
            return
        try:
            self.submitted.emit(self._command())
        except Problem as problem:
            self.submitted.emit(problem)

    def _command(self) -> c.Send:
        """The command that the fields ask for.

        Raises:
            Problem: a malformed escape, or a character that the encoding cannot express.
        """
        draft = self.draft
        made = send_of(draft, content(draft, self._known))
        target = self.target.currentData()
        to = target if isinstance(target, str) and target not in (NEWEST, c.ALL) else None
        return replace(made, connection=self.connection, to=to)

    @property
    def draft(self) -> PayloadForm:
        """The message in the fields."""
        return PayloadForm(
            self.payload.text(),
            self.form.value(),
            encoding=self._encoding.value(),
            placeholders=bool(self._known.values),
        )

    def fill(self, draft: PayloadForm) -> None:
        """Put a message into the fields; the encoding is the endpoint's."""
        self.form.choose(draft.form)
        self.payload.setText(draft.typed)

    @property
    def connection(self) -> c.Target:
        """The connection that is sent to; None: the newest."""
        target = self.target.currentData()
        return c.ALL if target == c.ALL else target if isinstance(target, int) else None

    def know(self, known: KnownValues) -> None:
        """Learn the values that a message may name from now on; if there are any, built-in names
        are filled in too, as in a scenario.
        """
        self._known = known

    def _complete(self, before: str) -> Completion:
        """Completions; if no value is known, a text is not a template."""
        as_hex = self.form.value() == "hex"
        if not as_hex and not self._known.values:
            return NOTHING
        return complete(before, len(before), self._known.values, as_hex=as_hex)

    def aim(self, key: int | str) -> None:
        """Choose a connection or peer, if it is on the list."""
        index = self.target.findData(key)
        if index >= 0:
            self.target.setCurrentIndex(index)

    def fold(self, folded: bool) -> None:
        """Show only whom and what: a projector has no room for more."""
        self.form.setVisible(not folded)
        self._encoding.setVisible(not folded)

    @Slot()
    def begin(self) -> None:
        """Focus the field, so that what is typed next is sent from here."""
        self.payload.setFocus()
        self.payload.selectAll()

    def show(self, button: Control, targets: Sequence[tuple[str, int | str]]) -> None:
        """`targets`: words and value for each choice of whom to send to."""
        self._controls.enable(self.button, button.reason)
        self._offer(targets)

    def _offer(self, entries: Sequence[tuple[str, int | str]]) -> None:
        known = [
            (self.target.itemText(i), self.target.itemData(i)) for i in range(self.target.count())
        ]
        if known == list(entries) or self.target.view().isVisible():
            return
        kept = self.target.currentData()
        self.target.clear()
        for text, data in entries:
            self.target.addItem(text, data)
        self.target.setCurrentIndex(max(0, self.target.findData(kept)))
