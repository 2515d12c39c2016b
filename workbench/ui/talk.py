"""What was sent and received: how it is shown, of which connection, and that it can be saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QPushButton

from workbench import payload
from workbench.ui.conversation_feed import ConversationFeed
from workbench.ui.panel_parts.controls import ChoiceBox, Controls
from workbench.ui.panel_parts.conversation import Conversation

if TYPE_CHECKING:
    from workbench.qt.controller import Controller


@dataclass(frozen=True, slots=True)
class TalkWish:
    """A conversation that somebody wants in a file.

    Attributes:
        connection: its id in the record; None: all of the endpoint.
        show_as: an encoding, "escaped" or "hex".
    """

    endpoint: str
    connection: int | None
    show_as: str


class Talk(QObject):
    """The conversation of an endpoint, or of one of its connections; a panel lays its parts out.

    Signals:
        save_wanted(object): a TalkWish.
    """

    save_wanted = Signal(object)

    def __init__(self, controls: Controls, controller: Controller, name: str,
                 parent: QObject) -> None:
        super().__init__(parent)
        self._name = name
        self.view = controls.add(Conversation(), "conversation")
        self.feed = ConversationFeed(controller, name, self.view)
        self.show_as = controls.add(
            ChoiceBox(
                *((encoding, f"encoding.{encoding}") for encoding in payload.ENCODINGS),
                ("escaped", "choice.escaped"), ("hex", "choice.form_hex"),
            ),
            "show_as",
        )
        self.save = controls.add(QPushButton(), "save_talk")
        self.show_as.activated.connect(self._on_show_as)
        self.save.clicked.connect(self._on_save)

    def show_connection(self, connection: int | None) -> None:
        """Show one connection only (its id in the record), or all with None."""
        if connection != self.feed.connection:
            self.feed.connection = connection
            self.feed.again()

    @Slot()
    def _on_show_as(self) -> None:
        self.feed.show_as = self.show_as.value()
        self.feed.again()

    @Slot()
    def _on_save(self) -> None:
        self.save_wanted.emit(TalkWish(self._name, self.feed.connection, self.show_as.value()))
