"""How a server answers by itself: the kind of reply, the greeting, and its encoding."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench import payload
from workbench.engine.settings import EndpointSettings, Greet, Responder
from workbench.texts import Problem, tr
from workbench.ui.draft import RESPONDERS, responder, responder_kind
from workbench.ui.panel_parts.composer import Draft, content
from workbench.ui.panel_parts.controls import ChoiceBox, Controls, TextField
from workbench.ui.wording import say

MOST_GREETING: Final = 24
"""Digits' widths that a long greeting asks for at most."""


class ReplyFields(QObject):
    """Three fields; a panel lays them out.

    Attributes:
        kind, greeting, encoding: the fields; what is sent by hand is in that encoding too.

    Signals:
        edited(): another reply is wished for.
        submitted(): Enter was pressed in the greeting.
    """

    edited = Signal()
    submitted = Signal()

    def __init__(self, controls: Controls, parent: QObject) -> None:
        super().__init__(parent)
        self._controls = controls
        self._of_tcp: str | None = None  # the reply that TCP had, while UDP is chosen
        self.kind = controls.add(
            ChoiceBox(*((kind, f"responder.{kind}") for kind in RESPONDERS)), "responder"
        )
        self.greeting = controls.add(TextField(), "greeting")
        self.encoding = controls.add(
            ChoiceBox(*((name, f"encoding.{name}") for name in payload.ENCODINGS)), "encoding"
        )
        self.greeting.textChanged.connect(self.fit)
        self.kind.activated.connect(self._on_edited)
        self.encoding.activated.connect(self._on_edited)
        self.greeting.editingFinished.connect(self._on_edited)
        self.greeting.returnPressed.connect(self.submitted)

    @Slot()
    def fit(self) -> None:
        """As wide as its text, where that is of a usual length: it shall be read whole."""
        metrics = self.greeting.fontMetrics()
        wanted = metrics.horizontalAdvance(self.greeting.text())
        self.greeting.setMinimumWidth(
            max(64, min(wanted, metrics.horizontalAdvance("0" * MOST_GREETING)) + 16))

    def fill(self, settings: EndpointSettings) -> None:
        """Show settings without telling anyone."""
        reply = settings.responder
        kind = responder_kind(reply)
        if kind == "rules":
            self.kind.offer([(k, f"responder.{k}") for k in (*RESPONDERS, "rules")])
        self.kind.choose(kind)
        if isinstance(reply, Greet):
            self.greeting.setText(payload.escape(reply.text))
            self.greeting.setCursorPosition(0)
            self.encoding.choose(reply.encoding)
        else:
            self.encoding.choose(settings.encoding)

    def read(self, known: Responder) -> Responder:
        """The reply that the fields mean; `known` where they show rules, which they cannot hold.

        Raises:
            Problem: the greeting is no text in that encoding.
        """
        kind = self.kind.value()
        if kind == "rules":
            return known
        greeting = ""
        if self._greets:
            text = content(Draft(self.greeting.text(), encoding=self.encoding.value())).text
            if text is None:
                raise Problem("problem.greeting_bytes")
            greeting = text
        return responder(kind, greeting, self.encoding.value())

    def offer_greetings(self, *, offered: bool) -> None:
        """A greeting needs a connection: with datagrams what would greet and echo just echoes."""
        reason = None if offered else tr("why.no_greeting_udp")
        for kind in ("greet", "greet_echo", "greet_close"):
            self.kind.forbid(kind, reason)
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
        return self.kind.value().startswith("greet")

    @Slot()
    def _on_edited(self) -> None:
        self._controls.enable(
            self.greeting, None if self._greets else say("why.no_greeting")
        )
        self.edited.emit()
