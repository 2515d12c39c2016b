"""What was sent and received: how it is shown, of which connection, and that it can be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QPushButton

from workbench.payload import notation
from workbench.qt.conversation_reader import ConversationReader
from workbench.texts import tr
from workbench.ui.endpoint.conversation import Conversation
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, group
from workbench.viewmodel.conversation_export import ConversationRequest

if TYPE_CHECKING:
    from workbench.qt.controller import Controller


class ConversationPane(QObject):
    """The conversation of an endpoint, or of one of its connections; a panel lays its parts out.

    Attributes:
        box: how it is shown, and Save; hidden with it, Save's key still works.

    Signals:
        save_wanted(object): a ConversationRequest.
    """

    save_wanted = Signal(object)

    def __init__(
        self, controls: NamedControls, controller: Controller, name: str, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._followed = "utf-8"
        self.view = controls.add(Conversation(), "conversation")
        self.feed = ConversationReader(controller, name, self)
        self.feed.cleared.connect(self.view.clear)
        self.feed.read.connect(self.view.add)
        self.show_as = controls.add(
            ChoiceBox(
                *((encoding, f"encoding.{encoding}") for encoding in notation.ENCODINGS),
                ("escaped", "choice.escaped"),
                ("hex", "choice.form_hex"),
            ),
            "show_as",
        )
        self.save = controls.add(QPushButton(), "save_talk")
        self.box = group(self.show_as, self.save)
        self.show_as.activated.connect(self._on_show_as)
        self.save.clicked.connect(self._on_save)

    def follow(self, encoding: str) -> None:
        """Show as the endpoint's own encoding; what a person chooses holds until that changes."""
        if encoding == self._followed:
            return
        self._followed = encoding
        if self.show_as.findData(encoding) >= 0:
            self.show_as.choose(encoding)
            self._on_show_as()

    def show_connections(
        self, connections: frozenset[int], peer: str | None = None, *, several: bool = False
    ) -> None:
        """Show these only (ids in the record), or all with none; of a datagram socket one peer.

        `several`: the endpoint has more than one: each line names its own.
        """
        shown = (connections, peer, several and len(connections) != 1)
        if shown != (self.feed.connections, self.feed.peer, self.feed.numbered):
            self.feed.connections, self.feed.peer, self.feed.numbered = shown
            self.feed.again()

    def retranslate(self) -> None:
        """All its lines again in the current language."""
        self.view.setPlaceholderText(tr("panel.empty_talk"))
        self.feed.again()

    @Slot()
    def _on_show_as(self) -> None:
        self.feed.show_as = self.show_as.value()
        self.feed.again()

    @Slot()
    def _on_save(self) -> None:
        feed = self.feed
        self.save_wanted.emit(
            ConversationRequest(
                self._name, feed.connections or None, self.show_as.value(), feed.peer, feed.numbered
            )
        )
