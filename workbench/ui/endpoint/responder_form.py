"""How a server answers by itself: the kind of reply, its greeting or rules, and the end."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model.responders.reply import OnPeerClose
from workbench.payload import notation
from workbench.texts import tr
from workbench.ui.endpoint.rules_place import RulesPlace
from workbench.ui.endpoint.template_field import TemplateField
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, spring
from workbench.viewmodel.completion import Completion, complete
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.message import msg
from workbench.viewmodel.responder_choices import CHOICES
from workbench.viewmodel.setup_form import ReplyForm

MOST_GREETING: Final = 24
"""Digits' widths that a long greeting asks for at most."""


class ResponderForm(QObject):
    """The fields; a panel lays them out.

    Attributes:
        kind, greeting, encoding: the fields; what is sent by hand uses that encoding too.
        rules: the list of rules; its button takes the place of the greeting, with `room`.
        at_end: what follows when a peer has finished sending; None: More was never opened.

    Signals:
        edited(): another reply is wanted.
        drafted(): a rule is being typed that is not in force yet.
        submitted(): Enter was pressed in the greeting.
        replaced(str, object): a rule ("rule" …) or the reply ("reply") was replaced, and what
            restores the former one.
    """

    edited = Signal()
    drafted = Signal()
    submitted = Signal()
    replaced = Signal(str, object)

    def __init__(self, controls: NamedControls, parent: QObject) -> None:
        super().__init__(parent)
        self._controls = controls
        self._filled: ReplyForm | None = None
        self._known = NO_VALUES
        self._of_tcp: str | None = None  # the reply that TCP had, while UDP is chosen
        self._was = ""
        self.kind = controls.add(
            ChoiceBox(*((kind, f"responder.{kind}") for kind in CHOICES)), "responder"
        )
        self.greeting = controls.add(TemplateField(), "greeting")
        self.greeting.complete = self._complete
        self.encoding = controls.add(
            ChoiceBox(*((name, f"encoding.{name}") for name in notation.ENCODINGS)), "encoding"
        )
        self.rules = RulesPlace(controls)
        self.room = spring()
        self.at_end: ChoiceBox | None = None
        self._end = OnPeerClose.CLOSE  # until that choice is made
        self.greeting.textChanged.connect(self.fit)
        self.kind.activated.connect(self._on_kind)
        self.rules.edited.connect(self.edited)
        self.rules.drafted.connect(self.drafted)
        self.rules.replaced.connect(self.replaced)
        self.rules.submitted.connect(self.submitted)
        self.encoding.activated.connect(self._on_edited)
        self.greeting.editingFinished.connect(self._on_edited)
        self.greeting.returnPressed.connect(self.submitted)

    def make_at_end(self) -> ChoiceBox:
        """The choice of what follows when a peer has finished sending."""
        ends = ((item.value, f"choice.end_{item.value}") for item in OnPeerClose)
        made = self.at_end = self._controls.add(ChoiceBox(*ends), "on_peer_close")
        made.choose(self._end.value)
        made.activated.connect(self._on_edited)
        return made

    @Slot()
    def fit(self) -> None:
        """Make a field as wide as its text, if that has a usual length, so that it can be read in
        full.
        """
        metrics = self.greeting.fontMetrics()
        wanted = metrics.horizontalAdvance(self.greeting.text())
        self.greeting.setMinimumWidth(
            max(64, min(wanted, metrics.horizontalAdvance("0" * MOST_GREETING)) + 16)
        )

    def fill(self, form: ReplyForm) -> None:
        """Show a form without emitting a signal."""
        self.kind.choose(form.kind)
        self._end = form.at_end
        if self.at_end is not None:
            self.at_end.choose(form.at_end.value)
        self._filled = form
        if CHOICES[form.kind].has_rules:
            self.rules.show_typed(form.rules, form.draft, form.kept)
        if form.greeting != self.greeting.text():
            self.greeting.setText(form.greeting)
            self.greeting.setCursorPosition(0)
        self.encoding.choose(form.encoding)
        self._show_kind()

    def read(self) -> ReplyForm:
        """The form that is in the fields."""
        beside = self._filled
        return ReplyForm(
            self.kind.value(),
            self.greeting.text(),
            self.encoding.value(),
            self._end if self.at_end is None else OnPeerClose(self.at_end.value()),
            self.rules.rules,
            None if beside is None else beside.otherwise,
            self._known,
            self.rules.draft,
            () if beside is None else beside.keep,
            () if beside is None else beside.store,
        )

    def know(self, known: KnownValues) -> None:
        """Learn the values that rules may name from now on."""
        if known == self._known:
            return
        self._known = known
        self.rules.know(known)
        if CHOICES[self.kind.value()].has_rules or self._greets:
            self.edited.emit()

    def _complete(self, before: str) -> Completion:
        """Completions for a greeting, which only names values."""
        return complete(before, len(before), self._known.values, as_hex=False, built_in=False)

    def offer_greetings(self, *, offered: bool) -> None:
        """Offer greetings only with connections: with datagrams what would greet and echo just
        echoes.
        """
        reason = None if offered else tr("why.no_greeting_udp")
        for key, choice in CHOICES.items():
            if choice.greets:
                self.kind.forbid(key, reason)
        if not offered and self._greets:
            self._of_tcp = self.kind.value()
            self.kind.choose("echo")
            self._on_edited()
        elif offered and self._of_tcp is not None:
            self.kind.choose(self._of_tcp)
            self._of_tcp = None
            self._on_edited()

    @property
    def _greets(self) -> bool:
        return CHOICES[self.kind.value()].greets

    def _show_kind(self) -> None:
        self._was = self.kind.value()
        rules = CHOICES[self._was].has_rules
        self.greeting.setVisible(not rules)
        self.room.setVisible(rules)
        self.rules.offer(rules)
        self._controls.enable(self.greeting, None if self._greets else msg("why.no_greeting"))

    @Slot()
    def _on_kind(self) -> None:
        """Open the list of rules when they are chosen, since they are there to be written."""
        before, now = self._was, self.kind.value()
        self._on_edited()
        if before != now:
            self.replaced.emit("reply", partial(self._go_back_to, before))
        if CHOICES[self.kind.value()].has_rules:
            self.rules.button.setChecked(True)

    def _go_back_to(self, kind: str) -> None:
        self.kind.choose(kind)
        self._on_edited()

    @Slot()
    def _on_edited(self) -> None:
        self._show_kind()
        self.edited.emit()
