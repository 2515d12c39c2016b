"""What was sent and received: how it is shown, and that it can be saved."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QPushButton

from workbench.payload import notation
from workbench.texts import tr
from workbench.ui.endpoint.conversation import Conversation
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, group


class ConversationPane(QObject):
    """The conversation of an endpoint, or of one of its connections; a panel lays its parts out.

    Attributes:
        view: the lines.
        box: how they are shown, whether they open, Save; hidden with it, Save's key still works.

    Signals:
        show_as_chosen(str): word it in this encoding, or as "escaped" or "hex".
        save_wanted(): it is wanted in a file.
        anew_wanted(): its lines are to be read anew: they open now, or do not.
    """

    show_as_chosen = Signal(str)
    save_wanted = Signal()
    anew_wanted = Signal()

    def __init__(self, controls: NamedControls, parent: QObject) -> None:
        super().__init__(parent)
        self._followed = "utf-8"
        self.view = controls.add(Conversation(), "conversation")
        self.show_as = controls.add(
            ChoiceBox(
                *((encoding, f"encoding.{encoding}") for encoding in notation.ENCODINGS),
                ("escaped", "choice.escaped"),
                ("hex", "choice.form_hex"),
            ),
            "show_as",
        )
        self.save = controls.add(QPushButton(), "save_talk")
        self.unfold = controls.add(QCheckBox(), "unfold_talk")
        self.box = group(self.show_as, self.unfold, self.save)
        self.show_as.activated.connect(self._on_show_as)
        self.save.clicked.connect(self.save_wanted)
        self.unfold.toggled.connect(self._on_unfold)

    def follow(self, encoding: str) -> None:
        """Show as the endpoint's own encoding; what a person chooses holds until that changes."""
        if encoding == self._followed:
            return
        self._followed = encoding
        if self.show_as.findData(encoding) >= 0:
            self.show_as.choose(encoding)
            self._on_show_as()

    def retranslate(self) -> None:
        self.view.setPlaceholderText(tr("panel.empty_talk"))

    @Slot(bool)
    def _on_unfold(self, unfolded: bool) -> None:
        self.view.unfolded = unfolded
        self.anew_wanted.emit()

    @Slot()
    def _on_show_as(self) -> None:
        self.show_as_chosen.emit(self.show_as.value())
